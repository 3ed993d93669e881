import { html } from "hono/html";
import { readApplications } from "../../../db/queries/integration-record.ts";
import { lastDayOf } from "../../domain/due.ts";
import { canFollow, type Integration } from "../../domain/integration.ts";
import { amendableKinds } from "../../domain/integration-amendment.ts";
import { applicantsTimeline } from "../../domain/integration-applicant.ts";
import { applicationDocument } from "../../domain/integration-document.ts";
import { lapsesAt } from "../../domain/integration-due.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import { writeApplicationForm } from "../../reports/application-form.ts";
import { type ApplicantCase, applicantOf, openCase } from "../application-draft.ts";
import { FORM_PATH } from "../application-task.ts";
import { type ApplyRoutes, CASE_PATH, caseToken, leaveForm, privateLink } from "../apply-routes.ts";
import type { ConsoleContext } from "../context.ts";
import { downloadWritten } from "../download.ts";
import { type Fault, faultSummary, field, textFaults } from "../fields.ts";
import { clock, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { checkNames, roleName, stateTag } from "../words.ts";
import { applyFault } from "./application-fields.ts";
import { amendmentSection } from "./integration-sections.ts";
import { seenField, seenIn } from "./integration-typed.ts";

type Shown = Fault & { readonly status: 422 | 503; readonly typed: string };

/** Where an application stands, for whoever has its private link, and what they may do about it. */
export function applyStatusPages(routes: ApplyRoutes, context: ConsoleContext): void {
  const { db, integrations, logger } = context;

  routes.get("/apply/application.pdf", async (c, visit, opened) => {
    const { integration } = opened;
    if (integration === undefined) return c.redirect(CASE_PATH, 303);
    const rows = await readApplications(db, integration.integrationNumber);
    const document = applicationDocument(integration, rows, applicantsTimeline(integration));
    if (document === undefined) return c.redirect(CASE_PATH, 303);
    const form = { ...document, printedAt: visit.now, printedBy: visit.text.role.applicant };
    const file = { name: [visit.text.applications.title, form.application.applicationNumber], format: "pdf" } as const;
    return downloadWritten(context, c, file, (sink) => writeApplicationForm(form, sink));
  });

  routes.post("/apply/withdraw", async (c, visit, opened, form) => {
    const { integration } = opened;
    if (integration === undefined) return c.redirect(CASE_PATH, 303);
    const reason = form.one("reason");
    try {
      await integrations.withdraw(integration.integrationNumber, { by: applicantOf(opened), seen: seenIn(form), reason });
      return c.redirect(CASE_PATH, 303);
    } catch (error) {
      if (error instanceof RuleViolation) {
        // The newer state: somebody else may have been first.
        const now = (await openCase(context, opened.token)) ?? opened;
        return showStatus(c, visit, context, now, { ...applyFault(visit.text, error, textFaults("reason")), typed: reason, status: 422 });
      }
      logger.error({ error: error instanceof Error ? error.name : "unknown" }, "an agency's step could not be taken");
      return showStatus(c, visit, context, opened, { sentence: visit.text.apply.message.failed, typed: reason, status: 503 });
    }
  });
}

/** @param fault what stands against a step that was just tried */
export function showStatus(
  c: ConsoleRequest,
  visit: Visit,
  context: ConsoleContext,
  opened: ApplicantCase,
  fault?: Shown,
): Response | Promise<Response> {
  const { integration } = opened;
  if (integration === undefined) return c.redirect(CASE_PATH, 303);
  const { text } = visit;
  const { apply } = text;
  const { integrationNumber, application, state, amendment } = integration;
  const stage = amendment?.stage ?? state;
  const lapse = lapsesAt(integration);
  const body = html`<p class="quiet">${apply.number}　${integrationNumber}</p>
<h1 class="ds-heading" data-size="md">${application.systemName} ${stateTag(text, state)}</h1>
<p class="lead">${apply.next[state]}</p>
${lapse === undefined ? NOTHING : html`<p><strong>${apply.correctUntil(text.dayAhead(lastDayOf(lapse), visit.today))}</strong></p>`}
${faultSummary(text, fault)}${reasonTold(visit, integration, stage)}${amendmentSection(visit, integration)}
<div class="buttons">${canFollow(integration, "resubmit") ? html`<a class="ds-button" href="${FORM_PATH.correction}">${apply.toCorrect}</a>` : NOTHING}${amendableKinds(
    integration,
  ).map(
    (kind) =>
      html`<a class="ds-button"${kind === "reapplication" ? NOTHING : html` data-variant="secondary"`} href="${FORM_PATH[kind]}">${apply.toAmend[kind]}</a>`,
  )}<a class="ds-button" data-variant="secondary" href="/apply/application.pdf">${apply.print}</a></div>
${inForceSection(visit, integration)}${timeline(visit, integration)}${privateLink(c, visit, context, opened)}
${canFollow(integration, "withdraw") ? withdrawForm(visit, opened, integration, fault) : NOTHING}${leaveForm(visit)}`;
  return page(c, visit, { title: apply.statusTitle, body, status: fault?.status ?? 200 });
}

/** Why it was sent back or refused: what the agency looks for first. */
function reasonTold({ text }: Visit, integration: Integration, stage: string): Html {
  if (stage !== "returned" && stage !== "refused") return NOTHING;
  const told = applicantsTimeline(integration).findLast(({ step }) => step === "sendBack" || step === "refuse");
  return told === undefined
    ? NOTHING
    : html`<div class="ds-alert" data-color="warning"><h2 class="ds-heading" data-size="2xs">${text.apply.reasonToldTitle}</h2><p>${told.reason}</p></div>`;
}

/** What holds, or what was approved and will. */
export function inForceSection({ text, today }: Visit, { approval, state }: Integration): Html {
  if (approval === undefined) return NOTHING;
  const { integration, integrations, apply } = text;
  const { checks, addresses, from, until } = approval;
  return html`<section><h2 class="ds-heading" data-size="xs">${state === "active" ? apply.inForce : apply.approved}</h2><dl class="facts"><dt>${integrations.scope}</dt><dd>${checkNames(text, checks)}</dd>
<dt>${integrations.period}</dt><dd>${integration.span(text.day(from), text.dayAhead(until, today))}</dd>
<dt>${integration.addresses}</dt><dd>${addresses.map((address) => html`<code>${address}</code> `)}</dd></dl></section>`;
}

function timeline({ text }: Visit, integration: Integration): Html {
  return html`<section><h2 class="ds-heading" data-size="xs">${text.integration.timeline}</h2><ol class="timeline">${applicantsTimeline(
    integration,
  ).map(
    ({ step, role, reason, takenAt, application }) =>
      html`<li><p><strong>${text.step[step]}</strong>${
        application === undefined || application === integration.integrationNumber ? NOTHING : html`　${application}`
      }　${clock(text, Date.parse(takenAt))}</p><p class="quiet">${roleName(text, role)}</p>${reason === "" ? NOTHING : html`<p>${reason}</p>`}</li>`,
  )}</ol></section>`;
}

function withdrawForm(visit: Visit, opened: ApplicantCase, integration: Integration, fault: Shown | undefined): Html {
  const { apply, form } = visit.text;
  return html`<section><h2 class="ds-heading" data-size="xs">${apply.withdrawTitle}</h2><p>${apply.withdrawIntro}</p>
<form method="post" action="/apply/withdraw" class="stack">${caseToken(visit, opened)}${seenField(integration)}${field({
    ...{ name: "reason", label: form.reason, hint: form.reasonHint, value: fault?.typed ?? "", long: true, fault },
  })}<button class="ds-button" data-color="danger" data-variant="secondary">${apply.withdraw}</button></form></section>`;
}

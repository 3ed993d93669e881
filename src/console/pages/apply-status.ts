import { html } from "hono/html";
import { nextApplicationNumber } from "../../../db/queries/application-draft.ts";
import { canFollow, type Integration } from "../../domain/integration.ts";
import { applicantsTimeline } from "../../domain/integration-applicant.ts";
import { underWay } from "../../domain/integration-decision.ts";
import { applicationDocument } from "../../domain/integration-document.ts";
import { lapsesAt } from "../../domain/integration-due.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import { writeApplicationForm } from "../../reports/application-form.ts";
import { type ApplicantCase, applicantOf } from "../application-draft.ts";
import { type ApplyRoutes, CASE_PATH, caseToken, privateLink } from "../apply-routes.ts";
import type { ConsoleContext } from "../context.ts";
import { downloadWritten } from "../download.ts";
import { type Fault, faultOf, faultSummary, field, textFaults } from "../fields.ts";
import { clock, formToken, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { checkNames, lastDayOf, roleName, stateTag } from "../words.ts";

type Shown = Fault & { readonly status: 422 | 503; readonly typed: string };

/** Where an application stands, for whoever has its private link, and what they may do about it. */
export function applyStatusPages(routes: ApplyRoutes, context: ConsoleContext): void {
  const { db, integrations, logger } = context;

  routes.get("/apply/application.pdf", async (c, visit, opened) => {
    const { integration } = opened;
    if (integration === undefined) return c.redirect(CASE_PATH, 303);
    const document = applicationDocument(integration, applicantsTimeline(integration));
    const form = { ...document, printedAt: visit.now, printedBy: visit.text.role.applicant };
    const file = { name: form.application.applicationNumber, format: "pdf" } as const;
    return downloadWritten(context, c, file, (sink) => writeApplicationForm(form, sink));
  });

  /** Takes a step that somebody sent; what stands against it is told beside its field. */
  function step(
    path: string,
    name: string,
    take: (opened: ApplicantCase, integration: Integration, reason: string, visit: Visit) => Promise<unknown>,
  ) {
    routes.post(path, async (c, visit, opened, form) => {
      const { integration } = opened;
      if (integration === undefined) return c.redirect(CASE_PATH, 303);
      const typed = form.one(name);
      try {
        await take(opened, integration, typed, visit);
        return c.redirect(CASE_PATH, 303);
      } catch (error) {
        if (error instanceof RuleViolation) {
          return showStatus(c, visit, context, opened, { ...faultOf(visit.text, error, textFaults(name)), typed, status: 422 });
        }
        logger.error({ error: error instanceof Error ? error.name : "unknown" }, "an agency's step could not be taken");
        return showStatus(c, visit, context, opened, { sentence: visit.text.apply.message.failed, field: undefined, typed, status: 503 });
      }
    });
  }

  step("/apply/withdraw", "reason", (opened, { integrationNumber }, reason) =>
    integrations.withdraw(integrationNumber, { by: applicantOf(opened), reason }),
  );
  step("/apply/reapply", "improvement", async (opened, { integrationNumber }, improvement, { today }) => {
    const draft = { applicationNumber: await nextApplicationNumber(db, today), kind: "reapplication", improvement } as const;
    await integrations.amend(integrationNumber, { by: applicantOf(opened), reason: improvement, draft });
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
  const application = underWay(integration);
  const stage = integration.amendment?.stage ?? integration.state;
  const lapse = lapsesAt(integration);
  const correctable = canFollow(integration, "resubmit");
  const body = html`<p class="quiet">${apply.number}　${application.applicationNumber}</p>
<h1 class="ds-heading" data-size="md">${application.systemName} ${stateTag(text, stage)}</h1>
<p class="lead">${apply.next[stage]}</p>${
    integration.amendment === undefined ? NOTHING : html`<p>${text.integration.amendmentNext[integration.amendment.stage]}</p>`
  }
${lapse === undefined ? NOTHING : html`<p><strong>${apply.correctUntil(text.dayAhead(lastDayOf(lapse), visit.today))}</strong></p>`}
${faultSummary(text, fault)}${reasonTold(visit, integration, stage)}
<div class="buttons">${correctable ? html`<a class="ds-button" href="/apply/correct">${apply.toCorrect}</a>` : NOTHING}<a class="ds-button" data-variant="secondary" href="/apply/application.pdf">${
    apply.print
  }</a></div>
${approvedSection(visit, integration)}${timeline(visit, integration)}${privateLink(c, visit, context, opened)}
${integration.state === "suspended" && integration.amendment === undefined ? stepForm(visit, opened, REAPPLY, fault) : NOTHING}
${canFollow(integration, "withdraw") ? stepForm(visit, opened, WITHDRAW, fault) : NOTHING}
<form method="post" action="/apply/leave">${formToken(visit)}<button class="link">${apply.leave}</button></form>`;
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

function approvedSection({ text, today }: Visit, { approval }: Integration): Html {
  if (approval === undefined) return NOTHING;
  const { integration, integrations, apply } = text;
  const { checks, addresses, from, until } = approval;
  return html`<section><h2 class="ds-heading" data-size="xs">${apply.approved}</h2><dl class="facts"><dt>${integrations.scope}</dt><dd>${checkNames(text, checks)}</dd>
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

const WITHDRAW = {
  path: "/apply/withdraw",
  field: "reason",
  title: "withdrawTitle",
  intro: "withdrawIntro",
  submit: "withdraw",
  danger: true,
} as const;
const REAPPLY = {
  path: "/apply/reapply",
  field: "improvement",
  title: "reapplyTitle",
  intro: "reapplyIntro",
  submit: "reapply",
  danger: false,
} as const;

function stepForm(visit: Visit, opened: ApplicantCase, step: typeof WITHDRAW | typeof REAPPLY, fault: Shown | undefined): Html {
  const { text } = visit;
  const { apply, form } = text;
  const mine = fault?.field === step.field;
  const label = step.field === "reason" ? form.reason : apply.field.improvement;
  return html`<section><h2 class="ds-heading" data-size="xs">${apply[step.title]}</h2><p>${apply[step.intro]}</p>
<form method="post" action="${step.path}" class="stack">${caseToken(visit, opened)}${field({
    ...{ name: step.field, label, hint: form.reasonHint, value: mine ? fault.typed : "", long: true, fault },
  })}<button class="ds-button"${step.danger ? html` data-color="danger" data-variant="secondary"` : NOTHING}>${apply[step.submit]}</button></form></section>`;
}

import { html } from "hono/html";
import { type FormCircumstances, formFaults, type TypedApplication } from "../../domain/integration-form.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import { type ApplicantCase, applicantOf, type Drafted, type DraftKind, saveDraft, versionOf } from "../application-draft.ts";
import { amendingKind, FORM_PATH, prepared, refusalOf, typedFirst, whole } from "../application-task.ts";
import { type ApplyRoutes, CASE_PATH, caseToken, LETTER_PATH, leaveForm, privateLink } from "../apply-routes.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary } from "../fields.ts";
import { type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { applicationFields, applyFault, type FormShown, formFault, readTyped, recordFault, UNTOUCHED } from "./application-fields.ts";
import { inForceSection, showStatus } from "./apply-status.ts";
import { seenField, seenIn } from "./integration-typed.ts";

const KINDS = Object.keys(FORM_PATH) as DraftKind[];

/** What is typed by a private link: saved as often as one likes; the letter, and the submission, are on the page after it. */
export function applyFormPages(routes: ApplyRoutes, context: ConsoleContext): void {
  for (const kind of KINDS) {
    routes.get(FORM_PATH[kind], (c, visit, opened) => {
      const refused = refusalOf(opened, kind);
      if (refused === undefined) return showForm(c, visit, context, opened, { kind, typed: typedFirst(visit, opened, kind) }, UNTOUCHED);
      if (kind === "new") return showStatus(c, visit, context, opened);
      return showRefused(c, visit, context, opened, refused);
    });

    routes.post(FORM_PATH[kind], async (c, visit, opened, form) => {
      const refused = refusalOf(opened, kind);
      // Somebody else with the link, or this browser in another window, was first.
      if (refused !== undefined) return kind === "new" ? c.redirect(CASE_PATH, 303) : showRefused(c, visit, context, opened, refused);
      const typed = whole(visit, opened, kind, readTyped(form));
      const version = versionOf(opened);
      if (kind !== "new" && seenIn(form) !== version)
        return showForm(c, visit, context, opened, { kind, typed }, recordFault(visit.text, changedSince()));
      const saved = await saveDraft(context, opened, { kind, version, typed });
      if (saved === undefined) {
        const tooLong = { sentence: visit.text.apply.message.tooLong };
        return showForm(
          c,
          visit,
          context,
          opened,
          { kind, typed },
          { faults: faultsOf(visit, context, opened, { kind, typed }), whole: tooLong, status: 422 },
        );
      }
      if (form.one("do") !== "next") return c.redirect(`${FORM_PATH[kind]}?saved`, 303);
      const shown = formShown(visit, context, saved);
      return shown === undefined ? c.redirect(LETTER_PATH, 303) : showForm(c, visit, context, saved, saved.drafted, shown);
    });
  }
}

function changedSince(): RuleViolation {
  return new RuleViolation("3(3)", "application-changed", "The application has gone on since it was shown: look at it anew.");
}

/** A step that isn't to be taken now: where the application stands says more than a form would. */
export function showRefused(
  c: ConsoleRequest,
  visit: Visit,
  context: ConsoleContext,
  opened: ApplicantCase,
  refused: RuleViolation,
): Response | Promise<Response> {
  return showStatus(c, visit, context, opened, { ...applyFault(visit.text, refused), typed: "", status: 422 });
}

/** What the form can't know by itself. */
export function circumstancesOf({ today }: Visit, { settings }: ConsoleContext, opened: ApplicantCase, kind: DraftKind): FormCircumstances {
  return { today, privateAddressesAllowed: settings.privateAddressesAllowed, onPaper: false, kind: amendingKind(opened, kind) };
}

function faultsOf(
  visit: Visit,
  context: ConsoleContext,
  opened: ApplicantCase,
  { kind, typed }: Pick<Drafted, "kind" | "typed">,
): FormShown["faults"] {
  const broken = formFaults(typed, circumstancesOf(visit, context, opened, kind));
  return new Map([...broken].map(([name, violation]) => [name, formFault(visit.text, name, violation)]));
}

/** What stands against what was saved; undefined: nothing that can be told before it is submitted. */
export function formShown(visit: Visit, context: ConsoleContext, opened: ApplicantCase): FormShown | undefined {
  const { kind } = opened.drafted;
  const typed = whole(visit, opened, kind, opened.drafted.typed);
  const circumstances = circumstancesOf(visit, context, opened, kind);
  const faults = faultsOf(visit, context, opened, { kind, typed });
  if (faults.size > 0) return { faults, status: 422 };
  try {
    prepared(opened, applicantOf(opened), { kind, typed, circumstances }, visit.now);
    return undefined;
  } catch (error) {
    if (error instanceof RuleViolation) return recordFault(visit.text, error);
    throw error;
  }
}

export function showForm(
  c: ConsoleRequest,
  visit: Visit,
  context: ConsoleContext,
  opened: ApplicantCase,
  { kind, typed }: { readonly kind: DraftKind; readonly typed: TypedApplication },
  { faults, whole: against, status }: FormShown,
): Response | Promise<Response> {
  const { apply } = visit.text;
  const { integration } = opened;
  const amending = amendingKind(opened, kind);
  const title = titleOf(visit, kind);
  const fixed = amending !== undefined ? "integration" : kind === "correction" ? "agency" : undefined;
  const body = html`<h1 class="ds-heading" data-size="md">${title}</h1>
${c.req.query("saved") === undefined ? NOTHING : html`<p class="ds-alert" data-color="success">${apply.saved}</p>`}
${faultSummary(visit.text, against, ...faults.values())}${integration === undefined ? privateLink(c, visit, context, opened) : NOTHING}
${amending === undefined ? NOTHING : html`<p class="lead">${apply.amendIntro[amending]}</p>`}${
  amending === undefined || integration === undefined ? NOTHING : inForceSection(visit, integration)
}
<form method="post" action="${FORM_PATH[kind]}" class="stack">${caseToken(visit, opened)}${integration === undefined ? NOTHING : seenField(integration)}
${applicationFields(visit, typed, faults, { fixed, improvement: amending === undefined || amending === "reapplication" })}
<div class="buttons"><button class="ds-button" data-variant="secondary" name="do" value="save">${apply.save}</button><button class="ds-button" name="do" value="next">${
    apply.toLetter
  }</button></div></form>
${integration === undefined ? NOTHING : toStatus(visit)}${leaveForm(visit)}`;
  return page(c, visit, { title, body, status });
}

export function titleOf({ text }: Visit, kind: DraftKind): string {
  const { apply } = text;
  if (kind === "new") return apply.formTitle;
  return kind === "correction" ? apply.correctTitle : apply.amendTitle(text.kind[kind]);
}

/** Back to where it stands, leaving everything as it is. */
export function toStatus({ text }: Visit): Html {
  return html`<p><a class="ds-link" href="${CASE_PATH}">${text.apply.statusTitle}</a></p>`;
}

import { html } from "hono/html";
import { listDraftLetters } from "../../../db/queries/application-draft.ts";
import { canFollow } from "../../domain/integration.ts";
import { underWay } from "../../domain/integration-decision.ts";
import { draftOf, type FormField, formFaults, type TypedApplication, typedOf, withFirstDay } from "../../domain/integration-form.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import { type ApplicantCase, applicantOf, saveDraft, saveLetter, submitDraft } from "../application-draft.ts";
import { type ApplyRoutes, applyMessage, CASE_PATH, caseToken, privateLink } from "../apply-routes.ts";
import type { ConsoleContext } from "../context.ts";
import { type Fault, faultSummary, groupFault } from "../fields.ts";
import { formToken, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { applicationFields, type FormShown, formFault, readTyped, recordFault, UNTOUCHED } from "./application-fields.ts";
import { showStatus } from "./apply-status.ts";

/** The form: saved as often as one likes, submitted once, and again when it was sent back. */
export function applyFormPages(routes: ApplyRoutes, context: ConsoleContext): void {
  routes.get(CASE_PATH, (c, visit, opened) =>
    opened.integration === undefined ? showForm(c, visit, context, opened, UNTOUCHED) : showStatus(c, visit, context, opened),
  );
  routes.get("/apply/correct", (c, visit, opened) =>
    mayCorrect(opened)
      ? showForm(c, visit, context, { ...opened, typed: typedSoFar(visit, opened) }, UNTOUCHED)
      : c.redirect(CASE_PATH, 303),
  );

  routes.post(CASE_PATH, async (c, visit, opened, form) => {
    const { integration } = opened;
    // Somebody else with the link, or this browser in another window, was first.
    if (integration !== undefined && !mayCorrect(opened)) return c.redirect(CASE_PATH, 303);
    const sent = readTyped(form);
    const typed = integration === undefined ? sent : { ...sent, ...agencyOf(opened) };
    if (!(await saveDraft(context, opened, typed))) return applyMessage(c, visit, 413, visit.text.apply.message.tooLarge);
    const faults = new Map<FormField | "letter", Fault>();
    const file = form.file("letter");
    const refused = file === undefined ? undefined : await violationOf(() => saveLetter(context, opened, file));
    if (refused !== undefined) faults.set("letter", formFault(visit.text, "letter", refused));
    const saved = { ...opened, typed, letters: await listDraftLetters(context.db, opened.draft.draftId) };
    if (form.one("do") !== "submit") {
      if (refused !== undefined) return showForm(c, visit, context, saved, { faults, status: 422 });
      return c.redirect(`${integration === undefined ? CASE_PATH : "/apply/correct"}?saved`, 303);
    }
    return submit(c, visit, context, saved, faults);
  });
}

async function submit(
  c: ConsoleRequest,
  visit: Visit,
  context: ConsoleContext,
  opened: ApplicantCase,
  faults: Map<FormField | "letter", Fault>,
): Promise<Response> {
  const { text, today } = visit;
  const circumstances = { today, privateAddressesAllowed: context.settings.privateAddressesAllowed, onPaper: false };
  const { integration } = opened;
  const typed = integration === undefined ? opened.typed : withFirstDay(opened.typed, underWay(integration), today);
  for (const [name, broken] of formFaults(typed, circumstances)) faults.set(name, formFault(text, name, broken));
  if (opened.letters.length === 0 && !faults.has("letter"))
    faults.set("letter", formFault(text, "letter", new RuleViolation("3(3)", "letter-missing", "Add the agency's letter.")));
  if (faults.size > 0) return showForm(c, visit, context, opened, { faults, status: 422 });
  try {
    if (integration === undefined) await submitDraft(context, opened, typed, circumstances);
    else {
      const { applicationNumber: _, agencyCode: _code, agencyName: _name, ...correction } = draftOf(typed, "", circumstances);
      await context.integrations.resubmit(integration.integrationNumber, {
        ...{ by: applicantOf(opened), reason: text.apply.correctReason, correction },
      });
    }
    return c.redirect(CASE_PATH, 303);
  } catch (error) {
    if (error instanceof RuleViolation) return showForm(c, visit, context, opened, recordFault(text, error));
    context.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "an application could not be submitted");
    return showForm(c, visit, context, opened, { faults, whole: { sentence: text.apply.message.later }, status: 503 });
  }
}

async function violationOf(run: () => Promise<void>): Promise<RuleViolation | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof RuleViolation) return error;
    throw error;
  }
}

function mayCorrect({ integration }: ApplicantCase): boolean {
  return integration !== undefined && canFollow(integration, "resubmit");
}

function agencyOf({ integration }: ApplicantCase) {
  if (integration === undefined) return {};
  const { agencyCode, agencyName } = underWay(integration);
  return { agencyCode, agencyName };
}

/** What was saved since it was sent back; before that, what is on record. */
function typedSoFar({ text }: Visit, { integration, draft, typed }: ApplicantCase): TypedApplication {
  const last = integration?.timeline.at(-1);
  if (integration === undefined || last === undefined || draft.savedAt.getTime() > Date.parse(last.takenAt)) return typed;
  return typedOf(underWay(integration), text.typedDay);
}

function showForm(
  c: ConsoleRequest,
  visit: Visit,
  context: ConsoleContext,
  opened: ApplicantCase,
  { faults, whole, status }: FormShown,
): Response | Promise<Response> {
  const { apply } = visit.text;
  const correcting = opened.integration !== undefined;
  const title = correcting ? apply.correctTitle : apply.formTitle;
  const body = html`<h1 class="ds-heading" data-size="md">${title}</h1>
${c.req.query("saved") === undefined ? NOTHING : html`<p class="ds-alert" data-color="success">${apply.saved}</p>`}
${faultSummary(visit.text, whole, ...faults.values())}${privateLink(c, visit, context, opened)}
<form method="post" action="${CASE_PATH}" enctype="multipart/form-data" class="stack">${caseToken(visit, opened)}
${applicationFields(visit, opened.typed, faults, { fixedAgency: correcting, file: letterField(visit, opened, faults.get("letter")) })}
<div class="buttons"><button class="ds-button" data-variant="secondary" name="do" value="save">${apply.save}</button><button class="ds-button" name="do" value="submit">${
    correcting ? apply.correct : apply.submit
  }</button></div></form>
<form method="post" action="/apply/leave">${formToken(visit)}<button class="link">${apply.leave}</button></form>`;
  return page(c, visit, { title, body, status });
}

function letterField({ text: { apply } }: Visit, { letters }: ApplicantCase, fault: Fault | undefined): Html {
  const last = letters.at(-1);
  return html`<div class="ds-field"><label class="ds-label" for="letter">${apply.letter}</label><p data-field="description" id="letter-hint">${apply.letterHint}${
    last === undefined ? NOTHING : ` ${apply.letterKept(last.bytes.toLocaleString("en"))}`
  }</p>
<input class="ds-input" type="file" id="letter" name="letter" accept="application/pdf,.pdf" aria-describedby="letter-hint${fault === undefined ? NOTHING : " letter-fault"}"${
    fault === undefined ? NOTHING : html` aria-invalid="true"`
  }>${groupFault("letter", fault)}</div>`;
}

import { html } from "hono/html";
import { listLetters } from "../../../db/queries/application-letter.ts";
import { listForeignAddresses } from "../../adapters/taiwan-addresses.ts";
import { hasRights } from "../../domain/integration.ts";
import type { Application } from "../../domain/integration-application.ts";
import { underWay } from "../../domain/integration-decision.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import { type ApplicantCase, applicantOf, versionOf } from "../application-draft.ts";
import { FORM_PATH, prepared, refusalOf, submitDrafted, whole } from "../application-task.ts";
import { type ApplyRoutes, CASE_PATH, caseToken, LETTER_PATH, leaveForm, privateLink } from "../apply-routes.ts";
import type { ConsoleContext } from "../context.ts";
import { type Fault, faultSummary } from "../fields.ts";
import { clock, type Html, NOTHING, page } from "../layout.ts";
import { letterMissing, saveLetter } from "../letter-file.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { facts } from "../words.ts";
import { formFault, recordFault } from "./application-fields.ts";
import { circumstancesOf, formShown, showForm, showRefused } from "./apply-form.ts";
import { requestedFacts } from "./integration-sections.ts";
import { letterField } from "./letter-field.ts";

const SECONDARY = html` data-variant="secondary"`;

type Against = Fault & { readonly status: 422 | 503 };

/** The agency's letter, by itself so that a file that can't be taken costs nothing that was typed; then what was typed, whole, to be submitted. */
export function applyLetterPages(routes: ApplyRoutes, context: ConsoleContext): void {
  routes.get(LETTER_PATH, (c, visit, opened) => showLetter(c, visit, context, opened));

  routes.post(LETTER_PATH, async (c, visit, opened, form) => {
    const standing = stands(visit, context, opened);
    if (standing === undefined) return showLetter(c, visit, context, opened);
    const { integration, draft, drafted } = opened;
    const correcting = drafted.kind === "correction" && integration !== undefined ? underWay(integration).applicationNumber : undefined;
    try {
      await saveLetter(context, { draftId: draft.draftId, correcting }, form.file("letter"));
      return c.redirect(LETTER_PATH, 303);
    } catch (error) {
      if (!(error instanceof RuleViolation)) throw error;
      return showLetter(c, visit, context, opened, { ...formFault(visit.text, "letter", error), status: 422 });
    }
  });

  routes.post("/apply/submit", async (c, visit, opened, form) => {
    const { text } = visit;
    const { kind, typed } = opened.drafted;
    // What is submitted is what was shown: it may have been saved anew in another window.
    if (stands(visit, context, opened) === undefined || form.one("saved") !== savedMark(opened))
      return showLetter(c, visit, context, opened);
    if (!(await hasLetter(context, opened)))
      return showLetter(c, visit, context, opened, { ...formFault(text, "letter", letterMissing()), status: 422 });
    const asked = { kind, typed: whole(visit, opened, kind, typed), circumstances: circumstancesOf(visit, context, opened, kind) };
    try {
      await submitDrafted(context, opened, asked, text.apply.correctReason);
      return c.redirect(CASE_PATH, 303);
    } catch (error) {
      if (error instanceof RuleViolation && error.code === "applications-at-once")
        return showLetter(c, visit, context, opened, { sentence: text.apply.message.crowded, status: 503 });
      if (error instanceof RuleViolation) return showForm(c, visit, context, opened, asked, recordFault(text, error));
      context.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "an application could not be submitted");
      return showLetter(c, visit, context, opened, { sentence: text.apply.message.later, status: 503 });
    }
  });
}

/** The application as it would be submitted; undefined when what was saved is not to be, or has faults. */
function stands(visit: Visit, context: ConsoleContext, opened: ApplicantCase): Application | undefined {
  const { kind, version, typed } = opened.drafted;
  if (refusalOf(opened, kind) !== undefined || version !== versionOf(opened) || formShown(visit, context, opened) !== undefined)
    return undefined;
  const circumstances = circumstancesOf(visit, context, opened, kind);
  return prepared(opened, applicantOf(opened), { kind, typed: whole(visit, opened, kind, typed), circumstances }, visit.now);
}

const savedMark = ({ draft }: ApplicantCase) => String(draft.savedAt.getTime());

/** What was sent back has its letter already, unless the agency wrote another. */
async function hasLetter({ db }: ConsoleContext, { letter, drafted, integration }: ApplicantCase): Promise<boolean> {
  if (letter !== undefined) return true;
  if (drafted.kind !== "correction" || integration === undefined) return false;
  const { applicationNumber } = underWay(integration);
  return (await listLetters(db, integration.integrationNumber)).some((known) => known.applicationNumber === applicationNumber);
}

async function showLetter(
  c: ConsoleRequest,
  visit: Visit,
  context: ConsoleContext,
  opened: ApplicantCase,
  against?: Against,
): Promise<Response> {
  const { text } = visit;
  const { apply } = text;
  const { integration, drafted, letter } = opened;
  const application = stands(visit, context, opened);
  if (application === undefined) return showWhatStands(c, visit, context, opened);
  const present = integration !== undefined && hasRights(integration) ? integration : undefined;
  const foreign = listForeignAddresses(application.addresses);
  const path = FORM_PATH[drafted.kind];
  const body = html`<h1 class="ds-heading" data-size="md">${apply.letterTitle}</h1>${faultSummary(text, against)}
<section><h2 class="ds-heading" data-size="xs">${apply.letter}</h2>${letterKept(visit, opened)}
<form method="post" action="${LETTER_PATH}" enctype="multipart/form-data" class="stack">${caseToken(visit, opened)}${letterField(visit, against)}
<button class="ds-button"${letter === undefined ? NOTHING : SECONDARY}>${apply.attach}</button></form></section>
<section><h2 class="ds-heading" data-size="xs">${apply.asked}</h2>${facts(requestedFacts(visit, application, present))}
${foreign.length === 0 ? NOTHING : html`<p class="ds-alert" data-color="warning">${apply.foreign(foreign.join(text.separator))}</p>`}
<p><a class="ds-link" href="${path}">${apply.backToForm}</a></p></section>
<form method="post" action="/apply/submit" class="stack">${caseToken(visit, opened)}<input type="hidden" name="saved" value="${savedMark(opened)}">
<div class="buttons"><button class="ds-button"${letter === undefined && drafted.kind !== "correction" ? SECONDARY : NOTHING}>${drafted.kind === "correction" ? apply.correct : apply.submit}</button></div></form>
${privateLink(c, visit, context, opened)}${leaveForm(visit)}`;
  return page(c, visit, { title: apply.letterTitle, body, status: against?.status ?? 200 });
}

function letterKept({ text }: Visit, { letter }: ApplicantCase): Html {
  const { apply } = text;
  if (letter === undefined) return html`<p>${apply.noLetter}</p>`;
  return html`<p class="ds-alert" data-color="success">${apply.letterKept(clock(text, letter.attachedAt.getTime()), letter.bytes.toLocaleString("en"))}</p>`;
}

/** Why nothing can be submitted: it was already, has gone on meanwhile, or isn't whole. */
function showWhatStands(c: ConsoleRequest, visit: Visit, context: ConsoleContext, opened: ApplicantCase): Response | Promise<Response> {
  const { kind, version } = opened.drafted;
  const refused = refusalOf(opened, kind);
  if (kind === "new" && refused !== undefined) return c.redirect(CASE_PATH, 303);
  if (refused !== undefined) return showRefused(c, visit, context, opened, refused);
  const shown = version === versionOf(opened) ? formShown(visit, context, opened) : undefined;
  if (shown === undefined) return c.redirect(FORM_PATH[kind], 303);
  return showForm(c, visit, context, opened, opened.drafted, shown);
}

import { html } from "hono/html";
import { nextApplicationNumber } from "../../../db/queries/application-draft.ts";
import { readIntegration } from "../../../db/queries/integration-record.ts";
import { canFollow } from "../../domain/integration.ts";
import { underWay } from "../../domain/integration-decision.ts";
import { draftOf, EMPTY_FORM, formFaults, type TypedApplication, typedOf, withFirstDay } from "../../domain/integration-form.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary } from "../fields.ts";
import { formToken, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes, SentForm } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { applicationFields, type FormFaults, type FormShown, formFault, readTyped, recordFault, UNTOUCHED } from "./application-fields.ts";
import { reasonPage } from "./integration-reason.ts";
import { numberOf } from "./integration-step.ts";
import { seenField, seenIn } from "./integration-typed.ts";
import { messagePage } from "./message.ts";

const ENTER = "/console/applications/paper";

/** What agencies apply for, put right or withdraw on paper, entered by the case officer: fields and rules of the public form. */
export function paperApplication(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { db, integrations, settings } = context;
  const circumstancesOf = ({ today }: Visit) => ({ today, privateAddressesAllowed: settings.privateAddressesAllowed, onPaper: true });

  routes.get(ENTER, "enterApplication", (c, visit) => show(c, visit, EMPTY_FORM, UNTOUCHED));
  routes.post(ENTER, "enterApplication", async (c, visit, form) => {
    const typed = readTyped(form);
    const circumstances = circumstancesOf(visit);
    const faults = faultsOf(visit, typed, circumstances);
    if (faults.size > 0) return show(c, visit, typed, { faults, status: 422 });
    const number = await nextApplicationNumber(db, visit.today);
    return take(c, visit, `integration/${number}`, typed, {
      run: () => integrations.apply(draftOf(typed, number, circumstances), { by: visit.actor("enterApplication"), reason: typed.purpose }),
      done: casePath(number),
    });
  });

  const CORRECT = "/console/integrations/:number/correct";
  routes.get(CORRECT, "enterApplication", async (c, visit) => {
    const integration = await readIntegration(db, numberOf(c));
    if (integration === undefined || !canFollow(integration, "resubmit")) return messagePage(c, visit, 404, visit.text.message.notFound);
    return show(c, visit, typedOf(underWay(integration), visit.text.typedDay), UNTOUCHED, seenField(integration));
  });
  routes.post(CORRECT, "enterApplication", async (c, visit, form) => {
    const number = numberOf(c);
    const integration = await readIntegration(db, number);
    if (integration === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const { agencyCode, agencyName } = underWay(integration);
    const sent = { ...readTyped(form), agencyCode, agencyName };
    const typed = withFirstDay(sent, underWay(integration), visit.today);
    const circumstances = circumstancesOf(visit);
    const faults = faultsOf(visit, typed, circumstances);
    if (faults.size > 0) return show(c, visit, sent, { faults, status: 422 }, seenAgain(form));
    const { applicationNumber: _, agencyCode: _code, agencyName: _name, ...correction } = draftOf(typed, number, circumstances);
    const request = { by: visit.actor("enterApplication"), seen: seenIn(form), reason: visit.text.apply.correctReason, correction };
    return take(c, visit, `integration/${number}`, sent, {
      ...{ run: () => integrations.resubmit(number, request), done: casePath(number), seen: seenAgain(form) },
    });
  });

  reasonPage(routes, context, {
    path: "withdraw",
    action: "enterApplication",
    words: ({ text: { apply } }) => ({ title: apply.withdrawTitle, intro: apply.withdrawForIntro, submit: apply.withdraw }),
    take: (c, visit, { reason, seen }) => integrations.withdraw(numberOf(c), { by: visit.actor("enterApplication"), seen, reason }),
  });

  async function take(
    c: ConsoleRequest,
    visit: Visit,
    object: string,
    typed: TypedApplication,
    { run, done, seen }: { readonly run: () => Promise<unknown>; readonly done: string; readonly seen?: Html },
  ): Promise<Response> {
    try {
      await visit.onTrail("enterApplication", object, run);
      return c.redirect(done, 303);
    } catch (error) {
      if (error instanceof RuleViolation) return show(c, visit, typed, recordFault(visit.text, error), seen);
      context.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "an application could not be entered");
      return show(c, visit, typed, { faults: new Map(), whole: { sentence: visit.text.apply.message.laterOnPaper }, status: 503 }, seen);
    }
  }
}

function faultsOf(visit: Visit, typed: TypedApplication, circumstances: Parameters<typeof formFaults>[1]): FormFaults {
  return new Map([...formFaults(typed, circumstances)].map(([name, broken]) => [name, formFault(visit.text, name, broken)]));
}

/** What was shown when the form was first opened: a form with faults doesn't show what has changed since. */
function seenAgain(form: SentForm): Html {
  return html`<input type="hidden" name="seen" value="${seenIn(form)}">`;
}

async function show(
  c: ConsoleRequest,
  visit: Visit,
  typed: TypedApplication,
  { faults, whole, status }: FormShown,
  seen = NOTHING,
): Promise<Response> {
  const { apply, form } = visit.text;
  const correcting = c.req.path !== ENTER;
  const title = correcting ? apply.paperCorrectTitle : apply.paperTitle;
  const back = correcting ? casePath(numberOf(c)) : "/console/integrations";
  const body = html`<h1 class="ds-heading" data-size="md">${title}</h1><p class="quiet">${correcting ? apply.paperCorrectIntro : apply.paperIntro}</p>
${faultSummary(visit.text, whole, ...faults.values())}
<form method="post" action="${c.req.path}" class="stack">${formToken(visit)}${seen}${applicationFields(visit, typed, faults, { fixed: correcting ? "agency" : undefined, onPaper: true })}
<div class="buttons"><button class="ds-button">${correcting ? apply.correct : apply.enter}</button><a class="ds-link" href="${back}">${correcting ? form.cancel : visit.text.integrations.title}</a></div></form>`;
  return page(c, visit, { title, body, status });
}

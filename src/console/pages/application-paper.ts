import { html } from "hono/html";
import { nextApplicationNumber, numberOfForm } from "../../../db/queries/application-draft.ts";
import { readIntegration } from "../../../db/queries/integration-record.ts";
import { canFollow, hasRights } from "../../domain/integration.ts";
import { amendableKinds } from "../../domain/integration-amendment.ts";
import type { ApplicationKind } from "../../domain/integration-application.ts";
import { underWay } from "../../domain/integration-decision.ts";
import { draftOf, EMPTY_FORM, formFaults, type TypedApplication, typedAmendment, typedOf } from "../../domain/integration-form.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import { applyOnce, type DraftKind } from "../application-draft.ts";
import { amendmentAsked, prepared, whole } from "../application-task.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { formToken, type Html, page } from "../layout.ts";
import { requestField, requestIn } from "../request-id.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { applicationFields, type FormFaults, type FormShown, formFault, readTyped, recordFault, UNTOUCHED } from "./application-fields.ts";
import { reasonPage } from "./integration-reason.ts";
import { numberOf } from "./integration-step.ts";
import { seenField, seenIn, seenVersion } from "./integration-typed.ts";
import { messagePage } from "./message.ts";

const ENTER = "/console/applications/paper";

/** What agencies apply for, change, put right or withdraw on paper, entered by the case officer: fields and rules of the public form. */
export function paperApplication(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { db, integrations, settings } = context;
  const circumstancesOf = ({ today }: Visit) => ({ today, privateAddressesAllowed: settings.privateAddressesAllowed, onPaper: true });

  routes.get(ENTER, "enterApplication", (c, visit) => {
    const kept = keptFor(visit, ENTER);
    return show(c, visit, kept === undefined ? EMPTY_FORM : readTyped(kept), UNTOUCHED, { kind: "new", seen: requestField(kept) });
  });
  routes.post(ENTER, "enterApplication", async (c, visit, form) => {
    const typed = readTyped(form);
    const circumstances = circumstancesOf(visit);
    const faults = faultsOf(visit, typed, circumstances);
    const shown = { kind: "new", seen: requestField(form) } as const;
    if (faults.size > 0) return show(c, visit, typed, { faults, status: 422 }, shown);
    const numberOf = (instead?: string) => numberOfForm(db, requestIn(form), visit.today, new Date(visit.now), instead);
    let number = await numberOf();
    return take(c, visit, `integration/${number}`, typed, {
      async run() {
        const numbered = { numberOf, draftOf: (own: string) => draftOf(typed, own, circumstances) };
        number = await applyOnce(context, visit.actor("enterApplication"), numbered);
      },
      done: () => casePath(number),
      shown,
    });
  });

  const CORRECT = "/console/integrations/:number/correct";
  routes.get(CORRECT, "enterApplication", async (c, visit) => {
    const integration = await readIntegration(db, numberOf(c));
    if (integration === undefined || !canFollow(integration, "resubmit")) return messagePage(c, visit, 404, visit.text.message.notFound);
    const kept = keptFor(visit, c.req.path);
    const typed =
      kept === undefined
        ? typedOf(underWay(integration), visit.text.typedDay)
        : whole(visit, { integration }, "correction", readTyped(kept));
    const seen = kept === undefined ? seenField(integration) : seenVersion(seenIn(kept));
    return show(c, visit, typed, UNTOUCHED, { kind: "correction", amending: integration.amendment?.application.kind, seen });
  });
  routes.post(CORRECT, "enterApplication", async (c, visit, form) => {
    const number = numberOf(c);
    const integration = await readIntegration(db, number);
    if (integration === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const typed = whole(visit, { integration }, "correction", readTyped(form));
    const circumstances = circumstancesOf(visit);
    const faults = faultsOf(visit, typed, circumstances);
    const shown = { kind: "correction", amending: integration.amendment?.application.kind, seen: seenVersion(seenIn(form)) } as const;
    if (faults.size > 0) return show(c, visit, typed, { faults, status: 422 }, shown);
    const { applicationNumber: _, agencyCode: _code, agencyName: _name, ...correction } = draftOf(typed, number, circumstances);
    const request = { by: visit.actor("enterApplication"), seen: seenIn(form), reason: visit.text.apply.correctReason, correction };
    return take(c, visit, `integration/${number}`, typed, {
      ...{ run: () => integrations.resubmit(number, request), done: () => casePath(number), shown },
    });
  });

  for (const kind of ["renewal", "change", "reapplication"] as const) {
    const AMEND = `/console/integrations/:number/${kind}`;
    routes.get(AMEND, "enterApplication", async (c, visit) => {
      const integration = await readIntegration(db, numberOf(c));
      if (integration === undefined || !amendableKinds(integration).includes(kind) || !hasRights(integration))
        return messagePage(c, visit, 404, visit.text.message.notFound);
      const kept = keptFor(visit, c.req.path);
      if (kept !== undefined)
        return show(c, visit, whole(visit, { integration }, kind, readTyped(kept)), UNTOUCHED, { kind, seen: seenVersion(seenIn(kept)) });
      const typed = typedAmendment(integration, kind, visit.today, visit.text.typedDay);
      return show(c, visit, typed, UNTOUCHED, { kind, seen: seenField(integration) });
    });
    routes.post(AMEND, "enterApplication", async (c, visit, form) => {
      const number = numberOf(c);
      const integration = await readIntegration(db, number);
      if (integration === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
      const typed = whole(visit, { integration }, kind, readTyped(form));
      const asked = { kind, typed, circumstances: { ...circumstancesOf(visit), kind } };
      const shown = { kind, seen: seenVersion(seenIn(form)) };
      const faults = faultsOf(visit, typed, asked.circumstances);
      if (faults.size > 0) return show(c, visit, typed, { faults, status: 422 }, shown);
      const by = visit.actor("enterApplication");
      return take(c, visit, `integration/${number}`, typed, {
        async run() {
          prepared({ integration }, by, asked, visit.now);
          const amendment = amendmentAsked(await nextApplicationNumber(db, visit.today), asked);
          await integrations.amend(number, { by, seen: seenIn(form), ...amendment });
        },
        ...{ done: () => casePath(number), shown },
      });
    });
  }

  reasonPage(routes, context, {
    path: "withdraw",
    action: "enterApplication",
    step: "withdraw",
    words: ({ text: { apply } }) => ({ title: apply.withdrawTitle, intro: apply.withdrawForIntro, submit: apply.withdraw }),
    take: (c, visit, { reason, seen }) => integrations.withdraw(numberOf(c), { by: visit.actor("enterApplication"), seen, reason }),
  });

  async function take(
    c: ConsoleRequest,
    visit: Visit,
    object: string,
    typed: TypedApplication,
    { run, done, shown }: { readonly run: () => Promise<unknown>; readonly done: () => string; readonly shown: ShownFor },
  ): Promise<Response> {
    try {
      await visit.onTrail("enterApplication", object, run);
      return c.redirect(done(), 303);
    } catch (error) {
      if (error instanceof RuleViolation) return show(c, visit, typed, recordFault(visit.text, error), shown);
      context.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "an application could not be entered");
      return show(c, visit, typed, { faults: new Map(), whole: { sentence: visit.text.apply.message.laterOnPaper }, status: 503 }, shown);
    }
  }
}

function faultsOf(visit: Visit, typed: TypedApplication, circumstances: Parameters<typeof formFaults>[1]): FormFaults {
  return new Map([...formFaults(typed, circumstances)].map(([name, broken]) => [name, formFault(visit.text, name, broken)]));
}

/** What a form is for, and what goes with it unseen: the version that it was first shown with, or of a new application the form's id. */
interface ShownFor {
  readonly kind: DraftKind;
  /** What the application that is put right would do to an integration that has rights. */
  readonly amending?: ApplicationKind | undefined;
  readonly seen: Html;
}

async function show(
  c: ConsoleRequest,
  visit: Visit,
  typed: TypedApplication,
  { faults, whole: against, status }: FormShown,
  { kind, amending, seen }: ShownFor,
): Promise<Response> {
  const { apply, form, applications } = visit.text;
  const [title, intro, submit, fixed] =
    kind === "new"
      ? ([apply.paperTitle, apply.paperIntro, apply.enter, undefined] as const)
      : kind === "correction"
        ? ([apply.paperCorrectTitle, apply.paperCorrectIntro, apply.correct, amending === undefined ? "agency" : "integration"] as const)
        : ([apply.amendTitle(visit.text.kind[kind]), apply.paperAmendIntro, apply.enter, "integration"] as const);
  const back = kind === "new" ? "/console/applications" : casePath(numberOf(c));
  const improvement = fixed !== "integration" || kind === "reapplication" || amending === "reapplication";
  const body = html`<h1 class="ds-heading" data-size="md">${title}</h1><p class="quiet">${intro}</p>
${faultSummary(visit.text, against, ...faults.values())}
<form method="post" action="${c.req.path}" class="stack">${formToken(visit)}${seen}${applicationFields(visit, typed, faults, { fixed, improvement, onPaper: true })}
<div class="buttons"><button class="ds-button">${submit}</button><a class="ds-link" href="${back}">${kind === "new" ? applications.title : form.cancel}</a></div></form>`;
  return page(c, visit, { title, body, status });
}

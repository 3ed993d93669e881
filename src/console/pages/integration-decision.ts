import { readIntegration } from "../../../db/queries/integration-record.ts";
import { underWay } from "../../domain/integration-decision.ts";
import { parseDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Shown } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { showIntegration } from "./integration.ts";
import { reasonPage } from "./integration-reason.ts";
import { freshSecret, madeBefore, secretPage, takeOnce } from "./integration-secret.ts";
import { numberOf, takeStep, toRecord } from "./integration-step.ts";
import { seenIn, type Typed, typedIn } from "./integration-typed.ts";

/** The field beside which a broken rule about the period is told: the day that is none, or that lies outside what was asked for. */
function besideDays({ from }: { readonly from?: string }, requested: { readonly from: string }): Readonly<Record<string, string>> {
  if (from === undefined) return {};
  return {
    ...(parseDate(from) === undefined && { "period-malformed": "from" }),
    ...(from < requested.from && { "period-wider-than-requested": "from" }),
  };
}

/** An application's way: checked or sent back, approved or refused, provisioned. Its forms stand at the foot of the case. */
export function integrationDecisions(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { integrations, db } = context;
  const again = (c: ConsoleRequest, visit: Visit, typed: Typed) => (fault: Shown) => showIntegration(c, visit, context, fault, typed);

  routes.post("/console/integrations/:number/check", "checkApplication", (c, visit, form) => {
    const typed = { reason: form.one("reason") };
    const take = () => integrations.check(numberOf(c), { by: visit.actor("checkApplication"), seen: seenIn(form), ...typed });
    return takeStep(context, c, visit, { action: "checkApplication", take, done: () => toRecord(c), refused: again(c, visit, typed) });
  });

  routes.post("/console/integrations/:number/approve", "decideApplication", async (c, visit, form) => {
    const typed = typedIn(form);
    const { reason, checks, shared: sharedAddresses } = typed;
    const day = (text: string) => parseDate(text) ?? text;
    // A day that was cleared is none, and told so; only a form that doesn't ask for it leaves it to the application.
    const asksFor = (name: "from" | "until") => form.names.includes(name);
    const period = { ...(asksFor("from") && { from: day(typed.from) }), ...(asksFor("until") && { until: day(typed.until) }) };
    const request = { by: visit.actor("decideApplication"), seen: seenIn(form), reason, checks, sharedAddresses, ...period };
    const integration = await readIntegration(db, numberOf(c));
    return takeStep(context, c, visit, {
      action: "decideApplication",
      take: () => integrations.approve(numberOf(c), request),
      done: () => toRecord(c),
      refused: again(c, visit, typed),
      beside: integration && besideDays(period, underWay(integration)),
    });
  });

  routes.post("/console/integrations/:number/provision", "provisionIntegration", (c, visit, form) => {
    const typed = { reason: form.one("reason"), credential: form.one("credential") !== "" };
    const fresh = typed.credential ? freshSecret(form) : undefined;
    const given = fresh && { credential: fresh.credential };
    const request = { by: visit.actor("provisionIntegration"), seen: seenIn(form), reason: typed.reason, ...given };
    const take = () => integrations.provision(numberOf(c), request);
    return takeStep(context, c, visit, {
      action: "provisionIntegration",
      take: () => (fresh === undefined ? take() : takeOnce(context, fresh, take)),
      done: (integration) => (fresh === undefined ? toRecord(c) : secretPage(c, visit, integration, fresh)),
      refused: async (fault) => (await madeBefore(c, visit, context, fault, form)) ?? again(c, visit, typed)(fault),
    });
  });

  reasonPage(routes, context, {
    path: "send-back",
    action: "checkApplication",
    step: "sendBack",
    words: ({ text: { decision } }) => ({
      title: decision.sendBackTitle,
      intro: decision.sendBackIntro,
      submit: decision.sendBackSubmit,
    }),
    take: (c, visit, { reason, seen }) => integrations.sendBack(numberOf(c), { by: visit.actor("checkApplication"), seen, reason }),
  });
  reasonPage(routes, context, {
    path: "refuse",
    action: "decideApplication",
    step: "refuse",
    words: ({ text: { decision } }, { integration }) => ({
      title: decision.refuseTitle,
      intro: integration.amendment === undefined ? decision.refuseIntro : decision.refuseAmendmentIntro,
      submit: decision.refuseSubmit,
    }),
    take: (c, visit, { reason, seen }) => integrations.refuse(numberOf(c), { by: visit.actor("decideApplication"), seen, reason }),
  });
}

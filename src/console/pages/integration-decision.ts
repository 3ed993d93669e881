import { parseDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Shown } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { showIntegration } from "./integration.ts";
import { reasonPage } from "./integration-reason.ts";
import { freshSecret, secretPage } from "./integration-secret.ts";
import { numberOf, takeStep, toRecord } from "./integration-step.ts";
import { seenIn, type Typed } from "./integration-typed.ts";

/** An application's way: checked or sent back, approved or refused, provisioned. Its forms stand at the foot of the case. */
export function integrationDecisions(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { integrations } = context;
  const again = (c: ConsoleRequest, visit: Visit, typed: Typed) => (fault: Shown) => showIntegration(c, visit, context, fault, typed);

  routes.post("/console/integrations/:number/check", "checkApplication", (c, visit, form) => {
    const typed = { reason: form.one("reason") };
    const take = () => integrations.check(numberOf(c), { by: visit.actor("checkApplication"), seen: seenIn(form), ...typed });
    return takeStep(context, c, visit, { action: "checkApplication", take, done: () => toRecord(c), refused: again(c, visit, typed) });
  });

  routes.post("/console/integrations/:number/approve", "decideApplication", (c, visit, form) => {
    const [reason, from, until] = [form.one("reason"), form.one("from"), form.one("until")];
    const [checks, sharedAddresses] = [form.all("checks"), form.all("shared")];
    const day = (text: string) => parseDate(text) ?? text;
    const period = { ...(from && { from: day(from) }), ...(until && { until: day(until) }) };
    const request = { by: visit.actor("decideApplication"), seen: seenIn(form), reason, checks, sharedAddresses, ...period };
    const take = () => integrations.approve(numberOf(c), request);
    const refused = again(c, visit, { reason, checks, from, until, shared: sharedAddresses });
    return takeStep(context, c, visit, { action: "decideApplication", take, done: () => toRecord(c), refused });
  });

  routes.post("/console/integrations/:number/provision", "provisionIntegration", (c, visit, form) => {
    const typed = { reason: form.one("reason"), credential: form.one("credential") !== "" };
    const fresh = typed.credential ? freshSecret() : undefined;
    const given = fresh && { credential: fresh.credential };
    const request = { by: visit.actor("provisionIntegration"), seen: seenIn(form), reason: typed.reason, ...given };
    return takeStep(context, c, visit, {
      action: "provisionIntegration",
      take: () => integrations.provision(numberOf(c), request),
      done: (integration) => (fresh === undefined ? toRecord(c) : secretPage(c, visit, integration, fresh)),
      refused: again(c, visit, typed),
    });
  });

  reasonPage(routes, context, {
    path: "send-back",
    action: "checkApplication",
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
    words: ({ text: { decision } }, { integration }) => ({
      title: decision.refuseTitle,
      intro: integration.amendment === undefined ? decision.refuseIntro : decision.refuseAmendmentIntro,
      submit: decision.refuseSubmit,
    }),
    take: (c, visit, { reason, seen }) => integrations.refuse(numberOf(c), { by: visit.actor("decideApplication"), seen, reason }),
  });
}

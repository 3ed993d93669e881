import { randomUUID } from "node:crypto";
import { html } from "hono/html";
import { listDisposals } from "../../../db/queries/retention.ts";
import { listRetentionPeriods } from "../../../db/queries/retention-period.ts";
import { lastDayOf } from "../../domain/due.ts";
import { retentionEnd } from "../../domain/log-month.ts";
import { POLICY } from "../../domain/policy.ts";
import { stateOf } from "../../domain/retention.ts";
import { retentionYears } from "../../domain/retention-period.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary, select, textFaults } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { formToken, page } from "../layout.ts";
import { requestIdField, requestIn } from "../request-id.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { SentForm } from "../sent-form.ts";
import { type Shown, takeOnTrail } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { reasonField, seenIn, seenVersion } from "./integration-typed.ts";
import { RETENTION_PATH } from "./retention.ts";

interface Typed {
  readonly requestId: string;
  readonly reason: string;
  readonly years: number;
  /** The years that were shown to hold. */
  readonly seen: number;
}

const PATH = `${RETENTION_PATH}/period`;
const FIELD_OF: Readonly<Record<string, string>> = { ...textFaults("reason"), "retention-not-raised": "years" };

/** The manager's word that the log is kept for longer, for good. @clause 4(1)5 @clause 4(2)5 */
export function retentionPeriodPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get(PATH, "raiseRetention", (c, visit) => {
    const kept = keptFor(visit, PATH);
    return showPeriod(c, visit, context, kept && typedIn(kept));
  });
  routes.post(PATH, "raiseRetention", (c, visit, form) => {
    const typed = typedIn(form);
    return takeOnTrail(context, visit, {
      ...{ action: "raiseRetention", object: "log", fieldOf: FIELD_OF },
      take: () => context.retention.period({ by: visit.actor("raiseRetention"), ...typed }),
      done: () => c.redirect(RETENTION_PATH, 303),
      refused: (fault) => showPeriod(c, visit, context, typed, fault),
    });
  });
}

function typedIn(form: SentForm): Typed {
  const years = Number.parseInt(form.one("years"), 10);
  return { requestId: requestIn(form), reason: form.one("reason"), years, seen: seenIn(form) };
}

async function showPeriod(c: ConsoleRequest, visit: Visit, { db }: ConsoleContext, typed?: Typed, fault?: Shown): Promise<Response> {
  const { text } = visit;
  const { period } = text.retention;
  const [held, months] = await Promise.all([listRetentionPeriods(db).then(retentionYears), listDisposals(db)]);
  if (held >= POLICY.logRetentionCapYears) return c.redirect(RETENTION_PATH, 303);
  const longer = Array.from({ length: POLICY.logRetentionCapYears - held }, (_, place) => held + 1 + place);
  const earliest = months.find((disposal) => stateOf(disposal) !== "disposed")?.month ?? visit.today.slice(0, 7);
  const until = text.day(lastDayOf(retentionEnd(earliest, held + 1)));
  const options = longer.map((years) => [String(years), period.years(years)] as const);
  const body = html`<div class="narrow"><p class="quiet">${period.lead(held)}</p>
<h1 class="ds-heading" data-size="md">${period.raiseTitle}</h1>
${faultSummary(text, fault)}<p class="ds-alert" data-color="warning">${period.raiseIntro(until, held + 1)}</p>
<form method="post" action="${PATH}" class="stack">${formToken(visit)}${seenVersion(typed?.seen ?? held)}${requestIdField(typed?.requestId ?? randomUUID())}
${select("years", period.raiseField, options, String(typed?.years ?? held + 1), fault)}${reasonField(visit, fault, typed)}
<div class="buttons"><button class="ds-button" data-color="danger">${period.raiseSubmit}</button><a class="ds-link" href="${RETENTION_PATH}">${
    period.cancel
  }</a></div></form></div>`;
  return page(c, visit, { title: period.raiseTitle, body, status: fault?.status ?? 200 });
}

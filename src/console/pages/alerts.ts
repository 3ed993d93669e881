import { html } from "hono/html";
import { listAlerts } from "../../../db/queries/abnormal-use.ts";
import type { AlertDecision, AlertOnRecord } from "../../domain/abnormal-use-decision.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary, field, select, textFaults } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { clock, formToken, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import { type Shown, takeOnTrail } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { alertPath, casePath, facts } from "../words.ts";
import { findingPath, raisePath } from "./findings.ts";
import { messagePage } from "./message.ts";

const PATH = "/console/system/alerts";
const PAGE_LENGTH = 50;
const COLOUR = { open: "warning", dismissed: "neutral", finding: "danger" } as const;

/** 異常使用警示: what was unusual, what the officer made of it, and the decision on what is open. */
export function alertPages(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { db, keepAlerts } = context;
  routes.get(PATH, "seeAlerts", async (c, visit) => {
    const all = c.req.query("which") === "all";
    const before = numberOf(c.req.query("before") ?? "");
    return showAlerts(c, visit, all, await listAlerts(db, { onlyOpen: !all, before }, PAGE_LENGTH));
  });
  routes.get(`${PATH}/:number{[0-9]{1,9}}`, "seeAlerts", (c, visit) => show(c, visit));
  routes.post(`${PATH}/:number{[0-9]{1,9}}`, "decideAlert", (c, visit, form) => {
    const alertId = numberOf(c.req.param("number") ?? "") ?? 0;
    const decision: AlertDecision = {
      alertId,
      by: visit.actor("decideAlert"),
      reason: form.one("reason"),
      seen: numberOf(form.one("seen")) ?? 0,
    };
    return takeOnTrail(context, visit, {
      ...{ action: "decideAlert", object: `alert/${alertId}`, fieldOf: textFaults("reason") },
      take: () => keepAlerts({ decision, onlyOpen: true }),
      done: () => c.redirect(alertPath(alertId), 303),
      refused: (fault) => show(c, visit, { fault, reason: decision.reason }),
    });
  });

  async function show(c: ConsoleRequest, visit: Visit, refused?: Refused): Promise<Response> {
    const [alert] = await listAlerts(db, { onlyOpen: false, alertId: numberOf(c.req.param("number") ?? "") ?? 0 });
    return alert === undefined ? messagePage(c, visit, 404, visit.text.message.notFound) : showAlert(c, visit, alert, refused);
  }
}

function numberOf(text: string): number | undefined {
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined;
}

function showAlerts(c: ConsoleRequest, visit: Visit, all: boolean, found: readonly AlertOnRecord[]): Response | Promise<Response> {
  const { text } = visit;
  const { alerts } = text;
  const last = found.length === PAGE_LENGTH ? found.at(-1)?.alertId : undefined;
  const which = all ? "all" : "open";
  const line = (
    alert: AlertOnRecord,
  ) => html`<tr><th scope="row"><a class="ds-link" href="${alertPath(alert.alertId)}">${alert.alertId}</a></th>
<td data-label="${alerts.kind}">${alerts.kindOf[alert.kind]}</td><td data-label="${alerts.integration}">${alert.applicationNumber}　${alert.systemName}</td>
<td data-label="${alerts.counts}">${countsOf(visit, alert)}</td><td data-label="${alerts.foundAt}" class="day">${clock(text, Date.parse(alert.foundAt))}</td>
<td data-label="${alerts.state}">${stateOf(visit, alert)}</td></tr>`;
  const titles = [alerts.number, alerts.kind, alerts.integration, alerts.counts, alerts.foundAt, alerts.state];
  const options = [
    ["open", alerts.whichOf.open],
    ["all", alerts.whichOf.all],
  ] as const;
  const body = html`<h1 class="ds-heading" data-size="md">${alerts.title}</h1><p class="quiet">${alerts.intro}</p>
<form method="get" action="${PATH}" class="filter" role="search">${select("which", alerts.which, options, which)}
<button class="ds-button" data-variant="secondary">${alerts.filter}</button></form>
${
  found.length === 0
    ? html`<p class="empty">${alerts.none}</p>`
    : html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${found.map(line)}</tbody></table>`
}
${last === undefined ? NOTHING : html`<p><a class="ds-link" href="${PATH}?which=${which}&amp;before=${last}">${alerts.older}</a></p>`}`;
  return page(c, visit, { title: alerts.title, body });
}

/** A decision that could not be taken, and what was typed for it. */
interface Refused {
  readonly fault: Shown;
  readonly reason: string;
}

export function showAlert(c: ConsoleRequest, visit: Visit, alert: AlertOnRecord, refused?: Refused): Response | Promise<Response> {
  const { text } = visit;
  const { alerts } = text;
  const { decidedBy, decidedAt, reason, findingNumber } = alert;
  const decided =
    decidedBy === null || decidedAt === null
      ? []
      : [[alerts.decided, html`${alerts.decidedBy(decidedBy, clock(text, Date.parse(decidedAt)))}<br>${reason}`] as const];
  const body = html`<p class="quiet">${alerts.title}　${alert.alertId}</p>
<h1 class="ds-heading" data-size="md">${alerts.kindOf[alert.kind]} ${stateOf(visit, alert)}</h1>
${faultSummary(text, refused?.fault)}
${facts([
  [alerts.integration, html`${alert.applicationNumber}　${alert.systemName}${links(visit, alert)}`],
  [alerts.window, alerts.span(clock(text, Date.parse(alert.from)), clock(text, Date.parse(alert.until)))],
  [alerts.counts, countsOf(visit, alert)],
  [alerts.foundAt, clock(text, Date.parse(alert.foundAt))],
  ...decided,
  ...(findingNumber === null
    ? []
    : [
        [
          text.findings.title,
          html`<a class="ds-link" href="${findingPath(findingNumber)}">${text.findings.of(findingNumber)}</a>`,
        ] as const,
      ]),
])}
${alert.state === "open" ? decisionForm(visit, alert, refused) : NOTHING}
<p><a class="ds-link" href="${PATH}">${alerts.back}</a></p>`;
  return page(c, visit, { title: alerts.kindOf[alert.kind], body, status: refused?.fault.status ?? 200 });
}

/** It is nothing, and why; or a finding is raised, by more than may say the first. */
function decisionForm(visit: Visit, { alertId, version }: AlertOnRecord, refused: Refused | undefined): Html {
  const { alerts, form } = visit.text;
  const [dismisses, raises] = [visit.may("decideAlert"), visit.may("raiseFinding")];
  if (!dismisses && !raises) return NOTHING;
  const raise = raises
    ? html`<a class="ds-button" data-variant="secondary" data-color="danger" href="${raisePath({ alertId })}">${alerts.finding}</a>`
    : NOTHING;
  const path = alertPath(alertId);
  const reason = refused?.reason ?? keptFor(visit, path)?.one("reason") ?? "";
  const dismiss = html`<form method="post" action="${path}" class="stack">${formToken(visit)}<input type="hidden" name="seen" value="${version}">
${field({ name: "reason", label: form.reason, hint: form.reasonHint, value: reason, long: true, fault: refused?.fault })}
<div class="buttons"><button class="ds-button">${alerts.dismiss}</button>${raise}</div></form>`;
  return html`<section class="decision"><h2 class="ds-heading" data-size="xs">${alerts.decide}</h2><p>${alerts.decideIntro}</p>${
    dismisses ? dismiss : html`<div class="buttons">${raise}</div>`
  }</section>`;
}

/** To the integration, and to its queries of the period, for those who may. */
function links({ text, may }: Visit, { applicationNumber, from, until }: AlertOnRecord): Html {
  const day = (moment: number) => text.typedDay(taipeiDate(moment));
  const query = new URLSearchParams({ integration: applicationNumber, from: day(Date.parse(from)), until: day(Date.parse(until) - 1) });
  return html`${may("seeIntegrations") ? html`　<a class="ds-link" href="${casePath(applicationNumber)}">${text.alerts.toIntegration}</a>` : NOTHING}${
    may("searchLog") ? html`　<a class="ds-link" href="/console/queries?${query.toString()}">${text.alerts.toQueries}</a>` : NOTHING
  }`;
}

function stateOf({ text }: Visit, { state }: AlertOnRecord): Html {
  return html`<span class="ds-tag" data-color="${COLOUR[state]}">${text.alerts.stateOf[state]}</span>`;
}

function countsOf({ text }: Visit, { counts }: AlertOnRecord): string {
  return Object.entries(counts)
    .map(([name, count]) => text.alerts.counted(text.alerts.countOf[name] ?? name, count))
    .join(text.separator);
}

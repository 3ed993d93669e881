import { html } from "hono/html";
import {
  countIntegrations,
  findIntegrations,
  type IntegrationFilter,
  type IntegrationRow,
} from "../../../db/queries/console-integration.ts";
import type { IntegrationState } from "../../domain/integration-step.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import { BYTE_ORDER_MARK, csvLine } from "../../reports/csv.ts";
import type { ConsoleContext } from "../context.ts";
import { download } from "../download.ts";
import { field, select } from "../fields.ts";
import { type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath, checkNames, lastDayOf, stateTag } from "../words.ts";

const SORTS = ["number", "period", "agency"] as const;

/** 介接服務: every integration, searched and narrowed in the URL, on screen and as CSV. */
export function integrationsPages(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { db } = context;
  routes.get("/console/integrations", "seeIntegrations", async (c, visit) => {
    const filter = filterOf(c);
    const [rows, all] = await Promise.all([findIntegrations(db, filter), countIntegrations(db)]);
    const { text } = visit;
    const body = html`<h1 class="ds-heading" data-size="md">${text.integrations.title}</h1>
${filterForm(visit, filter)}
${visit.may("enterApplication") ? html`<p><a class="ds-button" data-variant="secondary" href="/console/applications/paper">${text.apply.open.enter}</a></p>` : NOTHING}
<p class="list-head"><span>${text.integrations.count(rows.length, all)}</span><a class="ds-link" href="/console/integrations.csv${searchOf(c)}">${text.integrations.csv}</a></p>
${rows.length === 0 ? html`<p class="empty">${text.integrations.none} <a class="ds-link" href="/console/integrations">${text.integrations.clear}</a></p>` : table(visit, rows)}`;
    return page(c, visit, { title: text.integrations.title, body });
  });

  routes.get("/console/integrations.csv", "exportIntegrations", async (c, visit) => {
    const { text } = visit;
    const rows = await visit.onTrail("exportIntegrations", c.req.path, () => findIntegrations(db, filterOf(c)));
    const { number, agency, system, state, scope, from, until } = text.integrations;
    const lines = rows.map((row) => [
      row.applicationNumber,
      row.agencyName,
      row.systemName,
      text.state[row.state],
      checkNames(text, row.checks),
      row.approvedFrom === undefined ? "" : taipeiDate(row.approvedFrom),
      row.approvedUntil === undefined ? "" : lastDayOf(row.approvedUntil),
    ]);
    const table = BYTE_ORDER_MARK + [[number, agency, system, state, scope, from, until], ...lines].map(csvLine).join("");
    return download(c, { name: `integrations-${visit.today}`, format: "csv" }, table);
  });
}

function filterOf(c: ConsoleRequest): IntegrationFilter {
  const text = (name: string) => c.req.query(name)?.replaceAll("\0", "").trim() || undefined;
  return { search: text("search"), state: text("state"), sort: SORTS.find((sort) => sort === text("sort")) };
}

function searchOf(c: ConsoleRequest): string {
  return new URL(c.req.url).search;
}

function filterForm({ text }: Visit, { search = "", state = "", sort = "number" }: IntegrationFilter): Html {
  const states = Object.entries(text.state) as [IntegrationState, string][];
  return html`<form method="get" action="/console/integrations" class="filter" role="search">
${field({ name: "search", label: text.integrations.search, hint: text.integrations.searchHint, value: search, type: "search" })}
${select("state", text.integrations.state, [["", text.integrations.everyState], ...states], state)}
${select(
  "sort",
  text.integrations.sort,
  SORTS.map((by) => [by, text.integrations.sortBy[by]] as const),
  sort,
)}
<button class="ds-button" data-variant="secondary">${text.integrations.filter}</button></form>`;
}

function table({ text, today }: Visit, rows: readonly IntegrationRow[]): Html {
  const { number, agency, system, state, scope, until } = text.integrations;
  const line = (row: IntegrationRow) => html`<tr>
<th scope="row"><a class="ds-link" href="${casePath(row.applicationNumber)}">${row.applicationNumber}</a></th>
<td data-label="${state}">${stateTag(text, row.state)}</td>
<td data-label="${agency}">${row.agencyName}</td>
<td data-label="${system}">${row.systemName}</td>
<td data-label="${scope}">${checkNames(text, row.checks)}</td>
<td data-label="${until}" class="number">${row.approvedUntil === undefined ? "—" : text.dayAhead(lastDayOf(row.approvedUntil), today)}</td></tr>`;
  return html`<table class="ds-table cards"><thead><tr>${[number, state, agency, system, scope].map(
    (title) => html`<th scope="col">${title}</th>`,
  )}<th scope="col" class="number">${until}</th></tr></thead><tbody>${rows.map(line)}</tbody></table>`;
}

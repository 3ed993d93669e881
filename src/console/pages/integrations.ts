import { html } from "hono/html";
import { findIntegrations, type IntegrationOrder, type IntegrationRow } from "../../../db/queries/console-integration.ts";
import { lastDayOf } from "../../domain/due.ts";
import type { IntegrationState } from "../../domain/integration-step.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { download } from "../download.ts";
import { faultSummary, field, select } from "../fields.ts";
import { type Html, NOTHING, page } from "../layout.ts";
import { type Asked, askedInUrl, csvTable, filterForm, LINES, type List, listHead, listPage, noLines, pager, stateLinks } from "../list.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";
import { casePath, checkNames, stateTag } from "../words.ts";

type Name = "search" | "state" | "sort";
const LIST: List<Name> = {
  ...{ path: "/console/integrations", action: "seeIntegrations", filters: ["search", "state", "sort"] },
  choices: (text) => ({ state: text.state, sort: text.integrations.sortBy }),
};
const SORTS: readonly IntegrationOrder[] = ["number", "period", "agency", "queries", "unused"];

/** 介接服務: every integration, searched and narrowed in the URL, on screen and as CSV. */
export function integrationsPages(routes: ConsoleRoutes, { db }: ConsoleContext): void {
  /** Those that fit the search, in order, in whatever state. */
  const searched = ({ search, sort }: Asked<Name>["filter"], { today }: Visit) =>
    findIntegrations(db, { search, sort: SORTS.find((known) => known === sort) }, today);
  const inState = (rows: readonly IntegrationRow[], state: string | undefined) =>
    state === undefined ? rows : rows.filter((row) => row.state === state);

  listPage(routes, LIST, async (c, visit, asked) => {
    const { text } = visit;
    const { filter, pageNumber, fault } = asked;
    const [rows, every] = await Promise.all([searched(filter, visit), searched({}, visit)]);
    const found = inState(rows, filter.state);
    const shown = found.slice((pageNumber - 1) * LINES, pageNumber * LINES);
    const states = (Object.entries(text.state) as [IntegrationState, string][])
      .map(([state, label]) => [state, label, inState(rows, state).length] as const)
      .filter(([state, , count]) => count > 0 || state === filter.state);
    const sorts = SORTS.map((by) => [by, text.integrations.sortBy[by]] as const);
    const fields = html`${filter.state === undefined ? NOTHING : html`<input type="hidden" name="state" value="${filter.state}">`}${field({
      ...{ name: "search", label: text.list.search, hint: text.integrations.searchHint, value: filter.search ?? "", type: "search", fault },
    })}${select("sort", text.integrations.sort, sorts, filter.sort ?? "number")}`;
    const body = html`<h1 class="ds-heading" data-size="md">${text.integrations.title}</h1>
${faultSummary(text, fault)}
${stateLinks(visit, LIST, "state", asked, [["", text.integrations.everyState, rows.length], ...states])}
${filterForm(visit, LIST, fields)}
${listHead(visit, LIST, asked, found.length, every.length)}
${shown.length === 0 ? noLines(visit, LIST, asked, text.integrations.none) : table(visit, shown)}
${pager(visit, LIST, asked, found.length)}`;
    return page(c, visit, { title: text.integrations.title, body });
  });

  routes.get(`${LIST.path}.csv`, "exportIntegrations", async (c, visit) => {
    const asked = askedInUrl(c, visit, LIST);
    if (asked instanceof Response) return asked;
    const { text } = visit;
    const rows = await visit.onTrail("exportIntegrations", c.req.path, () => searched(asked.filter, visit));
    const { number, agency, system, state, scope, from, until, subjects, lastUsed } = text.integrations;
    const lines = inState(rows, asked.filter.state).map((row) => [
      ...[row.applicationNumber, row.agencyName, row.systemName, text.state[row.state], checkNames(text, row.checks)],
      row.approvedFrom === undefined ? "" : taipeiDate(row.approvedFrom),
      row.approvedUntil === undefined ? "" : lastDayOf(row.approvedUntil),
      ...[String(row.subjectsThisMonth), row.lastUsedOn ?? ""],
    ]);
    const file = csvTable([number, agency, system, state, scope, from, until, subjects, lastUsed], lines);
    return download(c, { name: [text.integrations.title, text.typedDay(visit.today)], format: "csv" }, file);
  });
}

function table({ text, today }: Visit, rows: readonly IntegrationRow[]): Html {
  const { number, agency, system, state, scope, until, subjects, lastUsed } = text.integrations;
  const line = (row: IntegrationRow) => html`<tr>
<th scope="row"><a class="ds-link" href="${casePath(row.applicationNumber)}">${row.applicationNumber}</a></th>
<td data-label="${state}">${stateTag(text, row.state)}</td>
<td data-label="${agency}">${row.agencyName}</td><td data-label="${system}">${row.systemName}</td>
<td data-label="${scope}">${checkNames(text, row.checks)}</td>
<td data-label="${until}" class="day">${row.approvedUntil === undefined ? "—" : text.dayAhead(lastDayOf(row.approvedUntil), today)}</td>
<td data-label="${subjects}" class="number">${row.subjectsThisMonth.toLocaleString("en")}</td>
<td data-label="${lastUsed}" class="day">${row.lastUsedOn === undefined ? "—" : text.day(row.lastUsedOn)}</td></tr>`;
  const title = (word: string, name = "") => html`<th scope="col"${name === "" ? NOTHING : html` class="${name}"`}>${word}</th>`;
  return html`<table class="ds-table cards"><thead><tr>${[number, state, agency, system, scope, until].map((word) => title(word))}${title(
    subjects,
    "number",
  )}${title(lastUsed)}</tr></thead><tbody>${rows.map(line)}</tbody></table>`;
}

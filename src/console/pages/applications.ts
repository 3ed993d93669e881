import { html } from "hono/html";
import { countApplications, type ListedApplication, listApplications } from "../../../db/queries/application-list.ts";
import type { ApplicationStage } from "../../domain/integration-step.ts";
import { daysBetween, taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { download } from "../download.ts";
import { faultSummary, field, select } from "../fields.ts";
import { type Html, NOTHING, page } from "../layout.ts";
import { askedInUrl, csvTable, filterForm, LINES, type List, listHead, listPage, noLines, pager, stateLinks } from "../list.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Text } from "../text/index.ts";
import type { Visit } from "../visit.ts";
import { casePath, stageTag } from "../words.ts";

const LIST: List<"search" | "stage" | "kind"> = {
  path: "/console/applications",
  action: "seeApplications",
  filters: ["search", "stage", "kind"],
  choices: (text) => ({ stage: Object.fromEntries(STAGES.map((stage) => [stage, stage])), kind: text.kind }),
};
const STAGES: readonly ApplicationStage[] = [
  ...(["submitted", "returned", "checked", "approved", "provisioned"] as const),
  ...(["refused", "withdrawn", "replaced", "lapsed"] as const),
];
const ALL = { first: 0, count: 100_000 };

/** 申請案: every application there ever was, by its stage; searched in the URL, on screen and as CSV. */
export function applicationsPage(routes: ConsoleRoutes, { db }: ConsoleContext): void {
  listPage(routes, LIST, async (c, visit, asked) => {
    const { text } = visit;
    const { filter, pageNumber } = asked;
    const [rows, counts, every] = await Promise.all([
      listApplications(db, filter, { first: (pageNumber - 1) * LINES, count: LINES }),
      countApplications(db, { ...filter, stage: undefined }),
      countApplications(db, {}),
    ]);
    const inAll = sum(counts);
    const found = filter.stage === undefined ? inAll : (counts.get(filter.stage) ?? 0);
    const states = STAGES.map((stage) => [stage, stageName(text, stage), counts.get(stage) ?? 0] as const);
    const kinds = Object.entries(text.kind);
    const fields = html`${filter.stage === undefined ? NOTHING : html`<input type="hidden" name="stage" value="${filter.stage}">`}${field({
      ...{ name: "search", label: text.list.search, hint: text.applications.searchHint, value: filter.search ?? "", type: "search" },
      fault: asked.fault,
    })}${select("kind", text.integration.kind, [["", text.applications.everyKind], ...kinds], filter.kind ?? "")}`;
    const body = html`<h1 class="ds-heading" data-size="md">${text.applications.title}</h1>
${faultSummary(text, asked.fault)}
${stateLinks(visit, LIST, "stage", asked, [["", text.applications.everyStage, inAll], ...states.filter(([stage, , count]) => count > 0 || stage === filter.stage)])}
${filterForm(visit, LIST, fields)}
${visit.may("enterApplication") ? html`<p><a class="ds-button" data-variant="secondary" href="/console/applications/paper">${text.apply.open.enter}</a></p>` : NOTHING}
${listHead(visit, LIST, asked, found, sum(every))}
${rows.length === 0 ? noLines(visit, LIST, asked, text.applications.none) : table(visit, rows)}
${pager(visit, LIST, asked, found)}`;
    return page(c, visit, { title: text.applications.title, body });
  });

  routes.get(`${LIST.path}.csv`, "exportApplications", async (c, visit) => {
    const asked = askedInUrl(c, visit, LIST);
    if (asked instanceof Response) return asked;
    const { text } = visit;
    const rows = await visit.onTrail("exportApplications", c.req.path, () => listApplications(db, asked.filter, ALL));
    const { applications, integrations, integration } = text;
    const titles = [integrations.number, integration.kind, integrations.state, integrations.agency, integrations.system];
    const lines = rows.map((row) => [
      ...[row.applicationNumber, text.kind[row.kind], stageName(text, row.stage), row.agencyName, row.systemName],
      ...[taipeiDate(row.submittedAt), taipeiDate(row.since), row.integrationNumber],
    ]);
    const file = csvTable([...titles, applications.submitted, applications.since, applications.integration], lines);
    return download(c, { name: [applications.title, text.typedDay(visit.today)], format: "csv" }, file);
  });
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

function stageName(text: Text, stage: ApplicationStage): string {
  return stage === "provisioned" || stage === "replaced" || stage === "lapsed" ? text.stage[stage] : text.state[stage];
}

function table({ text, today }: Visit, rows: readonly ListedApplication[]): Html {
  const { applications, integrations, integration } = text;
  const waits = ({ stage, since }: ListedApplication) =>
    stage === "submitted" || stage === "returned" || stage === "checked" || stage === "approved"
      ? text.applications.waiting(daysBetween(taipeiDate(since), today))
      : text.day(taipeiDate(since));
  const line = (row: ListedApplication) => html`<tr>
<th scope="row"><a class="ds-link" href="${casePath(row.integrationNumber)}">${row.applicationNumber}</a></th>
<td data-label="${integrations.state}">${stageTag(text, row.stage)}</td>
<td data-label="${integration.kind}">${text.kind[row.kind]}</td>
<td data-label="${integrations.agency}">${row.agencyName}</td><td data-label="${integrations.system}">${row.systemName}</td>
<td data-label="${applications.submitted}" class="day">${text.day(taipeiDate(row.submittedAt))}</td>
<td data-label="${applications.since}" class="number">${waits(row)}</td></tr>`;
  const titles = [
    integrations.number,
    integrations.state,
    integration.kind,
    integrations.agency,
    integrations.system,
    applications.submitted,
  ];
  return html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}<th scope="col" class="number">${
    applications.since
  }</th></tr></thead><tbody>${rows.map(line)}</tbody></table>`;
}

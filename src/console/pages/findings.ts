import { html } from "hono/html";
import { listFindings } from "../../../db/queries/finding.ts";
import type { Finding, Severity } from "../../domain/finding.ts";
import type { ConsoleContext } from "../context.ts";
import { clock, type Html, NOTHING, page } from "../layout.ts";
import { askedInUrl, listUrl } from "../list.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";
import { alertPath, casePath, facts } from "../words.ts";
import { messagePage } from "./message.ts";

export const FINDINGS_PATH = "/console/findings";
const PAGE_LENGTH = 50;
const COLOUR: Readonly<Record<Severity, "neutral" | "warning" | "danger">> = { minor: "neutral", ordinary: "warning", serious: "danger" };

/** A finding's address. */
export function findingPath(findingNumber: number): string {
  return `${FINDINGS_PATH}/${findingNumber}`;
}

/** 稽核發現: what audits and alerts hold against integrations, all of it or one's. @clause 5(2) @clause 3(10) */
export function findingPages(routes: ConsoleRoutes, { db }: ConsoleContext): void {
  routes.get(FINDINGS_PATH, "seeFindings", async (c, visit) => {
    const { findings } = visit.text;
    const asked = askedInUrl(c, visit, { path: FINDINGS_PATH, filters: ["integration"] });
    if (asked instanceof Response) return asked;
    const integrationNumber = asked.filter.integration;
    const before = /^[1-9]\d{0,8}$/.exec(c.req.query("before") ?? "")?.[0];
    const found = await listFindings(db, { integrationNumber, before: before === undefined ? undefined : Number(before) }, PAGE_LENGTH);
    const last = found.length === PAGE_LENGTH ? found.at(-1)?.findingNumber : undefined;
    const body = html`<h1 class="ds-heading" data-size="md">${findings.title}</h1><p class="quiet">${findings.intro}</p>
${integrationNumber === undefined ? NOTHING : html`<p>${findings.onlyOf(integrationNumber)}　<a class="ds-link" href="${FINDINGS_PATH}">${findings.every}</a></p>`}
${visit.may("raiseFinding") ? html`<p><a class="ds-button" data-variant="secondary" href="${raisePath({ integrationNumber })}">${findings.raise}</a></p>` : NOTHING}
${found.length === 0 ? html`<p class="empty">${findings.none}</p>` : findingsTable(visit, found)}
${last === undefined ? NOTHING : html`<p><a class="ds-link" href="${listUrl(FINDINGS_PATH, { integration: integrationNumber, before: String(last) })}">${findings.older}</a></p>`}`;
    return page(c, visit, { title: findings.title, body });
  });

  routes.get(`${FINDINGS_PATH}/:number{[1-9][0-9]{0,8}}`, "seeFindings", async (c, visit) => {
    const { text, today } = visit;
    const [finding] = await listFindings(db, { findingNumber: Number(c.req.param("number")) });
    if (finding === undefined) return messagePage(c, visit, 404, text.message.notFound);
    const { findings } = text;
    const { findingNumber, integrationNumber, systemName, alertId, description, dueOn, raisedBy, raisedAs, raisedAt } = finding;
    const system = `${integrationNumber}　${systemName}`;
    const source = alertId === null ? findings.fromAudit : findings.fromAlert(alertId);
    const title = findings.of(findingNumber);
    const body = html`<p class="quiet"><a class="ds-link" href="${FINDINGS_PATH}">${findings.title}</a></p>
<h1 class="ds-heading" data-size="md">${title} ${severityTag(visit, finding)}</h1>
<p class="lead">${findings.lead(text.dayAhead(dueOn, today))}</p>
${facts([
  [
    findings.integration,
    visit.may("seeIntegrations") ? html`<a class="ds-link" href="${casePath(integrationNumber)}">${system}</a>` : system,
  ],
  [findings.description, description],
  [findings.due, text.dayAhead(dueOn, today)],
  [
    findings.source,
    alertId !== null && visit.may("seeAlerts") ? html`<a class="ds-link" href="${alertPath(alertId)}">${source}</a>` : source,
  ],
  [findings.raisedBy, findings.by(raisedBy, text.duty[raisedAs], clock(text, Date.parse(raisedAt)))],
])}`;
    return page(c, visit, { title, body });
  });
}

/** Where a finding is raised, of an alert or about an integration. */
export function raisePath({
  alertId,
  integrationNumber,
}: {
  readonly alertId?: number;
  readonly integrationNumber?: string | undefined;
}): string {
  if (alertId !== undefined) return `${FINDINGS_PATH}/new/${alertId}`;
  return `${FINDINGS_PATH}/new${integrationNumber === undefined ? "" : `?${new URLSearchParams({ integration: integrationNumber })}`}`;
}

/** What is held against an integration, on its own page. */
export async function findingsSection(visit: Visit, { db }: ConsoleContext, integrationNumber: string): Promise<Html> {
  const { findings } = visit.text;
  const found = await listFindings(db, { integrationNumber }, PAGE_LENGTH);
  return html`<section><h2 class="ds-heading" data-size="xs">${findings.title}</h2>${
    found.length === 0 ? html`<p class="empty">${findings.ofIntegration}</p>` : findingsTable(visit, found)
  }${visit.may("raiseFinding") ? html`<p class="list-head"><span></span><a class="ds-link" href="${raisePath({ integrationNumber })}">${findings.raise}</a></p>` : NOTHING}</section>`;
}

function severityTag({ text }: Visit, { severity }: Finding): Html {
  return html`<span class="ds-tag" data-color="${COLOUR[severity]}">${text.findings.severityOf[severity]}</span>`;
}

function findingsTable(visit: Visit, found: readonly Finding[]): Html {
  const { text, today } = visit;
  const { findings } = text;
  const rows = found.map(
    (finding) => html`<tr><th scope="row"><a class="ds-link" href="${findingPath(finding.findingNumber)}">${finding.findingNumber}</a></th>
<td data-label="${findings.severity}">${severityTag(visit, finding)}</td><td data-label="${findings.integration}">${finding.integrationNumber}　${finding.systemName}</td>
<td data-label="${findings.description}">${finding.description}</td><td data-label="${findings.due}" class="day">${text.dayAhead(finding.dueOn, today)}</td></tr>`,
  );
  const titles = [findings.number, findings.severity, findings.integration, findings.description, findings.due];
  return html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}

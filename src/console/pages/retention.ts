import { html } from "hono/html";
import { listDisposals, listMonthSizes } from "../../../db/queries/retention.ts";
import { listRetentionPeriods } from "../../../db/queries/retention-period.ts";
import { lastDayOf } from "../../domain/due.ts";
import { isMonth, retentionEnd } from "../../domain/log-month.ts";
import { POLICY } from "../../domain/policy.ts";
import { type Disposal, type MonthState, monthState } from "../../domain/retention.ts";
import { type RetentionPeriod, retentionYears } from "../../domain/retention-period.ts";
import type { ConsoleContext } from "../context.ts";
import { clock, type Html, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";
import { roleName } from "../words.ts";

export const RETENTION_PATH = "/console/system/retention";
const COLOUR: Readonly<Record<MonthState, "success" | "warning" | "danger" | "neutral">> = {
  kept: "success",
  due: "warning",
  proposed: "warning",
  held: "warning",
  approved: "danger",
  disposed: "neutral",
};

/** A month's address. */
export function monthPath(month: string): string {
  return `${RETENTION_PATH}/${month}`;
}

/** A month of the log, and how it stands now. */
export interface KeptMonth {
  readonly disposal: Disposal;
  readonly state: MonthState;
  /** `retentionEnd`, epoch milliseconds. */
  readonly keptUntil: number;
}

/** Every month that has begun, the newest first. */
export async function listKeptMonths(db: ConsoleContext["db"], now: number): Promise<KeptMonth[]> {
  const [all, years] = await Promise.all([listDisposals(db), listRetentionPeriods(db).then(retentionYears)]);
  return all
    .filter(({ month }) => isMonth(month, now))
    .map((disposal) => keptMonth(disposal, years, now))
    .reverse();
}

export function keptMonth(disposal: Disposal, years: number, now: number): KeptMonth {
  const keptUntil = retentionEnd(disposal.month, years);
  return { disposal, keptUntil, state: monthState(disposal, keptUntil, now) };
}

export function monthTag({ text }: Visit, state: MonthState): Html {
  return html`<span class="ds-tag" data-color="${COLOUR[state]}">${text.retention.stateOf[state]}</span>`;
}

/** 查詢日誌保存與銷毀: for how long the log is kept, and where each of its months stands. @clause 4(1)5 @clause 4(2)5 */
export function retentionPage(routes: ConsoleRoutes, { db }: ConsoleContext): void {
  routes.get(RETENTION_PATH, "seeRetention", async (c, visit) => {
    const [months, sizes, periods] = await Promise.all([listKeptMonths(db, visit.now), listMonthSizes(db), listRetentionPeriods(db)]);
    const { retention } = visit.text;
    const body = html`<h1 class="ds-heading" data-size="md">${retention.title}</h1>
<p class="lead">${retention.period.lead(retentionYears(periods))}</p><p class="quiet">${retention.intro}</p>
${months.length === 0 ? html`<p class="empty">${retention.none}</p>` : monthsTable(visit, months, sizes)}
${periodSection(visit, periods)}`;
    return page(c, visit, { title: retention.title, body });
  });
}

function monthsTable(visit: Visit, months: readonly KeptMonth[], sizes: ReadonlyMap<string, number>): Html {
  const { text, today } = visit;
  const { retention } = text;
  const rows = months.map(({ disposal: { month, certificate }, state, keptUntil }) => {
    const day = lastDayOf(keptUntil);
    const until = state === "kept" ? text.dayAhead(day, today) : text.day(day);
    return html`<tr><th scope="row"><a class="ds-link" href="${monthPath(month)}">${text.monthName(month)}</a></th>
<td data-label="${retention.state}">${monthTag(visit, state)}</td>
<td data-label="${retention.entries}" class="number">${(certificate?.entries ?? sizes.get(month) ?? 0).toLocaleString("en")}</td>
<td data-label="${retention.keptUntil}" class="day">${until}</td></tr>`;
  });
  return html`<table class="ds-table cards"><thead><tr><th scope="col">${retention.month}</th><th scope="col">${retention.state}</th><th scope="col" class="number">${
    retention.entries
  }</th><th scope="col">${retention.keptUntil}</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function periodSection(visit: Visit, periods: readonly RetentionPeriod[]): Html {
  const { text } = visit;
  const { period } = text.retention;
  const raised = periods.map(
    ({
      years,
      account,
      role,
      reason,
      raisedAt,
    }) => html`<li><p><strong>${period.years(years)}</strong>　${clock(text, Date.parse(raisedAt))}</p>
${
  role === "platform"
    ? html`<p class="quiet">${period.intro}</p>`
    : html`<p>${account}　<span class="quiet">${roleName(text, role)}</span></p><p>${reason}</p>`
}</li>`,
  );
  const atCap = retentionYears(periods) >= POLICY.logRetentionCapYears;
  const raise = atCap
    ? html`<p class="quiet">${period.atCap}</p>`
    : html`<div class="buttons"><a class="ds-button" data-variant="secondary" href="${RETENTION_PATH}/period">${period.open}</a></div>`;
  return html`<section><h2 class="ds-heading" data-size="xs">${period.title}</h2><ol class="timeline">${raised}</ol>${
    visit.may("raiseRetention") ? html`<div class="decision">${raise}</div>` : ""
  }</section>`;
}

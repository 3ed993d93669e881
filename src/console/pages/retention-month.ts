import { html } from "hono/html";
import { countLogMonth, readDisposal } from "../../../db/queries/retention.ts";
import { listRetentionPeriods } from "../../../db/queries/retention-period.ts";
import type { ConsoleAction } from "../../domain/console-action.ts";
import { lastDayOf } from "../../domain/due.ts";
import { isMonth } from "../../domain/log-month.ts";
import { type Disposal, type MonthState, openHolds, refusalOf } from "../../domain/retention.ts";
import { retentionYears } from "../../domain/retention-period.ts";
import { writeDisposalCertificate } from "../../reports/disposal-certificate.ts";
import type { ConsoleContext } from "../context.ts";
import { downloadWritten } from "../download.ts";
import { faultSummary } from "../fields.ts";
import { clock, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Shown } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { facts, roleName } from "../words.ts";
import { messagePage } from "./message.ts";
import { type KeptMonth, keptMonth, monthPath, monthTag, RETENTION_PATH } from "./retention.ts";

export const MONTH_PATH = `${RETENTION_PATH}/:month{[0-9]{4}-[0-9]{2}}`;

/** A month with its entries as they are now. */
export interface CountedMonth extends KeptMonth {
  readonly entries: number;
}

/** What people do to a month, by the states in which they may, in the order of the buttons. */
export const MONTH_STEPS = {
  approve: { action: "approveDisposal", from: ["proposed"] },
  stop: { action: "stopDisposal", from: ["approved"] },
  propose: { action: "proposeDisposal", from: ["due"] },
  hold: { action: "holdMonth", from: ["kept", "due", "proposed", "held", "approved"] },
  lift: { action: "liftHold", from: ["held"] },
} as const satisfies Record<string, { readonly action: ConsoleAction; readonly from: readonly MonthState[] }>;
export type MonthStep = keyof typeof MONTH_STEPS;

/** One month of the log: what happens next, every step, its certificate, and what the reader may do. @clause 4(1)5 @clause 4(2)5 */
export function retentionMonthPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get(MONTH_PATH, "seeRetention", (c, visit) => showMonth(c, visit, context));
  routes.get(`${MONTH_PATH}/certificate.pdf`, "printDisposal", async (c, visit) => {
    const { month, timeline, certificate } = (await findMonth(c, visit, context))?.disposal ?? {};
    if (month === undefined || timeline === undefined || certificate === undefined)
      return messagePage(c, visit, 404, visit.text.message.notFound);
    await visit.note("printDisposal", `log/${month}`);
    const printed = { month, timeline, certificate, printedAt: visit.now, printedBy: visit.account ?? "" };
    const file = { name: [visit.text.retention.certificate, visit.text.monthName(month)], format: "pdf" } as const;
    return downloadWritten(context, c, file, (sink) => writeDisposalCertificate(printed, sink));
  });
}

/** The month that a path names; undefined when the log never had it. */
export async function findMonth(c: ConsoleRequest, { now }: Visit, { db }: ConsoleContext): Promise<CountedMonth | undefined> {
  const month = c.req.param("month") ?? "";
  if (!isMonth(month, now)) return undefined;
  const [disposal, entries, periods] = await Promise.all([readDisposal(db, month), countLogMonth(db, month), listRetentionPeriods(db)]);
  const known = disposal.certificate?.entries ?? entries;
  return known === undefined ? undefined : { ...keptMonth(disposal, retentionYears(periods), now), entries: known };
}

/** @param fault what stands against a step that was just tried */
export async function showMonth(c: ConsoleRequest, visit: Visit, context: ConsoleContext, fault?: Shown): Promise<Response> {
  const found = await findMonth(c, visit, context);
  if (found === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
  const { disposal, state, keptUntil, entries } = found;
  const { text, today } = visit;
  const { retention } = text;
  const title = retention.of(text.monthName(disposal.month));
  const day = lastDayOf(keptUntil);
  const kept = state === "kept" ? text.dayAhead(day, today) : text.day(day);
  const refusal = state === "proposed" ? refusalOf(disposal) : undefined;
  const body = html`<p class="quiet"><a class="ds-link" href="${RETENTION_PATH}">${retention.title}</a></p>
<h1 class="ds-heading" data-size="md">${title} ${monthTag(visit, state)}</h1>
<p class="lead">${retention.lead[state](kept, openHolds(disposal).join(text.separator))}</p>
${faultSummary(text, fault)}
${refusal === undefined ? NOTHING : html`<p class="ds-alert" data-color="danger">${retention.refused(retention.refusedFor[refusal] ?? refusal)}</p>`}
${facts([
  [retention.exactEntries, retention.count(entries)],
  [retention.keptUntil, kept],
])}
${certificateSection(visit, disposal)}
${holdsSection(visit, disposal)}
${timelineSection(visit, disposal)}
${stepButtons(visit, found)}`;
  return page(c, visit, { title, body, status: fault?.status ?? 200 });
}

function certificateSection(visit: Visit, { month, certificate }: Disposal): Html {
  if (certificate === undefined) return NOTHING;
  const { text } = visit;
  const { retention } = text;
  const { ranges, checkpoint, approvedBy, disposedAt } = certificate;
  return html`<section><h2 class="ds-heading" data-size="xs">${retention.certificate}</h2>${facts([
    [retention.disposedAt, clock(text, Date.parse(disposedAt))],
    [retention.approvedBy, approvedBy],
    [retention.ranges, ranges.map(([first, last]) => retention.range(first, last)).join(text.separator)],
    [
      retention.checkpoint,
      checkpoint === null ? retention.noCheckpoint : html`<code class="long">${checkpoint.split("\n").slice(0, 3).join("　")}</code>`,
    ],
  ])}<p class="list-head"><span></span><a class="ds-link" href="${monthPath(month)}/certificate.pdf">${retention.printCertificate}</a></p></section>`;
}

function holdsSection({ text }: Visit, disposal: Disposal): Html {
  const { retention } = text;
  const open = openHolds(disposal);
  if (open.length === 0) return NOTHING;
  const holds = open.map((matter) => {
    const hold = disposal.timeline.findLast((entry) => entry.step === "hold" && entry.matter === matter);
    const since = hold === undefined ? "" : retention.hold(hold.account, clock(text, Date.parse(hold.takenAt)));
    return [matter, html`${hold?.reason}<br><span class="quiet">${since}</span>`] as const;
  });
  return html`<section><h2 class="ds-heading" data-size="xs">${retention.holds}</h2>${facts(holds)}</section>`;
}

function timelineSection({ text }: Visit, { timeline }: Disposal): Html {
  const { retention } = text;
  const heading = html`<h2 class="ds-heading" data-size="xs">${retention.timeline}</h2>`;
  if (timeline.length === 0) return html`<section>${heading}<p class="empty">${retention.noTimeline}</p></section>`;
  return html`<section>${heading}<ol class="timeline">${timeline.map(
    ({
      step,
      account,
      role,
      reason,
      matter,
      takenAt,
    }) => html`<li><p><strong>${retention.step[step]}</strong>　${clock(text, Date.parse(takenAt))}</p>
<p>${role === "platform" ? NOTHING : html`${account}　`}<span class="quiet">${roleName(text, role)}</span></p>${
      matter === undefined ? NOTHING : html`<p>${retention.about(matter)}</p>`
    }${
      role !== "platform" ? html`<p>${reason}</p>` : step === "stop" ? html`<p>${retention.refusedFor[reason] ?? reason}</p>` : NOTHING
    }</li>`,
  )}</ol></section>`;
}

/** Whether the reader cleared the way for what a manager is to approve. */
export function isOwnProposal({ timeline }: Disposal, account: string | undefined): boolean {
  return timeline.some((entry) => entry.account === account && (entry.step === "propose" || entry.step === "lift"));
}

function stepButtons(visit: Visit, { disposal, state }: CountedMonth): Html {
  const { retention } = visit.text;
  const open = (Object.keys(MONTH_STEPS) as MonthStep[]).filter(
    (step) => visit.may(MONTH_STEPS[step].action) && (MONTH_STEPS[step].from as readonly MonthState[]).includes(state),
  );
  if (open.length === 0) return NOTHING;
  const own = open.includes("approve") && isOwnProposal(disposal, visit.account);
  const buttons = open
    .filter((step) => step !== "approve" || !own)
    .map(
      (step) =>
        html`<a class="ds-button"${step === "approve" ? html` data-color="danger"` : html` data-variant="secondary"`} href="${monthPath(disposal.month)}/${step}">${retention.open[step]}</a>`,
    );
  return html`<div class="decision">${own ? html`<p class="empty">${retention.own}</p>` : NOTHING}<div class="buttons">${buttons}</div></div>`;
}

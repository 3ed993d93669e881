import { html } from "hono/html";
import { listAlerts } from "../../../db/queries/abnormal-use.ts";
import { listFindings } from "../../../db/queries/finding.ts";
import { listOpenDisagreements } from "../../../db/queries/log-state.ts";
import { listWitnesses, type WitnessHeard } from "../../../db/queries/log-witness.ts";
import { alertDueOn, stepDueOn } from "../../domain/due.ts";
import { isWitnessSilent } from "../../domain/log-witness.ts";
import { POLICY } from "../../domain/policy.ts";
import { refusalOf } from "../../domain/retention.ts";
import { daysBetween, taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { type Html, NOTHING } from "../layout.ts";
import type { Visit } from "../visit.ts";
import { alertPath } from "../words.ts";
import { findingPath } from "./findings.ts";
import type { Task } from "./home-tasks.ts";
import { listKeptMonths, monthPath } from "./retention.ts";
import { isOwnProposal } from "./retention-month.ts";

const DAY = 86_400_000;

/** Alerts of abnormal use that wait for the dedicated officer. */
export async function alertTasks({ text, duties }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  if (!duties.includes("dedicatedOfficer")) return [];
  return (await listAlerts(db, { onlyOpen: true }, 100)).map(({ alertId, applicationNumber, systemName, kind, foundAt }) => ({
    what: text.home.abnormalUse,
    of: `${applicationNumber}　${systemName}　${text.alerts.kindOf[kind]}`,
    ...{ path: alertPath(alertId), dueOn: alertDueOn(Date.parse(foundAt)), waits: true },
  }));
}

/** Months of the log that wait: for a manager who may approve, and for the dedicated officer, who proposes and looks into what was not carried out. */
export async function retentionTasks({ text, account, duties, now, today }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const [manager, officer] = [duties.includes("manager"), duties.includes("dedicatedOfficer")];
  if (!manager && !officer) return [];
  return (await listKeptMonths(db, now)).flatMap(({ disposal, state, keptUntil }) => {
    const { month, timeline } = disposal;
    const proposed = state === "proposed";
    const task = (what: string, since: number): Task => {
      const waited = text.home.waited(daysBetween(taipeiDate(since), today));
      return { what, of: text.monthName(month), path: monthPath(month), dueOn: stepDueOn(since), waits: true, waited };
    };
    const since = Date.parse(timeline.at(-1)?.takenAt ?? "");
    return [
      ...(officer && state === "due" ? [task(text.home.disposalDue, keptUntil)] : []),
      ...(officer && proposed && refusalOf(disposal) !== undefined ? [task(text.home.disposalRefused, since)] : []),
      ...(manager && proposed && !isOwnProposal(disposal, account) ? [task(text.home.disposalProposed, since)] : []),
    ];
  });
}

/** Findings by the day that was set for them, for those who see to them and for who raised them. */
export async function findingTasks({ text, account, duties, now }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const sees = duties.some((duty) => duty === "dedicatedOfficer" || duty === "manager");
  const found = await listFindings(db, { dueBefore: taipeiDate(now + POLICY.dueAheadDays * DAY) });
  return found
    .filter(({ raisedBy }) => sees || raisedBy === account)
    .map(({ findingNumber, integrationNumber, systemName, dueOn }) => ({
      what: text.findings.home,
      of: `${text.findings.of(findingNumber)}　${integrationNumber}　${systemName}`,
      ...{ path: findingPath(findingNumber), dueOn, waits: false },
    }));
}

/** That something disagrees with the log, or that nobody outside watches it, is said before anything else. */
export async function logAlarm({ text, may, now }: Visit, { db }: ConsoleContext): Promise<Html> {
  if (!may("seeSystem")) return NOTHING;
  const [disagreements, silent] = await Promise.all([listOpenDisagreements(db), listSilentWitnesses(db, now)]);
  const alarm = (sentence: string) =>
    html`<p class="ds-alert" data-color="danger" role="alert"><a class="ds-link" href="/console/system">${sentence}</a></p>`;
  return html`${disagreements.length === 0 ? NOTHING : alarm(text.home.disagreement)}${silent.length === 0 ? NOTHING : alarm(text.home.witnessSilent)}`;
}

/** Witnesses that have cosigned nothing for too long. */
export async function listSilentWitnesses(db: ConsoleContext["db"], now: number): Promise<WitnessHeard[]> {
  return (await listWitnesses(db)).filter(({ heardAt }) => isWitnessSilent(heardAt, now));
}

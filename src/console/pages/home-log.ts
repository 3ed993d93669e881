import { html } from "hono/html";
import { listAlerts } from "../../../db/queries/abnormal-use.ts";
import { listFindings } from "../../../db/queries/finding.ts";
import { listOpenDisagreements } from "../../../db/queries/log-state.ts";
import { listWitnesses, type WitnessHeard } from "../../../db/queries/log-witness.ts";
import { isWitnessSilent } from "../../domain/log-witness.ts";
import { refusalOf } from "../../domain/retention.ts";
import { daysBetween, taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { type Html, NOTHING } from "../layout.ts";
import type { Visit } from "../visit.ts";
import { alertPath } from "../words.ts";
import { findingPath } from "./findings.ts";
import type { Task } from "./home.ts";
import { listKeptMonths, monthPath } from "./retention.ts";
import { isOwnProposal } from "./retention-month.ts";

const PRESSING_DAYS = 7;
const SOON_DAYS = 60;
const DAY = 86_400_000;

/** Alerts of abnormal use that wait for the dedicated officer. */
export async function alertTasks({ text, duties, today }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  if (!duties.includes("dedicatedOfficer")) return [];
  return (await listAlerts(db, { onlyOpen: true }, 100)).map(({ alertId, applicationNumber, systemName, kind, foundAt }) => {
    const day = taipeiDate(Date.parse(foundAt));
    return {
      what: text.home.abnormalUse,
      of: `${applicationNumber}　${systemName}　${text.alerts.kindOf[kind]}`,
      path: alertPath(alertId),
      when: text.home.found(text.day(day)),
      pressing: daysBetween(day, today) > 0,
    };
  });
}

/** Months of the log that wait: for a manager who may approve, and for the dedicated officer, who proposes and looks into what was not carried out. */
export async function retentionTasks({ text, account, duties, now, today }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const [manager, officer] = [duties.includes("manager"), duties.includes("dedicatedOfficer")];
  if (!manager && !officer) return [];
  return (await listKeptMonths(db, now)).flatMap(({ disposal, state, keptUntil }) => {
    const { month, timeline } = disposal;
    const proposed = state === "proposed";
    const task = (what: string, since: number): Task => {
      const day = taipeiDate(since);
      const days = daysBetween(day, today);
      const when = text.home.since(text.day(day), days);
      return { what, of: text.monthName(month), path: monthPath(month), when, pressing: days > PRESSING_DAYS };
    };
    const since = Date.parse(timeline.at(-1)?.takenAt ?? "");
    return [
      ...(officer && state === "due" ? [task(text.home.disposalDue, keptUntil)] : []),
      ...(officer && proposed && refusalOf(disposal) !== undefined ? [task(text.home.disposalRefused, since)] : []),
      ...(manager && proposed && !isOwnProposal(disposal, account) ? [task(text.home.disposalProposed, since)] : []),
    ];
  });
}

/** Findings by their day, for those who see to them and for who raised them: what is near or past is to do, what is farther off comes soon. */
export async function findingTasks(
  { text, account, duties, now, today }: Visit,
  { db }: ConsoleContext,
): Promise<{ readonly due: Task[]; readonly soon: Task[] }> {
  const sees = duties.some((duty) => duty === "dedicatedOfficer" || duty === "manager");
  const found = await listFindings(db, { dueBefore: taipeiDate(now + SOON_DAYS * DAY) });
  const tasks = found
    .filter(({ raisedBy }) => sees || raisedBy === account)
    .toSorted((one, other) => one.dueOn.localeCompare(other.dueOn))
    .map(({ findingNumber, integrationNumber, systemName, dueOn }) => ({
      what: text.findings.home,
      of: `${text.findings.of(findingNumber)}　${integrationNumber}　${systemName}`,
      path: findingPath(findingNumber),
      when: text.dayAhead(dueOn, today),
      pressing: daysBetween(today, dueOn) <= PRESSING_DAYS,
    }));
  return { due: tasks.filter(({ pressing }) => pressing), soon: tasks.filter(({ pressing }) => !pressing) };
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

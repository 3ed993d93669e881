import { html } from "hono/html";
import { listAlerts } from "../../../db/queries/abnormal-use.ts";
import { listOpenDisagreements } from "../../../db/queries/log-state.ts";
import { listWitnesses, type WitnessHeard } from "../../../db/queries/log-witness.ts";
import { isWitnessSilent } from "../../domain/log-witness.ts";
import { daysBetween, taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { type Html, NOTHING } from "../layout.ts";
import type { Visit } from "../visit.ts";
import { alertPath } from "../words.ts";
import type { Task } from "./home.ts";

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

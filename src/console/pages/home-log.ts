import { html } from "hono/html";
import { listAlerts } from "../../../db/queries/abnormal-use.ts";
import { listOpenDisagreements } from "../../../db/queries/log-state.ts";
import { alertDueOn } from "../../domain/due.ts";
import type { ConsoleContext } from "../context.ts";
import { type Html, NOTHING } from "../layout.ts";
import type { Visit } from "../visit.ts";
import { alertPath } from "../words.ts";
import type { Task } from "./home-tasks.ts";

/** Alerts of abnormal use that wait for the dedicated officer. */
export async function alertTasks({ text, duties }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  if (!duties.includes("dedicatedOfficer")) return [];
  return (await listAlerts(db, { onlyOpen: true }, 100)).map(({ alertId, applicationNumber, systemName, kind, foundAt }) => ({
    what: text.home.abnormalUse,
    of: `${applicationNumber}　${systemName}　${text.alerts.kindOf[kind]}`,
    ...{ path: alertPath(alertId), dueOn: alertDueOn(Date.parse(foundAt)), waits: true },
  }));
}

/** That something disagrees with the log is said before anything else. */
export async function logAlarm({ text, may }: Visit, { db }: ConsoleContext): Promise<Html> {
  if (!may("seeSystem") || (await listOpenDisagreements(db)).length === 0) return NOTHING;
  return html`<p class="ds-alert" data-color="danger" role="alert"><a class="ds-link" href="/console/system">${text.home.disagreement}</a></p>`;
}

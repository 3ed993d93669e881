import { html } from "hono/html";
import { lastPasswords } from "../../../db/queries/account.ts";
import { findIntegrations } from "../../../db/queries/console-integration.ts";
import { findEndingCredentials, findWaitingApplications, type TaskCase } from "../../../db/queries/console-task.ts";
import { listDueNotices } from "../../../db/queries/notice.ts";
import type { NoticeKind } from "../../domain/notice.ts";
import { passwordEnd } from "../../domain/password-policy.ts";
import { daysBetween, taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";
import { casePath, lastDayOf } from "../words.ts";
import { datasetTasks, quarantineTasks } from "./home-data.ts";
import { alertTasks, findingTasks, logAlarm, retentionTasks } from "./home-log.ts";
import { inventoryPath } from "./ip-inventories.ts";

const SOON_DAYS = 60;
/** From here on the password is among what is due. */
const PASSWORD_DAYS = 14;
const PRESSING_DAYS = 7;
const DAY = 86_400_000;

/** One line of what is to do: the matter, whose, and when. */
export interface Task {
  readonly what: string;
  readonly of: string;
  /** Undefined: it has no page. */
  readonly path: string | undefined;
  readonly when: string;
  readonly pressing: boolean;
}

/** 待辦: what I must do now, and what ends within 60 days. */
export function homePage(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get("/console", "seeHome", async (c, visit) => {
    const { text } = visit;
    const [waiting, { due, soon: ending }] = await Promise.all([tasksOf(visit, context), endingSoon(visit, context)]);
    const findings = await findingTasks(visit, context);
    const now = [
      ...(await alertTasks(visit, context)),
      ...(await quarantineTasks(visit, context)),
      ...(await datasetTasks(visit, context)),
      ...(await retentionTasks(visit, context)),
      ...findings.due,
      ...waiting,
      ...due,
    ];
    const soon = [...findings.soon, ...ending];
    const set =
      c.req.query("password-set") === undefined ? NOTHING : html`<p class="ds-alert" data-color="success">${text.password.done}</p>`;
    const body = html`<h1 class="ds-heading" data-size="md">${text.home.title}</h1>${set}
<p class="quiet">${text.day(visit.today)}</p>
${await logAlarm(visit, context)}
<section><h2 class="ds-heading" data-size="xs">${text.home.todo}${count(now)}</h2>${taskList(now, text.home.nothing)}</section>
<section><h2 class="ds-heading" data-size="xs">${text.home.soon}${count(soon)}</h2>${taskList(soon, text.home.nothingSoon)}</section>`;
    return page(c, visit, { title: text.home.title, body });
  });
}

function count(tasks: readonly Task[]): Html {
  return tasks.length === 0 ? NOTHING : html` <span class="count">${tasks.length}</span>`;
}

/** What each stage waits for. */
const WAITS_FOR = {
  submitted: { action: "checkApplication", what: "check" },
  checked: { action: "decideApplication", what: "decide" },
  approved: { action: "provisionIntegration", what: "provision" },
} as const;

async function tasksOf(visit: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const { text, account = "" } = visit;
  const waiting = (await findWaitingApplications(db)).filter(
    ({ stage, participants }) => visit.may(WAITS_FOR[stage].action) && !(stage === "checked" && participants.includes(account)),
  );
  return waiting.map((application) => {
    const day = taipeiDate(application.since);
    const days = daysBetween(day, visit.today);
    const { applicationNumber, integrationNumber, kind, stage } = application;
    const change = applicationNumber === integrationNumber ? "" : `　${text.kind[kind]} ${applicationNumber}`;
    return {
      what: text.home[WAITS_FOR[stage].what],
      of: nameOf(application) + change,
      path: casePath(integrationNumber),
      when: text.home.since(text.day(day), days),
      pressing: days > PRESSING_DAYS,
    };
  });
}

interface Ending {
  readonly at: number;
  readonly what: string;
  readonly of: string;
  readonly path: string | undefined;
}

function nameOf({ integrationNumber, agencyName, systemName }: TaskCase): string {
  return `${integrationNumber}　${agencyName}　${systemName}`;
}

/** Where that is done which is about no integration; undefined where the console has no page for it. */
function pathOf(about: string): string | undefined {
  const [kind, number] = about.split("/");
  return kind === "ip-inventory" && number !== undefined ? inventoryPath(number) : undefined;
}

/** What the reader is to be told by now, in a duty of the moment; of what is announced several times, once. */
async function announced(visit: Visit, { db }: ConsoleContext, cases: ReadonlyMap<string, TaskCase>): Promise<Ending[]> {
  const { home } = visit.text;
  // What waits as a task of its own has none: applications, alerts, findings, rejected files, datasets, months of the log; a silent witness is an
  // alarm above all.
  const words: Partial<Record<NoticeKind, string>> = {
    "period-ends": home.periodEnds,
    "credential-expires": home.credentialEnds,
    "integration-idle": home.idle,
    "integration-suspended": home.suspended,
    "inventory-opened": home.inventory,
    "inventory-ends": home.inventoryEnds,
    "disk-fills-up": home.diskFillsUp,
    "database-grows": home.databaseGrows,
  };
  const own = (await listDueNotices(db, new Date(visit.now))).filter(({ recipient }) => visit.duties.some((duty) => duty === recipient));
  const endings = own.flatMap(({ kind, about, announces }) => {
    const what = words[kind];
    if (what === undefined) return [];
    const known = cases.get(about);
    const room = kind === "disk-fills-up" || kind === "database-grows";
    const path = known ? casePath(about) : room ? "/console/system" : pathOf(about);
    return [{ at: Date.parse(announces), what, of: known ? nameOf(known) : room ? "" : about, path }];
  });
  return [...new Map(endings.map((ending) => [`${ending.what}/${ending.of}`, ending])).values()];
}

async function endingSoon(visit: Visit, context: ConsoleContext): Promise<{ due: Task[]; soon: Task[] }> {
  const { db } = context;
  const { text, today, now, account = "" } = visit;
  const limit = now + SOON_DAYS * DAY;
  const [password] = await lastPasswords(db, account, 1);
  const passwordDue = password && passwordEnd(password.setAt);
  const own: Ending[] =
    passwordDue !== undefined && passwordDue < now + PASSWORD_DAYS * DAY
      ? [{ at: passwordDue, what: text.nav.password, of: account, path: "/console/password" }]
      : [];
  const asTasks = (endings: readonly Ending[]) =>
    endings
      .toSorted((one, other) => one.at - other.at)
      .map(({ at, ...rest }) => {
        const day = lastDayOf(at);
        return { ...rest, when: text.dayAhead(day, today), pressing: daysBetween(today, day) <= PRESSING_DAYS };
      });
  if (!visit.may("seeIntegrations")) return { due: [], soon: asTasks(own) };

  const integrations = await findIntegrations(db, {});
  const cases = new Map(integrations.map((row) => [row.applicationNumber, { ...row, integrationNumber: row.applicationNumber }]));
  const due = await announced(visit, context, cases);
  const ending = (what: string, of: TaskCase, at: number) => ({ at, what, of: nameOf(of), path: casePath(of.integrationNumber) });
  const periods = [...cases.values()].filter(({ state }) => ["provisioned", "active", "suspended"].includes(state));
  const soon = [
    ...periods.flatMap((row) =>
      row.approvedUntil !== undefined && row.approvedUntil < limit ? [ending(text.home.periodEnds, row, row.approvedUntil)] : [],
    ),
    ...(await findEndingCredentials(db, limit)).map((row) => ending(text.home.credentialEnds, row, row.endsAt)),
  ].filter(({ what, of }) => !due.some((told) => told.what === what && told.of === of));
  return { due: asTasks(due), soon: asTasks([...own, ...soon]) };
}

function taskList(tasks: readonly Task[], empty: string): Html {
  if (tasks.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<ul class="tasks">${tasks.map(
    ({ what, of, path, when, pressing }) =>
      html`<li>${path === undefined ? html`<span>${what}</span>` : html`<a class="ds-link" href="${path}">${what}</a>`}<span>${of}</span><span class="when"${pressing ? html` data-pressing` : NOTHING}>${when}</span></li>`,
  )}</ul>`;
}

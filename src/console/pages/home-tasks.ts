import { lastPasswords } from "../../../db/queries/account.ts";
import {
  findCases,
  findEndingCredentials,
  findEndingPeriods,
  findWaitingApplications,
  type TaskCase,
} from "../../../db/queries/console-task.ts";
import { listDueNotices } from "../../../db/queries/notice.ts";
import { type DueMatter, lastDayOf, stepDueOn } from "../../domain/due.ts";
import type { NoticeKind } from "../../domain/notice.ts";
import { passwordEnd } from "../../domain/password-policy.ts";
import { POLICY } from "../../domain/policy.ts";
import { daysBetween, taipeiDate } from "../../domain/roc-date.ts";
import type { UpkeepStep } from "../../domain/upkeep.ts";
import type { ConsoleContext } from "../context.ts";
import type { Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { datasetTasks, quarantineTasks } from "./home-data.ts";
import { alertTasks, findingTasks, retentionTasks } from "./home-log.ts";
import { inventoryPath } from "./ip-inventories.ts";

const DAY = 86_400_000;
/** From here on the password is among what is due. */
const PASSWORD_DAYS = 14;

/** One line of what is to do: the matter, whose, and by when. */
export interface Task extends DueMatter {
  readonly what: string;
  readonly of: string;
  /** Undefined: it has no page. */
  readonly path: string | undefined;
  /** How long it has waited, in words. */
  readonly waited?: string;
}

/** Everything that somebody is to do or to see to, in the duties of the moment. */
export async function tasksOf(visit: Visit, context: ConsoleContext): Promise<Task[]> {
  const all = [
    applicationTasks,
    alertTasks,
    quarantineTasks,
    datasetTasks,
    retentionTasks,
    findingTasks,
    noticeTasks,
    endingTasks,
    passwordTasks,
  ].map((tasks) => tasks(visit, context));
  return (await Promise.all(all)).flat();
}

/** What each stage waits for. */
const WAITS_FOR = {
  submitted: { action: "checkApplication", what: "check" },
  checked: { action: "decideApplication", what: "decide" },
  approved: { action: "provisionIntegration", what: "provision" },
} as const;

async function applicationTasks(visit: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const { text, account = "", today } = visit;
  const waiting = (await findWaitingApplications(db)).filter(
    ({ stage, participants }) => visit.may(WAITS_FOR[stage].action) && !(stage === "checked" && participants.includes(account)),
  );
  return waiting.map((application) => {
    const { applicationNumber, integrationNumber, kind, stage, since } = application;
    const change = applicationNumber === integrationNumber ? "" : `　${text.kind[kind]} ${applicationNumber}`;
    return {
      ...{ what: text.home[WAITS_FOR[stage].what], of: nameOf(application) + change, path: casePath(integrationNumber) },
      ...{ waits: true, dueOn: stepDueOn(since), waited: text.home.waited(daysBetween(taipeiDate(since), today)) },
    };
  });
}

function nameOf({ integrationNumber, agencyName, systemName }: TaskCase): string {
  return `${integrationNumber}　${agencyName}　${systemName}`;
}

/** What is announced and stands in no other record: a period and a credential end as the integration's own record says. */
type Announced = "integration-idle" | "inventory-opened" | "inventory-ends" | "disk-fills-up" | "database-grows" | "upkeep-failed";

function isAnnounced(kind: NoticeKind): kind is Announced {
  return kind in WAITS;
}

/** Whether it waits for a step, or comes by itself on its day; null: it has no day. */
const WAITS: Readonly<Record<Announced, boolean | null>> = {
  "integration-idle": false,
  "inventory-opened": true,
  "inventory-ends": true,
  "disk-fills-up": null,
  "database-grows": null,
  "upkeep-failed": null,
};

/** What the reader is to be told by now, in a duty of the moment; of what is announced several times, once. */
async function noticeTasks(visit: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const { home } = visit.text;
  const words: Record<Announced, string> = {
    "integration-idle": home.idle,
    "inventory-opened": home.inventory,
    "inventory-ends": home.inventory,
    "disk-fills-up": home.diskFillsUp,
    "database-grows": home.databaseGrows,
    "upkeep-failed": home.upkeepFailed,
  };
  const own = (await listDueNotices(db, new Date(visit.now))).filter(({ recipient }) => visit.duties.some((duty) => duty === recipient));
  const about = own.map((notice) => notice.about);
  const cases = new Map((await findCases(db, about)).map((known) => [known.integrationNumber, known]));
  const tasks = own.flatMap((notice): Task[] => {
    if (!isAnnounced(notice.kind)) return [];
    const known = cases.get(notice.about);
    const waits = WAITS[notice.kind];
    const dueOn = waits === null ? undefined : lastDayOf(Date.parse(notice.announces));
    const place = known ? { of: nameOf(known), path: casePath(notice.about) } : placeOf(visit, notice.about);
    return [{ what: words[notice.kind], ...place, dueOn, waits: waits ?? true }];
  });
  return [...new Map(tasks.map((task) => [`${task.what}/${task.of}`, task])).values()];
}

/** What is about no integration, and where it is done; it has no path where the console has no page for it. */
function placeOf({ text }: Visit, about: string): Pick<Task, "of" | "path"> {
  const [kind, number = ""] = about.split("/");
  if (kind === "ip-inventory") return { of: text.inventory.one(text.day(number)), path: inventoryPath(number) };
  if (kind === "upkeep") return { of: text.home.upkeepStep[number as UpkeepStep], path: "/console/system" };
  return { of: "", path: "/console/system" };
}

/** Periods that end, for whoever asks agencies to renew; and credentials, for whoever gives out new ones: as their reminders are addressed. */
async function endingTasks({ text: { home }, duties, now }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const limit = now + (POLICY.dueAheadDays + 1) * DAY;
  const ending = (what: string) => (row: TaskCase & { readonly endsAt: number }) => ({
    ...{ what, of: nameOf(row), path: casePath(row.integrationNumber), dueOn: lastDayOf(row.endsAt), waits: false },
  });
  const periods = duties.includes("caseOfficer") ? await findEndingPeriods(db, limit) : [];
  const credentials = duties.includes("dedicatedOfficer") ? await findEndingCredentials(db, limit) : [];
  return [...periods.map(ending(home.periodEnds)), ...credentials.map(ending(home.credentialEnds))];
}

async function passwordTasks({ text, account = "", now }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const [password] = await lastPasswords(db, account, 1);
  const end = password && passwordEnd(password.setAt);
  if (end === undefined || end >= now + PASSWORD_DAYS * DAY) return [];
  return [{ what: text.nav.password, of: account, path: "/console/password", dueOn: lastDayOf(end), waits: false }];
}

import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from "@temporalio/client";
import type { Config } from "./config.ts";

const { BUFFER_ONE, SKIP } = ScheduleOverlapPolicy;

interface Recurrence {
  readonly workflowType: string;
  readonly spec: ScheduleOptions["spec"];
  readonly policies: ScheduleOptions["policies"];
  /** Shorter than the period, so that a run that is stuck can't hold the next up for long. */
  readonly workflowExecutionTimeout?: "12 hours" | "50 minutes" | "60 days";
}

/** Everything that the calendar starts. */
const SCHEDULES = {
  /** Every night; a day that was missed is made up for. */
  upkeep: {
    workflowType: "upkeep",
    spec: { calendars: [{ hour: 3, minute: 10 }], timezone: "Asia/Taipei" },
    policies: { overlap: BUFFER_ONE, catchupWindow: "7 days" },
    workflowExecutionTimeout: "12 hours",
  },
  /** Every half year (clause 3(8)). */
  "ip-inventory": {
    workflowType: "ipInventory",
    spec: { calendars: [{ month: ["JANUARY", "JULY"], dayOfMonth: 1, hour: 2, minute: 0 }], timezone: "Asia/Taipei" },
    policies: { overlap: BUFFER_ONE, catchupWindow: "30 days" },
    workflowExecutionTimeout: "60 days",
  },
  /** Every hour; a missed hour is made up for by the next run. */
  "abnormal-use": {
    workflowType: "watchUse",
    spec: { calendars: [{ hour: "*", minute: 5 }], timezone: "Asia/Taipei" },
    policies: { overlap: SKIP, catchupWindow: "1 hour" },
    workflowExecutionTimeout: "50 minutes",
  },
  /** One run at a time: while the mail server is down, the run that waits for it sends everything. */
  "notice-mail": {
    workflowType: "mailNotices",
    spec: { intervals: [{ every: "5 minutes" }] },
    policies: { overlap: SKIP, catchupWindow: "5 minutes" },
  },
} as const satisfies Record<string, Recurrence>;

export type ScheduleName = keyof typeof SCHEDULES;

const idOf = (name: ScheduleName, taskQueue: string) => `${name}-${taskQueue}`;

/**
 * Makes one schedule of a task queue's platform, or brings an older one up to today's specification; whether it is paused stays.
 * @returns the schedule's id
 */
export async function ensureSchedule(client: Client, taskQueue: string, name: ScheduleName): Promise<string> {
  const scheduleId = idOf(name, taskQueue);
  const { spec, policies, ...started }: Recurrence = SCHEDULES[name];
  const options = {
    scheduleId,
    spec,
    policies,
    action: { type: "startWorkflow", workflowId: scheduleId, taskQueue, ...started },
  } as ScheduleOptions;
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update(({ state }) => ({ ...options, state }));
  }
  return scheduleId;
}

/** Removes one schedule of a task queue, if it is there. */
export async function removeSchedule(client: Client, taskQueue: string, name: ScheduleName): Promise<void> {
  try {
    await client.schedule.getHandle(idOf(name, taskQueue)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

const NAMES = Object.keys(SCHEDULES) as ScheduleName[];

/** Makes every schedule of the platform; none that sends notices where no mail goes out. */
export async function ensureSchedules(client: Client, { taskQueue, mail }: Pick<Config, "taskQueue" | "mail">): Promise<void> {
  for (const name of NAMES) await (name === "notice-mail" && mail === undefined ? removeSchedule : ensureSchedule)(client, taskQueue, name);
}

/** Removes every schedule of a task queue that nobody will serve again. */
export async function removeSchedules(client: Client, taskQueue: string): Promise<void> {
  for (const name of NAMES) await removeSchedule(client, taskQueue, name);
}

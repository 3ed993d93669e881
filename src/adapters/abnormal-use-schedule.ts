import { type Client, ScheduleOverlapPolicy } from "@temporalio/client";
import { ensureSchedule } from "./schedule.ts";

/**
 * Makes the hourly schedule of a task queue's platform, or brings an older one up to today's specification. A missed hour is made up for by the next run.
 * @returns the schedule's id
 */
export async function ensureAbnormalUseSchedule(client: Client, taskQueue: string): Promise<string> {
  const scheduleId = `abnormal-use-${taskQueue}`;
  await ensureSchedule(client, {
    scheduleId,
    spec: { calendars: [{ hour: "*", minute: 5 }], timezone: "Asia/Taipei" },
    action: { type: "startWorkflow", workflowType: "watchUse", workflowId: scheduleId, taskQueue, workflowExecutionTimeout: "50 minutes" },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: "1 hour" },
  });
  return scheduleId;
}

/** Removes the schedule of a task queue that nobody will serve again. */
export async function removeAbnormalUseSchedule(client: Client, taskQueue: string): Promise<void> {
  await client.schedule.getHandle(`abnormal-use-${taskQueue}`).delete();
}

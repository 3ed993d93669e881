import { type Client, ScheduleOverlapPolicy } from "@temporalio/client";
import { ensureSchedule } from "./schedule.ts";

/**
 * Makes the daily schedule of a task queue's platform, or brings an older one up to today's specification.
 * @returns the schedule's id
 */
export async function ensureUpkeepSchedule(client: Client, taskQueue: string): Promise<string> {
  const scheduleId = `upkeep-${taskQueue}`;
  await ensureSchedule(client, {
    scheduleId,
    spec: { calendars: [{ hour: 3, minute: 10 }], timezone: "Asia/Taipei" },
    action: { type: "startWorkflow", workflowType: "upkeep", workflowId: scheduleId, taskQueue, workflowExecutionTimeout: "12 hours" },
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: "7 days" },
  });
  return scheduleId;
}

/** Removes the schedule of a task queue that nobody will serve again. */
export async function removeUpkeepSchedule(client: Client, taskQueue: string): Promise<void> {
  await client.schedule.getHandle(`upkeep-${taskQueue}`).delete();
}

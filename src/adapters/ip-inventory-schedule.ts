import { type Client, ScheduleOverlapPolicy } from "@temporalio/client";
import { ensureSchedule } from "./schedule.ts";

/**
 * Makes the half-yearly schedule of a task queue's platform, or brings an older one up to today's specification.
 * @returns the schedule's id
 */
export async function ensureIpInventorySchedule(client: Client, taskQueue: string): Promise<string> {
  const scheduleId = `ip-inventory-${taskQueue}`;
  await ensureSchedule(client, {
    scheduleId,
    spec: { calendars: [{ month: ["JANUARY", "JULY"], dayOfMonth: 1, hour: 2, minute: 0 }], timezone: "Asia/Taipei" },
    action: { type: "startWorkflow", workflowType: "ipInventory", workflowId: scheduleId, taskQueue, workflowExecutionTimeout: "60 days" },
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: "30 days" },
  });
  return scheduleId;
}

/** Removes the schedule of a task queue that nobody will serve again. */
export async function removeIpInventorySchedule(client: Client, taskQueue: string): Promise<void> {
  await client.schedule.getHandle(`ip-inventory-${taskQueue}`).delete();
}

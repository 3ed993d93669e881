import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from "@temporalio/client";

/**
 * Makes the daily schedule of a task queue's platform, or brings an older one up to today's specification.
 * @returns the schedule's id
 */
export async function ensureUpkeepSchedule(client: Client, taskQueue: string): Promise<string> {
  const scheduleId = `upkeep-${taskQueue}`;
  const options = {
    scheduleId,
    spec: { calendars: [{ hour: 3, minute: 10 }], timezone: "Asia/Taipei" },
    action: { type: "startWorkflow", workflowType: "upkeep", workflowId: scheduleId, taskQueue, workflowExecutionTimeout: "12 hours" },
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: "7 days" },
  } satisfies ScheduleOptions;
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update(({ state }) => ({ ...options, state }));
  }
  return scheduleId;
}

/** Removes the schedule of a task queue that nobody will serve again. */
export async function removeUpkeepSchedule(client: Client, taskQueue: string): Promise<void> {
  await client.schedule.getHandle(`upkeep-${taskQueue}`).delete();
}

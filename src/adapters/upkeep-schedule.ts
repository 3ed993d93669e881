import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy, type ScheduleOptions } from "@temporalio/client";

export const UPKEEP_SCHEDULE = "upkeep";

/** Makes the daily schedule, or brings an older one up to today's specification. */
export async function ensureUpkeepSchedule(client: Client, taskQueue: string): Promise<void> {
  const options = {
    scheduleId: UPKEEP_SCHEDULE,
    spec: { calendars: [{ hour: 3, minute: 10 }], timezone: "Asia/Taipei" },
    action: { type: "startWorkflow", workflowType: "upkeep", workflowId: UPKEEP_SCHEDULE, taskQueue, workflowExecutionTimeout: "12 hours" },
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: "7 days" },
  } satisfies ScheduleOptions;
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(UPKEEP_SCHEDULE).update(({ state }) => ({ ...options, state }));
  }
}

import { type Client, ScheduleAlreadyRunning, type ScheduleOptions } from "@temporalio/client";

/** Makes a schedule, or brings an older one up to today's specification; whether it is paused stays. */
export async function ensureSchedule(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(options.scheduleId).update(({ state }) => ({ ...options, state }));
  }
}

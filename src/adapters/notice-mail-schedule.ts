import { type Client, ScheduleNotFoundError, ScheduleOverlapPolicy } from "@temporalio/client";
import { ensureSchedule } from "./schedule.ts";

/**
 * Makes the schedule by which a task queue's platform sends notices, every five minutes, or brings an older one up to today's specification.
 * One run at a time: while the mail server is down, the run that waits for it sends everything.
 * @returns the schedule's id
 */
export async function ensureNoticeMailSchedule(client: Client, taskQueue: string): Promise<string> {
  const scheduleId = `notice-mail-${taskQueue}`;
  await ensureSchedule(client, {
    scheduleId,
    spec: { intervals: [{ every: "5 minutes" }] },
    action: { type: "startWorkflow", workflowType: "mailNotices", workflowId: scheduleId, taskQueue },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: "5 minutes" },
  });
  return scheduleId;
}

/** Removes the schedule of a task queue whose platform sends no mail, or that nobody will serve again. */
export async function removeNoticeMailSchedule(client: Client, taskQueue: string): Promise<void> {
  try {
    await client.schedule.getHandle(`notice-mail-${taskQueue}`).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

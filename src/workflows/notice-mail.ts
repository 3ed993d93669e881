import { proxyActivities } from "@temporalio/workflow";
import type { createNoticeMailActivities } from "../activities/notice-mail.ts";

const activities = proxyActivities<ReturnType<typeof createNoticeMailActivities>>({
  startToCloseTimeout: "30 minutes",
  heartbeatTimeout: "10 seconds",
  // A server that is down is asked ever more rarely; what falls due meanwhile goes out with the rest.
  retry: { initialInterval: "20 seconds", maximumInterval: "15 minutes" },
});

/** Every few minutes: what people are to be told by now goes out by mail. @clause 4(1)2 */
export async function mailNotices(): Promise<void> {
  await activities.sendNotices();
}

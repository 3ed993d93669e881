import { proxyActivities } from "@temporalio/workflow";
import type { createUpkeepActivities } from "../activities/upkeep.ts";

const { prepareQueryLog, forgetOldRequests } = proxyActivities<ReturnType<typeof createUpkeepActivities>>({
  startToCloseTimeout: "5 minutes",
});

/** Once a day: the coming months' log partitions exist, and idempotency keys that nobody may use any more are forgotten. */
export async function upkeep(): Promise<void> {
  await prepareQueryLog();
  await forgetOldRequests();
}

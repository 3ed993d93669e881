import { proxyActivities } from "@temporalio/workflow";
import type { createUpkeepActivities } from "../activities/upkeep.ts";

const { prepareQueryLog, forgetOldRequests, noteAddressUsage } = proxyActivities<ReturnType<typeof createUpkeepActivities>>({
  startToCloseTimeout: "30 minutes",
});

/** Once a day: the coming months' log partitions exist, and idempotency keys that nobody may use any more are forgotten, and when each address was last used is noted. */
export async function upkeep(): Promise<void> {
  await prepareQueryLog();
  await forgetOldRequests();
  await noteAddressUsage();
}

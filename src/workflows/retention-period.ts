import { proxyActivities } from "@temporalio/workflow";
import type { createRetentionActivities } from "../activities/retention.ts";
import type { RaiseRequest, RetentionPeriod } from "../domain/retention-period.ts";

const { raiseRetention, listRetentionPeriods } = proxyActivities<ReturnType<typeof createRetentionActivities>>({
  startToCloseTimeout: "1 minute",
  retry: { maximumInterval: "1 minute" },
});

/** Carries a person's request about how long the log is kept to the worker: raises it, or lists what was said. @clause 4(1)5 @clause 4(2)5 */
export async function keepRetentionPeriod(request?: RaiseRequest): Promise<RetentionPeriod[]> {
  if (request !== undefined) await raiseRetention(request);
  return listRetentionPeriods();
}

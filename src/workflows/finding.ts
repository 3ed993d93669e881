import { proxyActivities } from "@temporalio/workflow";
import type { createFindingActivities } from "../activities/finding.ts";
import type { FindingRequest } from "../domain/finding.ts";

const activities = proxyActivities<ReturnType<typeof createFindingActivities>>({
  startToCloseTimeout: "1 minute",
  retry: { maximumInterval: "1 minute" },
});

/** Carries a person's finding to the worker. @returns its number @clause 5(2) @clause 3(10) */
export async function raiseFinding(request: FindingRequest): Promise<number> {
  return activities.raiseFinding(request);
}

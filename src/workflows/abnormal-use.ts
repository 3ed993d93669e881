import { proxyActivities } from "@temporalio/workflow";
import type { createAbnormalUseActivities } from "../activities/abnormal-use.ts";
import type { AlertDecision, AlertOnRecord } from "../domain/abnormal-use-decision.ts";

const activities = proxyActivities<ReturnType<typeof createAbnormalUseActivities>>({
  startToCloseTimeout: "30 minutes",
  retry: { maximumInterval: "1 minute" },
});

/** Once an hour: what was unusual in the hours since the last time is put before the dedicated officer. @clause 3(10) */
export async function watchUse(): Promise<void> {
  await activities.watchUse();
}

/** Carries a person's request about alerts to the worker: decides one, or lists them. */
export async function keepAlerts({ decision, onlyOpen }: { decision?: AlertDecision; onlyOpen: boolean }): Promise<AlertOnRecord[]> {
  if (decision !== undefined) await activities.decideAlert(decision);
  return activities.listAlerts(onlyOpen);
}

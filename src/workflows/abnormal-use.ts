import { proxyActivities } from "@temporalio/workflow";
import type { createAbnormalUseActivities } from "../activities/abnormal-use.ts";
import type { AlertDecision, AlertOnRecord } from "../domain/abnormal-use-decision.ts";

type Activities = ReturnType<typeof createAbnormalUseActivities>;
const retry = { maximumInterval: "1 minute" } as const;
const { decideAlert, listAlerts } = proxyActivities<Activities>({ startToCloseTimeout: "1 minute", retry });
const watching = proxyActivities<Activities>({ startToCloseTimeout: "30 minutes", heartbeatTimeout: "10 seconds", retry });

/** Once an hour: what was unusual in the hours since the last time is put before the dedicated officer. @clause 3(10) */
export async function watchUse(): Promise<void> {
  await watching.watchUse();
}

/** Carries a person's request about alerts to the worker: decides one, or lists them. */
export async function keepAlerts({
  decision,
  onlyOpen,
  alertId,
}: {
  decision?: AlertDecision;
  onlyOpen: boolean;
  /** One alone. */
  alertId?: number;
}): Promise<AlertOnRecord[]> {
  if (decision !== undefined) await decideAlert(decision);
  return listAlerts(onlyOpen, alertId);
}

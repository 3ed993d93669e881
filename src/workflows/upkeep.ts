import { WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from "@temporalio/common";
import { ParentClosePolicy, patched, proxyActivities, startChild, workflowInfo } from "@temporalio/workflow";
import type { createRetentionActivities } from "../activities/retention.ts";
import type { createUpkeepActivities } from "../activities/upkeep.ts";
import { retention, retentionWorkflowId } from "./retention.ts";

type Activities = ReturnType<typeof createUpkeepActivities> & ReturnType<typeof createRetentionActivities>;
const { prepareQueryLog, listMonthsDue } = proxyActivities<Activities>({ startToCloseTimeout: "1 minute" });
const { forgetOldRequests, destroyOldDrafts, noteAddressUsage, indexPastMonths, watchDiskUse } = proxyActivities<Activities>({
  startToCloseTimeout: "30 minutes",
  heartbeatTimeout: "10 seconds",
});

/**
 * Once a day: the coming months' log partitions exist, idempotency keys that nobody may use any more are forgotten, drafts that were never submitted
 * are destroyed, when each address was last used is noted, the month of the log that is over is indexed by person, a disk that fills up is announced,
 * and the months of the log whose time has come are proposed for disposal.
 */
export async function upkeep(): Promise<void> {
  await prepareQueryLog();
  await forgetOldRequests();
  await destroyOldDrafts();
  await noteAddressUsage();
  if (patched("indexes-past-months")) await indexPastMonths();
  await watchDiskUse();
  for (const month of await listMonthsDue()) await openRetention(month);
}

async function openRetention(month: string): Promise<void> {
  try {
    await startChild(retention, {
      workflowId: retentionWorkflowId(workflowInfo().taskQueue, month),
      args: [month],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      // One that was disposed of since the list was made has ended for good.
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    });
  } catch (error) {
    // It has been proposed before, or is under legal hold.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

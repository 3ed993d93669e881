import { ApplicationFailure, WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from "@temporalio/common";
import { isCancellation, ParentClosePolicy, proxyActivities, startChild, type Workflow, workflowInfo } from "@temporalio/workflow";
import type { createIpInventoryActivities } from "../activities/ip-inventory.ts";
import type { createRetentionActivities } from "../activities/retention.ts";
import type { createUpkeepActivities } from "../activities/upkeep.ts";
import { UPKEEP_STEPS, type UpkeepStep } from "../domain/upkeep.ts";
import { inventoryWorkflowId, ipInventory } from "./ip-inventory.ts";
import { retention, retentionWorkflowId } from "./retention.ts";

type Activities = ReturnType<typeof createUpkeepActivities> &
  ReturnType<typeof createRetentionActivities> &
  ReturnType<typeof createIpInventoryActivities>;
// All steps together stay within the run's 12 hours, so that one that can't succeed tonight leaves time for the others.
const limits = { scheduleToCloseTimeout: "1 hour", retry: { maximumInterval: "1 minute" } } as const;
const { prepareQueryLog, listMonthsDue, findMissedReview, announceFailedSteps } = proxyActivities<Activities>({
  ...limits,
  startToCloseTimeout: "1 minute",
});
const { forgetOldRequests, destroyOldDrafts, noteAddressUsage, indexPastMonths, watchDiskUse } = proxyActivities<Activities>({
  ...limits,
  startToCloseTimeout: "30 minutes",
  heartbeatTimeout: "10 seconds",
});

const RUN: Readonly<Record<UpkeepStep, () => Promise<unknown>>> = {
  prepareQueryLog,
  watchDiskUse,
  forgetOldRequests,
  destroyOldDrafts,
  noteAddressUsage,
  indexPastMonths,
  openMissedReview,
  proposeDisposals,
};

/**
 * Once a day: the coming months' log partitions exist, a disk that fills up is announced, idempotency keys that nobody may use any more are forgotten,
 * drafts that were never submitted are destroyed, when each address was last used is noted, the month of the log that is over is indexed by person, a
 * half-yearly review of addresses that did not begin does, and the months of the log whose time has come are proposed for disposal. A step that fails
 * keeps no other from its turn; the dedicated officer is told of it.
 * @throws ApplicationFailure `upkeep-failed` at the end, when a step failed
 */
export async function upkeep(): Promise<void> {
  const failed: UpkeepStep[] = [];
  for (const step of UPKEEP_STEPS) {
    try {
      await RUN[step]();
    } catch (error) {
      if (isCancellation(error)) throw error;
      failed.push(step);
    }
  }
  await announceFailedSteps(failed);
  if (failed.length > 0) throw ApplicationFailure.nonRetryable(`Steps that failed: ${failed.join(", ")}`, "upkeep-failed");
}

/** @clause 3(8) */
async function openMissedReview(): Promise<void> {
  const day = await findMissedReview();
  if (day !== null) await begin(ipInventory, inventoryWorkflowId(workflowInfo().taskQueue, day), [], "60 days");
}

async function proposeDisposals(): Promise<void> {
  for (const month of await listMonthsDue()) await begin(retention, retentionWorkflowId(workflowInfo().taskQueue, month), [month]);
}

/** Begins a process that goes on without upkeep, unless it runs already. */
async function begin<W extends Workflow>(workflow: W, workflowId: string, args: Parameters<W>, timeout?: "60 days"): Promise<void> {
  try {
    await startChild<Workflow>(workflow, {
      ...{ workflowId, args, ...(timeout !== undefined && { workflowExecutionTimeout: timeout }) },
      parentClosePolicy: ParentClosePolicy.ABANDON,
      // One that has ended since the list was made has ended for good.
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    });
  } catch (error) {
    // It has begun before; a month of the log may also be under legal hold.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

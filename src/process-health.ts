import type { Client } from "@temporalio/client";

/** How long a page waits for Temporal's word on it (milliseconds). */
const PATIENCE = 2000;

/** When a worker last asked Temporal for work, epoch milliseconds; undefined when none has lately. Rejects when Temporal does not answer. */
export type SeeWorker = () => Promise<number | undefined>;

export function workerOf(client: Client, taskQueue: string): SeeWorker {
  const { namespace } = client.options;
  return async () => {
    const { pollers } = await client.withDeadline(Date.now() + PATIENCE, () =>
      client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
    );
    const seen = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
    return seen.length === 0 ? undefined : Math.max(...seen);
  };
}

import { proxyActivities, workflowInfo } from "@temporalio/workflow";
import type { createDatasetKeyActivities, DatasetKeyAnswer } from "../activities/dataset-import-keys.ts";
import type { DatasetKeyRequest } from "../domain/dataset-keys.ts";

const activities = proxyActivities<ReturnType<typeof createDatasetKeyActivities>>({
  startToCloseTimeout: "1 minute",
  retry: { maximumInterval: "10 seconds" },
});

/** Carries a person's request about delivery keys to the worker, which alone holds the key folder. */
export async function keepDatasetKeys(request: DatasetKeyRequest): Promise<DatasetKeyAnswer> {
  return activities.keepDatasetKeys(request, workflowInfo().workflowId);
}

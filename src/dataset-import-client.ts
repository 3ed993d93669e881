import { randomUUID } from "node:crypto";
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle, WorkflowNotFoundError } from "@temporalio/client";
import type { Payload } from "@temporalio/common";
import type { DatasetKeyAnswer, DescribedKey } from "./activities/dataset-import-keys.ts";
import { type DatasetKeyRequest, requireKeyRequest } from "./domain/dataset-keys.ts";
import type { QuarantineDecision } from "./domain/quarantine.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import { type datasetImport, decideQuarantine } from "./workflows/dataset-import.ts";
import type { keepDatasetKeys } from "./workflows/dataset-import-keys.ts";
import { ruleViolationIn } from "./workflows/rule-failure.ts";

/** How long people at a page wait for an answer; where only a part of the page depends on it, less. */
const PATIENCE = 30_000;
const SHORT_PATIENCE = 5000;

/** Keys that are trusted, or that somebody showed. */
export type { DescribedKey };
export type TrustedKeys = readonly DescribedKey[];

/** What the console asks of the processes of datasets. Every one rejects with the RuleViolation that stands against it. */
export interface DatasetClient {
  decide(importId: string, decision: QuarantineDecision): Promise<void>;
  /** @param requestId the same when a request is sent twice: it is done once */
  keys(request: DatasetKeyRequest, requestId?: string): Promise<DatasetKeyAnswer>;
  /** The keys that are trusted for a dataset, as whoever holds them has them now. */
  trusted(code: string): Promise<TrustedKeys>;
}

export function createDatasetClient(client: Client, taskQueue: string): DatasetClient {
  const within = <T>(patience: number, run: () => Promise<T>) => client.withDeadline(Date.now() + patience, run);
  return {
    decide: (importId, decision) => within(PATIENCE, () => decide(client, importId, decision)),
    keys: (request, requestId) => within(PATIENCE, () => askForKeys(client, taskQueue, request, requestId)),
    async trusted(code) {
      const { datasets = [] } = await within(SHORT_PATIENCE, () => askForKeys(client, taskQueue, { action: "list" }));
      return datasets.find((dataset) => dataset.code === code)?.trusted ?? [];
    },
  };
}

/** A running import. */
export type ImportHandle = WorkflowHandle<typeof datasetImport>;

/** The workflow id of an import: one file, one process. */
export function importWorkflowId(importId: string): string {
  return `dataset-import/${importId}`;
}

/** Starts the import of a claimed file; one that has been started stays as it is, unless somebody ended it before its file was dealt with. */
export async function startDatasetImport(client: Client, taskQueue: string, importId: string): Promise<ImportHandle> {
  const workflowId = importWorkflowId(importId);
  try {
    return await client.workflow.start<typeof datasetImport>("datasetImport", {
      workflowId,
      taskQueue,
      args: [importId],
      workflowIdReusePolicy: "ALLOW_DUPLICATE_FAILED_ONLY",
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return client.workflow.getHandle<typeof datasetImport>(workflowId);
  }
}

export function getImportHandle(client: Client, importId: string): ImportHandle {
  return client.workflow.getHandle<typeof datasetImport>(importWorkflowId(importId));
}

/** Takes the officer's decision about a rejected file. @throws RuleViolation */
export async function decide(client: Client, importId: string, decision: QuarantineDecision): Promise<void> {
  try {
    await getImportHandle(client, importId).executeUpdate(decideQuarantine, { args: [{ ...decision, requestId: randomUUID() }] });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new RuleViolation("4(4)", "not-in-quarantine", "No import of this id waits for a decision: it is unknown, or has ended.");
    throw ruleViolationIn(error) ?? error;
  }
}

/**
 * Has the worker do something with the keys of deliveries.
 * @param requestId the same when a request is sent twice: it is done once
 * @throws RuleViolation
 */
export async function askForKeys(
  client: Client,
  taskQueue: string,
  request: DatasetKeyRequest,
  requestId: string = randomUUID(),
): Promise<DatasetKeyAnswer> {
  // Before it is stored anywhere: what was shown may be a private key.
  requireKeyRequest(request);
  try {
    return await client.workflow.execute<typeof keepDatasetKeys>("keepDatasetKeys", {
      workflowId: `dataset-keys/${requestId}`,
      workflowIdConflictPolicy: "USE_EXISTING",
      taskQueue,
      args: [request],
      workflowExecutionTimeout: "2 minutes",
    });
  } catch (error) {
    throw ruleViolationIn(error) ?? error;
  }
}

/** Rows that an import has read so far, as its last sign of life told; 0 when it has told none. */
export async function importRows(client: Client, handle: ImportHandle): Promise<number> {
  const { raw } = await handle.describe();
  const payloads = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads;
  if (payloads == null || payloads.length === 0) return 0;
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  let decoded = payloads;
  const sealedFor = { type: "activity", namespace: client.options.namespace, workflowId: handle.workflowId, isLocal: false } as const;
  for (const codec of payloadCodecs) decoded = await codec.decode(decoded, sealedFor);
  return payloadConverter.fromPayload<{ rows: number }>(decoded[0] as Payload).rows;
}

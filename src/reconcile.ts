import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowStartOptions } from "@temporalio/client";
import type { Kysely } from "kysely";
import { listOpenIntegrations } from "../db/queries/integration-record.ts";
import { listInventories } from "../db/queries/ip-inventory.ts";
import { listOpenDisposals } from "../db/queries/retention.ts";
import type { Database } from "../db/tables/database.ts";
import type { Config } from "./config.ts";
import { integrationWorkflowId } from "./integration-client.ts";
import { ensureSchedules } from "./schedules.ts";
import { integration as integrationWorkflow, recordsChanged } from "./workflows/integration.ts";
import { ipInventory } from "./workflows/ip-inventory.ts";
import { retention, retentionWorkflowId } from "./workflows/retention.ts";

/** What became of the open processes. */
export interface Reconciled {
  /** Ids of those that were begun again from the records. */
  readonly begun: readonly string[];
  /** How many have a workflow that runs, and goes on. */
  readonly running: number;
}

/** @returns false when a workflow of this id runs */
type Begin = (workflowId: string, workflow: Parameters<Client["workflow"]["start"]>[0], args: unknown[]) => Promise<boolean>;

/**
 * Begins every open process again from the records, where none runs, and makes the schedules: after the loss of Temporal's own store. It may run
 * twice, and while the platform works. Imports need none of it: each worker begins those whose file waits when it starts.
 * @clause 3(3)
 * @clause 3(8)
 * @clause 4(1)2
 * @clause 4(1)5
 */
export async function reconcile(db: Kysely<Database>, client: Client, config: Pick<Config, "taskQueue" | "mail">): Promise<Reconciled> {
  const begun: string[] = [];
  let running = 0;
  await beginAll(db, client, config.taskQueue, async (workflowId, workflow, args) => {
    const isBegun = await begin(client, workflow, { workflowId, taskQueue: config.taskQueue, args });
    if (isBegun) begun.push(workflowId);
    else running += 1;
    return isBegun;
  });
  await ensureSchedules(client, config);
  return { begun, running };
}

async function beginAll(db: Kysely<Database>, client: Client, taskQueue: string, begin: Begin): Promise<void> {
  for (const integrationNumber of await listOpenIntegrations(db)) {
    const workflowId = integrationWorkflowId(integrationNumber);
    // One that runs may know other records than these, if either was restored.
    if (!(await begin(workflowId, integrationWorkflow, [{ integrationNumber }])))
      await client.workflow.getHandle(workflowId).signal(recordsChanged);
  }
  for (const { workflowId, closedAt } of await listInventories(db)) if (closedAt === null) await begin(workflowId, ipInventory, []);
  for (const month of await listOpenDisposals(db)) await begin(retentionWorkflowId(taskQueue, month), retention, [month]);
}

async function begin(client: Client, workflow: Parameters<Begin>[1], options: WorkflowStartOptions): Promise<boolean> {
  try {
    await client.workflow.start(workflow, { ...options, workflowIdConflictPolicy: "FAIL" });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

import { type Client, WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import type { Kysely } from "kysely";
import { listOpenIntegrations, readIntegration } from "../db/queries/integration-record.ts";
import type { Database } from "../db/tables/database.ts";
import type { Integration } from "./domain/integration.ts";
import { integrationWorkflowId } from "./integration-client.ts";
import { integration as integrationWorkflow } from "./workflows/integration.ts";

/** What became of the open integrations. */
export interface Reconciled {
  /** Numbers of those whose workflow was begun again from the records. */
  readonly begun: readonly string[];
  /** How many have a workflow that runs, and were left alone. */
  readonly running: number;
}

/**
 * Begins the workflow of every open integration again from the records, where none runs: after the loss of Temporal's own store. It may run
 * twice, and while the platform works. Imports need none of it: each worker begins those whose file waits when it starts.
 * @clause 4(1)2
 */
export async function reconcile(db: Kysely<Database>, client: Client, taskQueue: string): Promise<Reconciled> {
  const begun: string[] = [];
  let running = 0;
  for (const integrationNumber of await listOpenIntegrations(db)) {
    const known = await readIntegration(db, integrationNumber);
    if (known === undefined) continue;
    if (await begin(client, taskQueue, known)) begun.push(integrationNumber);
    else running += 1;
  }
  return { begun, running };
}

/** @returns false when a workflow of the integration runs */
async function begin(client: Client, taskQueue: string, integration: Integration): Promise<boolean> {
  try {
    await client.workflow.start(integrationWorkflow, {
      workflowId: integrationWorkflowId(integration.integrationNumber),
      workflowIdConflictPolicy: "FAIL",
      taskQueue,
      args: [{ integration }],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

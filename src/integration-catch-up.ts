import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import { listUnseenSteps } from "../db/queries/integration-unseen.ts";
import type { WorkerContext } from "./context.ts";
import { integrationWorkflowId } from "./integration-client.ts";
import { recordsChanged } from "./workflows/integration.ts";

const LOOK_EVERY = 1000;

/** Tells workflows of steps until it is stopped. */
export interface CatchUp {
  stop(): Promise<void>;
}

/**
 * Tells the workflows of integrations what was put on record without them: an emergency stop while Temporal was down, a credential that a
 * system changed by itself. Each step is told once by each worker; a workflow that is told twice reads the same records twice.
 */
export function startCatchUp({ db, logger }: Pick<WorkerContext, "db" | "logger">, client: Client): CatchUp {
  const told = new Map<string, string>();
  const without = new Set<string>();
  const stopping = Promise.withResolvers<void>();
  let stopped = false;

  async function tell(): Promise<void> {
    for (const { integrationNumber, stepId } of await listUnseenSteps(db)) {
      if (told.get(integrationNumber) === stepId) continue;
      try {
        await client.workflow.getHandle(integrationWorkflowId(integrationNumber)).signal(recordsChanged);
        told.set(integrationNumber, stepId);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        // Tried until one is begun, said once.
        if (!without.has(stepId)) logger.warn({ integrationNumber }, "an open integration has no workflow: run npm run reconcile");
        without.add(stepId);
      }
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await tell().catch((error: unknown) =>
        logger.warn({ error: error instanceof Error ? error.name : "unknown" }, "workflows could not be told of the records; trying again"),
      );
      await Promise.race([stopping.promise, new Promise((resolve) => setTimeout(resolve, LOOK_EVERY).unref())]);
    }
  }

  const running = run();
  return {
    async stop() {
      stopped = true;
      stopping.resolve();
      await running;
    },
  };
}

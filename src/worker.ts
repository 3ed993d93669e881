import type { NativeConnection, Worker } from "@temporalio/worker";
import { keepWitnesses } from "../db/queries/log-witness.ts";
import { createActivities } from "./activities/index.ts";
import { connectTemporalClient } from "./adapters/temporal-client.ts";
import { bundleWorkflows, connectWorker, createWorker } from "./adapters/temporal-worker.ts";
import { announceReady } from "./command.ts";
import type { WorkerContext } from "./context.ts";
import { startDropFolderWatcher } from "./dataset-import-watcher.ts";
import { startCatchUp } from "./integration-catch-up.ts";
import { startLogKeeper } from "./log-keeper.ts";
import { startWitnessing } from "./log-witnessing.ts";
import { ensureSchedules } from "./schedules.ts";
import { showHealth } from "./worker-health.ts";

const STATUS_EVERY = 60_000;

/**
 * Serves the task queue until `stop` resolves, then lets running activities finish.
 * @throws Error when the workflows can't be bundled, or the worker fails
 */
export async function runWorker(context: WorkerContext, address: string, stop: Promise<unknown>): Promise<void> {
  const { config, logger, keyStore } = context;
  const temporal = { address, namespace: config.temporalNamespace, keys: keyStore.temporalPayload };
  let stopped = false;
  void stop.then(() => {
    stopped = true;
  });
  const workflowBundle = config.workflowBundle ?? (await bundleWorkflows());
  const connection = await connectWorker(address, logger, () => stopped);
  if (connection === undefined) return;
  const client = await connectTemporalClient(temporal);
  try {
    const worker = await createWorker(connection, temporal, {
      taskQueue: config.taskQueue,
      activities: createActivities(context),
      workflowBundle,
    });
    await createActivities(context).prepareQueryLog();
    await ensureSchedules(client, config);
    const logKeeper = startLogKeeper(context);
    const witnessNames = config.witnesses.map(({ key }) => key.name);
    await keepWitnesses(context.db, config.logOrigin, witnessNames, context.now());
    const witnessing = startWitnessing(context);
    const dropFolder = await startDropFolderWatcher(context, client);
    const catchUp = startCatchUp(context, client);
    await serve(worker, context, stop);
    await Promise.all([dropFolder.stop(), catchUp.stop(), logKeeper.stop(), witnessing.stop()]);
  } finally {
    await client.connection.close();
    await close(connection);
  }
}

async function serve(worker: Worker, { logger, config }: WorkerContext, stop: Promise<unknown>): Promise<void> {
  void stop.then(() => worker.getState() === "RUNNING" && worker.shutdown());
  const status = setInterval(() => logger.info(worker.getStatus(), "worker status"), STATUS_EVERY);
  const stopShowing = showHealth(config.healthFile, () => worker.getState() === "RUNNING");
  logger.info({ taskQueue: config.taskQueue }, "worker ready");
  announceReady();
  try {
    await worker.run();
  } finally {
    clearInterval(status);
    stopShowing();
  }
}

/** A worker that failed to start may still hold the connection; the process is about to end anyway. */
async function close(connection: NativeConnection): Promise<void> {
  await connection.close().catch(() => undefined);
}

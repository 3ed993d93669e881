import { join } from "node:path";
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundle } from "@temporalio/worker";
import type { Logger } from "pino";
import { createDataConverter, FAILURE_CONVERTER_PATH, type TemporalSettings } from "./temporal-client.ts";

const RETRY_AFTER = 2000;

/** What a worker of one task queue runs. */
export interface WorkerParts {
  readonly taskQueue: string;
  readonly activities: object;
  /** Path of a prebuilt bundle, or one just made by `bundleWorkflows`. */
  readonly workflowBundle: string | WorkflowBundle;
  /** How long activities may go on after a stop (milliseconds). */
  readonly shutdownGraceTime?: number;
}

/** Packs src/workflows with the failure converter; production does it once, when the image is built. @param workflowsPath a test deploys others */
export function bundleWorkflows(workflowsPath = join(import.meta.dirname, "../workflows/index.ts")): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath,
    failureConverterPath: FAILURE_CONVERTER_PATH,
    logger: new DefaultLogger("WARN"),
  });
}

/** Sends the SDK's own messages to our log: names and ids only, never the text of an error, which may quote a row. */
export function installTemporalLogger(logger: Logger): void {
  const write = new DefaultLogger("WARN", ({ level, message, meta }) => {
    const { workflowId, activityType, attempt, error } = (meta ?? {}) as Record<string, unknown>;
    const entry = { workflowId, activityType, attempt, error: error instanceof Error ? error.name : undefined };
    logger[level === "ERROR" ? "error" : "warn"](entry, message);
  });
  Runtime.install({ logger: write, shutdownSignals: [] });
}

/** Tries until Temporal answers, and says so every time it does not. @param stopped whether to give up */
export async function connectWorker(address: string, logger: Logger, stopped: () => boolean): Promise<NativeConnection | undefined> {
  while (!stopped()) {
    try {
      return await NativeConnection.connect({ address });
    } catch {
      logger.warn({ address }, "Temporal does not answer yet; trying again");
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
    }
  }
  return undefined;
}

/** Makes a worker; `run()` serves until `shutdown()`. */
export function createWorker(
  connection: NativeConnection,
  { namespace, keys }: Pick<TemporalSettings, "namespace" | "keys">,
  parts: WorkerParts,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue: parts.taskQueue,
    activities: parts.activities,
    workflowBundle: typeof parts.workflowBundle === "string" ? { codePath: parts.workflowBundle } : parts.workflowBundle,
    dataConverter: createDataConverter(keys),
    maxCachedWorkflows: 150,
    // How long a killed worker's workflows wait for it before another takes them.
    stickyQueueScheduleToStartTimeout: 3000,
    // Else a beat would leave only every eight seconds where ten without one mean death.
    maxHeartbeatThrottleInterval: 2000,
    shutdownGraceTime: parts.shutdownGraceTime ?? 30_000,
  });
}

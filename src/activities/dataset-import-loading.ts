import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { WorkerContext } from "../context.ts";
import type { Rejection } from "../domain/dataset-import.ts";
import { type Heartbeat, withHeartbeat } from "./dataset-import-heartbeat.ts";

/** What the loading process is told; by message, since others may read a process' arguments and environment. */
export interface LoadOrder {
  readonly importId: string;
  readonly config: WorkerContext["config"];
  readonly databaseUrl: string;
  /** The platform's time now (epoch milliseconds). */
  readonly now: number;
}

/** What the loading process tells: rows read so far, and at last how it ended. */
export type LoadReport = { readonly rows: number } | LoadEnd | { readonly failure: string };

/** How loading ended. */
export interface LoadEnd {
  readonly rejection: Rejection | undefined;
  readonly peakMemoryMegabytes: number;
}

/** Young heaps stay small: the process holds nothing but a few blocks, and its memory must not grow with the file. */
const OPTIONS = ["--no-warnings", "--max-semi-space-size=4"];

/**
 * Loads a file in a process of its own. What was in the clear is gone from memory with it, a broken file can't harm the worker, the worker goes
 * on answering Temporal, and whatever kills the process ends its database session, so that the whole load is rolled back.
 * @returns why the file is rejected; undefined when it is loaded
 * @clause 4(1)3
 */
export function loadGeneration(context: WorkerContext, importId: string): Promise<Rejection | undefined> {
  return withHeartbeat(async (heartbeat) => {
    const started = Date.now();
    const { rejection, peakMemoryMegabytes } = await runLoadProcess(context, importId, heartbeat);
    context.logger.info({ importId, rejection: rejection?.code, milliseconds: Date.now() - started, peakMemoryMegabytes }, "file read");
    return rejection;
  });
}

function runLoadProcess({ config, pool, now }: WorkerContext, importId: string, { cancelled, progress }: Heartbeat): Promise<LoadEnd> {
  const child = fork(fileURLToPath(new URL("./dataset-import-load-process.ts", import.meta.url)), {
    execArgv: OPTIONS,
    // The folder is no secret, and tells whoever looks at the machine which platform the process belongs to.
    env: { TZ: "UTC", DATA_DIR: config.dataDirectory },
    serialization: "advanced",
  });
  const stop = () => child.kill("SIGKILL");
  return new Promise<LoadEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error("The loading process ended early.")));
    child.on("message", (report: LoadReport) => {
      if ("rows" in report) progress(report.rows);
      else if ("failure" in report) reject(new Error(`Loading failed: ${report.failure}`));
      else resolve(report);
    });
    cancelled.addEventListener("abort", stop, { once: true });
    if (cancelled.aborted) stop();
    const order: LoadOrder = { importId, config, databaseUrl: pool.options.connectionString ?? "", now: now().getTime() };
    child.send(order);
  }).finally(() => {
    cancelled.removeEventListener("abort", stop);
    stop();
  });
}

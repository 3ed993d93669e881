import { fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { recordRejection } from "../../db/queries/dataset-import.ts";
import { readMachine } from "../config.ts";
import type { WorkerContext } from "../context.ts";
import type { Rejection } from "../domain/dataset-import.ts";
import { type Heartbeat, withHeartbeat } from "./heartbeat.ts";

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

/** A good file takes less than half of this (kilobytes), however large it is. */
const MOST_MEMORY = 512 * 1024;
const LOOK_EVERY = 200;
/** A process may be killed by chance; so often, its file is to blame. */
const MOST_DEATHS = 3;

/** The loading process died without a word. */
class LoadingDied extends Error {
  override name = "LoadingDied";
  /** Whether it was stopped because it took too much memory. */
  readonly outgrown: boolean;

  constructor(outgrown: boolean) {
    super(outgrown ? "The loading process took too much memory." : "The loading process was killed, or its memory was too small.");
    this.outgrown = outgrown;
  }
}

/**
 * Loads a file in a process of its own. What was in the clear is gone from memory with it, a broken file can't harm the worker, the worker goes
 * on answering Temporal, and whatever kills the process ends its database session, so that the whole load is rolled back. A file that takes all memory, or kills its process
 * again and again, is rejected as unreadable.
 * @returns why the file is rejected; undefined when it is loaded
 * @clause 4(1)3
 */
export function loadGeneration(context: WorkerContext, importId: string): Promise<Rejection | undefined> {
  return withHeartbeat(async (heartbeat) => {
    const started = Date.now();
    try {
      const { rejection, peakMemoryMegabytes } = await runLoadProcess(context, importId, heartbeat);
      context.logger.info({ importId, rejection: rejection?.code, milliseconds: Date.now() - started, peakMemoryMegabytes }, "file read");
      return rejection;
    } catch (error) {
      if (!(error instanceof LoadingDied && (error.outgrown || heartbeat.attempt >= MOST_DEATHS))) throw error;
      context.logger.warn({ importId, outgrown: error.outgrown }, "file unreadable");
      await recordRejection(context.db, importId, "unreadable", []);
      return { code: "unreadable", lines: [] };
    }
  });
}

function runLoadProcess({ config, pool, now }: WorkerContext, importId: string, { cancelled, progress }: Heartbeat): Promise<LoadEnd> {
  const child = fork(fileURLToPath(new URL("./dataset-import-load-process.ts", import.meta.url)), {
    execArgv: OPTIONS,
    // The folder is no secret, and tells whoever looks at the machine which platform the process belongs to.
    env: { ...readMachine().inherited, TZ: "UTC", DATA_DIR: config.dataDirectory },
    serialization: "advanced",
  });
  const stop = () => child.kill("SIGKILL");
  let watch: NodeJS.Timeout | undefined;
  return new Promise<LoadEnd>((resolve, reject) => {
    // Each of them: a process that could not be started can't be told its order either.
    child.on("error", reject);
    child.once("exit", (_, signal) => {
      const byItself = signal !== null && !cancelled.aborted;
      reject(byItself ? new LoadingDied(false) : new Error("The loading process ended early."));
    });
    watch = setInterval(async () => {
      if ((await memoryOf(child.pid)) > MOST_MEMORY) reject(new LoadingDied(true));
    }, LOOK_EVERY);
    child.on("message", (report: LoadReport) => {
      if ("rows" in report) progress(report.rows);
      else if ("failure" in report && report.failure.endsWith("ERR_WORKER_OUT_OF_MEMORY")) reject(new LoadingDied(false));
      else if ("failure" in report) reject(new Error(`Loading failed: ${report.failure}`));
      else resolve(report);
    });
    cancelled.addEventListener("abort", stop, { once: true });
    if (cancelled.aborted) stop();
    const order: LoadOrder = { importId, config, databaseUrl: pool.options.connectionString ?? "", now: now().getTime() };
    child.send(order);
  }).finally(() => {
    clearInterval(watch);
    cancelled.removeEventListener("abort", stop);
    stop();
  });
}

/** Memory that a process holds (kilobytes); 0 where the system does not tell. From outside, since a busy process can't watch itself. */
async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}

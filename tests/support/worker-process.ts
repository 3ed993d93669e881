import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { inject } from "vitest";
import { endWithThisProcess } from "../../src/adapters/child-process.ts";
import { readMachine } from "../../src/config.ts";
import { temporalAddress } from "./temporal.ts";
import type { TestPlatform } from "./worker.ts";

const WORKER = join(import.meta.dirname, "../../bin/worker.ts");

/** The platform's own worker as a process, to be killed. */
export interface WorkerProcess {
  readonly pid: number;
  kill(): Promise<void>;
  /** What it has written. */
  output(): string;
}

/** Starts bin/worker.ts on a test platform's database, folders and task queue; resolves when it serves. */
export async function startWorkerProcess({ context, database }: TestPlatform, environment: NodeJS.ProcessEnv = {}): Promise<WorkerProcess> {
  const { dataDirectory, taskQueue } = context.config;
  const child = spawn(process.execPath, [WORKER], {
    env: {
      ...{
        ...readMachine().inherited,
        DATA_DIR: dataDirectory,
        TASK_QUEUE: taskQueue,
        DATABASE_URL: database.workerUrl,
        TEMPORAL_ADDRESS: temporalAddress(),
        WORKFLOW_BUNDLE: inject("workflowBundle"),
      },
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithThisProcess(child, "SIGTERM");
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.once("exit", () => reject(new Error(`the worker ended: ${output}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("worker ready")) resolve();
      });
    }
  });
  return { pid: child.pid as number, kill: () => killHard(child), output: () => output };
}

async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

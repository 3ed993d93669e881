import { spawn } from "node:child_process";
import { join } from "node:path";
import { freePort } from "../src/adapters/free-port.ts";
import { readMachine } from "../src/config.ts";
import type { BenchDatabase } from "./bench-database.ts";

/** A server in a process of its own, so that the load generator does not share its thread. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a script of this folder; it is told its port as the last argument, and is up when it says so. */
export async function startServer(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args, String(port)], {
    env: { ...readMachine().inherited, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", () => reject(new Error(`${script} did not start.`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid as number,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** What the worker does for the log of a bench's database. */
export function startLogKeeper({ workerUrl, keysDirectory }: BenchDatabase): Promise<ServerProcess> {
  return startServer("log-keeper-process.ts", [workerUrl, keysDirectory, join(keysDirectory, "log")]);
}

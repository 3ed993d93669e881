import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { endWithThisProcess } from "../../src/adapters/child-process.ts";
import { freePort } from "../../src/adapters/free-port.ts";
import { readMachine } from "../../src/config.ts";

/** `bin/api.ts` as a process of its own, to be killed. */
export interface ApiProcess {
  readonly url: string;
  readonly pid: number;
  /** Ends it without a chance to clean up. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startApiProcess(databaseUrl: string, keysDirectory: string, port?: number): Promise<ApiProcess> {
  const chosen = port ?? (await freePort());
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, "../../bin/api.ts")], {
    env: { ...readMachine().inherited, DATABASE_URL: databaseUrl, KEYS_DIR: keysDirectory, PORT: String(chosen), LOG_LEVEL: "warn" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  endWithThisProcess(child, "SIGTERM");
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  const url = `http://127.0.0.1:${chosen}`;
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await fetch(`${url}/readyz`).catch(() => undefined))?.ok)
      return { url, pid: child.pid as number, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await end("SIGKILL");
  throw new Error("bin/api.ts did not get ready.");
}

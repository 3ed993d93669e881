import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** What the commands need to find a running platform; no secrets. */
export interface RunningPlatform {
  readonly pid: number;
  readonly temporalAddress: string;
  readonly apiUrl: string;
}

const RUN_FILE = "run.json";

/**
 * Takes a data folder for one platform at a time.
 * @throws Error when a running platform holds it
 */
export function takeDataDirectory(directory: string): { announce(platform: RunningPlatform): void; release(): void } {
  // Others may pass through it, since Postgres' user must, but see nothing.
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const running = findRunningPlatform(directory);
  if (running !== undefined)
    throw new Error(`A platform already runs on ${directory} (process ${running.pid}, ${running.apiUrl}): stop it first, or set DATA_DIR.`);
  const file = join(directory, RUN_FILE);
  return {
    announce: (platform) => writeFileSync(file, JSON.stringify(platform), { mode: 0o600 }),
    release: () => rmSync(file, { force: true }),
  };
}

/** The platform that runs on a data folder, if one does. */
export function findRunningPlatform(directory: string): RunningPlatform | undefined {
  try {
    const running: RunningPlatform = JSON.parse(readFileSync(join(directory, RUN_FILE), "utf8"));
    // Signal 0 only asks whether the process is there; it throws when not.
    process.kill(running.pid, 0);
    return running;
  } catch {
    return undefined;
  }
}

/** Whether no database has been made in the folder yet, so that no key can be missing. */
export function isFirstStart(directory: string): boolean {
  return !existsSync(join(directory, "started"));
}

/** Notes that a database was made with the keys of now. */
export function noteStarted(directory: string): void {
  writeFileSync(join(directory, "started"), "", { mode: 0o600 });
}

/** @throws the system's EADDRINUSE when something else listens there */
export function requireFreePort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

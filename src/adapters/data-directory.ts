import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the commands need to find a running platform; no secrets. */
export interface RunningPlatform {
  readonly pid: number;
  readonly temporalAddress: string;
  readonly apiUrl: string;
  readonly consoleUrl: string;
  /** Without user and password. */
  readonly databaseUrl: string;
}

/** The file's content: who holds the folder, and, once it is up, where it answers. */
interface Holder extends Partial<RunningPlatform> {
  readonly pid: number;
  /** When the process started, as its system counts; tells it from a later one of the same number. */
  readonly since: string;
}

const RUN_FILE = "run.json";

/** A data folder that is ours until we let it go. */
interface TakenDirectory {
  /** Whether its last holder never let it go: what it started may still be ending. */
  readonly left: boolean;
  announce(platform: RunningPlatform): void;
  release(): void;
}

/**
 * Takes a data folder for one platform at a time.
 * @throws Error when a platform that runs or is coming up holds it
 */
export function takeDataDirectory(directory: string): TakenDirectory {
  // Others may pass through it, since Postgres' user must, but see nothing.
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const file = join(directory, RUN_FILE);
  const own = `${file}.${process.pid}`;
  const write = (platform?: RunningPlatform) =>
    writeFileSync(own, JSON.stringify({ ...platform, pid: process.pid, since: startOf(process.pid) }), { mode: 0o600 });
  write();
  const left = existsSync(file);
  try {
    const holder = readHolder(directory);
    if (holder === undefined) rmSync(file, { force: true });
    // Of two that start at once, one makes the name.
    linkSync(own, file);
  } catch {
    const { pid, apiUrl } = readHolder(directory) ?? {};
    throw new Error(
      `A platform already runs on ${directory} (process ${pid}, ${apiUrl ?? "still coming up"}): stop it first, or set DATA_DIR to another folder.`,
    );
  } finally {
    rmSync(own, { force: true });
  }
  return {
    left,
    announce(platform) {
      write(platform);
      renameSync(own, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** The platform that runs on a data folder, if one is up. */
export function findRunningPlatform(directory: string): RunningPlatform | undefined {
  const { pid, temporalAddress, apiUrl, consoleUrl, databaseUrl } = readHolder(directory) ?? {};
  if ([pid, temporalAddress, apiUrl, consoleUrl, databaseUrl].includes(undefined)) return undefined;
  return { pid, temporalAddress, apiUrl, consoleUrl, databaseUrl } as RunningPlatform;
}

/** Who holds a data folder; undefined when nobody does, or whoever did is gone. */
function readHolder(directory: string): Holder | undefined {
  try {
    const holder: Holder = JSON.parse(readFileSync(join(directory, RUN_FILE), "utf8"));
    // Signal 0 only asks whether the process is there; it throws when not.
    process.kill(holder.pid, 0);
    return holder.since === startOf(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** When a process started, as Linux counts it; empty where that can't be told. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22; the second is a name in brackets that may hold spaces.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

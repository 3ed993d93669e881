import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";

const BLOCK_BYTES = 4 << 20;

/**
 * Files below some folders that hold one of several byte strings, found as a thief of the disk would: as root reads them, whatever they are.
 * Files that vanish meanwhile are passed over. Not grep: to it a newline ends a line, and a keyed hash may well hold one.
 * @param since only files written to after this moment
 */
export function filesHolding(folders: readonly string[], needles: readonly Buffer[], since: Date): string[] {
  const found = execFileSync(
    "find",
    [...folders, "-ignore_readdir_race", "-xdev", "-type", "f", "-newermt", since.toISOString(), "-print0"],
    {
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 64 << 20,
    },
  );
  const block = Buffer.alloc(BLOCK_BYTES);
  return found
    .toString()
    .split("\0")
    .filter((path) => path !== "" && holdsOneOf(path, needles, block));
}

function holdsOneOf(path: string, needles: readonly Buffer[], block: Buffer): boolean {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    // What may have begun at one block's end is looked at once more with the next.
    const overlap = Math.max(...needles.map(({ length }) => length)) - 1;
    let kept = 0;
    for (;;) {
      const read = readSync(file, block, kept, block.length - kept, null);
      if (read === 0) return false;
      const held = block.subarray(0, kept + read);
      if (needles.some((needle) => held.includes(needle))) return true;
      kept = Math.min(overlap, held.length);
      held.copy(block, 0, held.length - kept);
    }
  } finally {
    closeSync(file);
  }
}

/** Bytes that a running process has caused to be written to files, since it began (Linux). */
export function bytesWritten(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}

/** Plain files that a running process holds open to write to (Linux). */
export function filesOpenForWriting(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      const flags = Number.parseInt(/^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, "utf8"))?.[1] ?? "0", 8);
      return path.startsWith("/") && !path.startsWith("/dev/") && (flags & 3) !== 0 ? [path] : [];
    } catch {
      return [];
    }
  });
}

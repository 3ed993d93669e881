import type { PathLike, Stats } from "node:fs";
import { lstat } from "node:fs/promises";

/** Whether there is anything at a path. @throws Error when that can't be told: what can't be looked at is not gone */
export async function exists(path: string): Promise<boolean> {
  return (await look(path)) !== undefined;
}

/** Size and time of last change of a file; undefined when it is gone or no plain file. */
export async function fileState(path: string): Promise<{ bytes: number; changedAt: number } | undefined> {
  const found = await look(path);
  return found?.isFile() ? { bytes: found.size, changedAt: found.mtimeMs } : undefined;
}

/** What is at a path itself, not where a link leads: what must be destroyed is the file itself. Undefined when nothing is. */
export async function look(path: PathLike): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** The code of a failed system call (`ENOENT`, `EACCES` …); undefined for other errors. Unlike the message it names no file. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

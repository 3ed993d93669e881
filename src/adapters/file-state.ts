import { access, lstat } from "node:fs/promises";

/** Whether a path exists. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Size and time of last change of a file; undefined when it is gone or no plain file. */
export async function fileState(path: string): Promise<{ bytes: number; changedAt: number } | undefined> {
  try {
    // Not through a link: what must be destroyed is the file itself.
    const found = await lstat(path);
    return found.isFile() ? { bytes: found.size, changedAt: found.mtimeMs } : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The code of a failed system call (`ENOENT`, `EACCES` …); undefined for other errors. Unlike the message it names no file. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

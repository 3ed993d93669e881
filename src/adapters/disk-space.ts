import { existsSync, statfsSync } from "node:fs";

/** The file system that holds a folder; undefined where the folder is not on this machine, or can't be seen. */
export function diskOf(directory: string): { freeBytes: number; totalBytes: number } | undefined {
  try {
    if (!existsSync(directory)) return undefined;
    const { bavail, blocks, bsize } = statfsSync(directory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}

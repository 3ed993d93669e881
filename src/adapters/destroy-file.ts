import { randomFillSync } from "node:crypto";
import { constants } from "node:fs";
import { access, type FileHandle, lstat, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";

/** What was done to a file, in order. */
export const DESTRUCTION_STEPS = [
  "overwritten once with random bytes",
  "flushed to the device",
  "unlinked",
  "folder flushed",
  "absence checked",
] as const;

const CHUNK_BYTES = 1024 * 1024;

/**
 * Destroys a file: overwrites it, flushes it, unlinks it, flushes its folder, and checks that it is gone. Safe to repeat: a file that is gone
 * already is only checked.
 * @returns whether there was a file to destroy
 * @throws Error when the file is still there, or is no plain file
 * @clause 4(4)
 */
export async function destroyFile(path: string): Promise<boolean> {
  const file = await openForOverwriting(path);
  if (file !== undefined) {
    try {
      await overwrite(file);
    } finally {
      await file.close();
    }
    await unlink(path);
  }
  await flushFolder(dirname(path));
  await checkAbsence(path);
  return file !== undefined;
}

async function openForOverwriting(path: string): Promise<FileHandle | undefined> {
  try {
    // A link must not lead the overwriting elsewhere.
    return await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function overwrite(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const noise = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(size, 1)));
  for (let position = 0; position < size; position += noise.length) {
    randomFillSync(noise);
    await file.write(noise, 0, Math.min(noise.length, size - position), position);
  }
  await file.datasync();
}

/** Makes a rename, a new name or an unlinking in a folder survive a power cut. */
export async function flushFolder(directory: string): Promise<void> {
  const folder = await open(directory, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function checkAbsence(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  throw new Error("A file that was destroyed is still there.");
}

/** Whether a path exists. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

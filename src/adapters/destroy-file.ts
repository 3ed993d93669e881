import { randomFillSync } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./file-state.ts";

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

/**
 * Makes sure, before a file is taken, that it can be overwritten when its time has come.
 * @returns false when it is gone
 * @throws Error with the code of the system call when it can't be, or is no plain file
 * @clause 4(4)
 */
export async function requireDestroyable(path: string): Promise<boolean> {
  const file = await openForOverwriting(path);
  await file?.close();
  return file !== undefined;
}

async function openForOverwriting(path: string): Promise<FileHandle | undefined> {
  try {
    return await openPlain(path, constants.O_RDWR);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    if (errorCode(error) !== "EACCES") throw error;
    await makeWritable(path);
    return openPlain(path, constants.O_RDWR);
  }
}

/** A file of ours that was delivered read-only. */
async function makeWritable(path: string): Promise<void> {
  const file = await openPlain(path, constants.O_RDONLY);
  try {
    await file.chmod(0o600);
  } finally {
    await file.close();
  }
}

/**
 * Opens a plain file: a link must not lead us elsewhere, and a pipe must not keep us waiting.
 * @param access flags of open(2)
 * @throws Error with the code of the system call, or `ENOTFILE`
 */
export async function openPlain(path: string, access: number): Promise<FileHandle> {
  const file = await open(path, access | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw Object.assign(new Error("This is no plain file."), { code: "ENOTFILE" });
}

async function overwrite(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const noise = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(size, 1)));
  for (let position = 0; position < size; ) {
    randomFillSync(noise);
    const { bytesWritten } = await file.write(noise, 0, Math.min(noise.length, size - position), position);
    position += bytesWritten;
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
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  throw new Error("A file that was destroyed is still there.");
}

import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A key that records or settings refer to is not in the key folder. */
export class KeyMissing extends Error {
  override name = "KeyMissing";
}

/** Permission bits that let anyone but the file's owner and, to read, its group at it. */
const TOO_OPEN = 0o027;

/**
 * Reads a file of the key folder that only its owner, and for reading its group, may get at.
 * @throws KeyMissing
 */
export function readSecretFile(path: string): string {
  let text: string;
  let mode: number;
  try {
    ({ mode } = statSync(path));
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EACCES")
      throw new KeyMissing(`The key ${path} may not be read by the user who started this: run as its owner, or give it to that user.`);
    throw new KeyMissing(`The key ${path} cannot be read: restore it from the backup of the key folder.`);
  }
  if ((mode & TOO_OPEN) !== 0)
    throw new KeyMissing(`The key ${path} is open to others, who may have copied it: chmod 600 it, and rotate it if they could.`);
  return text;
}

/**
 * Makes a file of the key folder (0600, its folder 0700). When this returns it survives a power cut; until then there is none of that name, so that
 * half a key keeps no process from starting.
 * @throws Error `EEXIST` when there is one already, which stays as it is
 */
export function writeSecretFile(path: string, text: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Of its own: another process may be making the same key.
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    writeFileSync(partial, text, { mode: 0o600, flag: "wx", flush: true });
    linkSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
  for (const entered of [folder, dirname(folder)]) flushFolder(entered);
}

function flushFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

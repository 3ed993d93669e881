import { readFileSync, statSync } from "node:fs";

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

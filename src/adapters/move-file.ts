import { randomUUID } from "node:crypto";
import { constants, createWriteStream } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { destroyFile, flushFolder, openPlain } from "./destroy-file.ts";
import { errorCode } from "./file-state.ts";

/** How the name of a first copy ends while it is overwritten: half of it may be noise, so it must not be taken for the file again. */
export const DYING = ".dying";

/**
 * Renames; between file systems copies, flushes, and destroys the first copy. A kill leaves the first copy as it was, or the second one whole.
 * @param aside a name beside `from` that the first copy bears meanwhile: whoever holds it is the one who moves the file
 */
export async function moveFile(from: string, to: string, aside: string = from): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCode(error) !== "EXDEV") throw error;
    await rename(from, aside);
    const partial = `${to}.partial`;
    // A link or a pipe may have been put there meanwhile.
    const source = await openPlain(aside, constants.O_RDONLY);
    await pipeline(source.createReadStream({ highWaterMark: 1024 * 1024 }), createWriteStream(partial, { mode: 0o600, flush: true }));
    await rename(partial, to);
    await flushFolder(dirname(to));
    await rename(aside, `${aside}${DYING}`);
    await flushFolder(dirname(aside));
    await destroyFile(`${aside}${DYING}`);
  }
  await flushFolder(dirname(to));
}

/** Writes a file that only we may read, whole or not at all, over what is there. For what must stay as it is: `writeSecretFile`. */
export async function writePrivately(path: string, text: string): Promise<void> {
  const partial = `${path}.${randomUUID()}.partial`;
  await writeFile(partial, text, { mode: 0o600, flag: "wx", flush: true });
  await rename(partial, path);
  await flushFolder(dirname(path));
}

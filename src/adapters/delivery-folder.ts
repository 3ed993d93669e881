import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, lstat, mkdir, open, readdir, readFile, rename, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { destroyFile, exists, flushFolder } from "./destroy-file.ts";

/** A delivered file in its private folder, which bears the import's id. */
export interface DeliveredFile {
  readonly path: string;
  readonly name: string;
  /** The manifest beside the file, where one came with it. */
  readonly manifestPath: string | undefined;
}

/** Ends of names of OpenPGP files. */
const DELIVERY = /\.(pgp|gpg|asc)$/i;
const MANIFEST = ".manifest.json";
/** Who delivered, and what they said it is: written before the file is there. */
const NOTE = "delivery.json";

/** What is known about a delivery besides its file. */
export interface DeliveryNote {
  readonly deliveredBy: string;
  readonly datasetCode?: string;
}

/** Whether a name is that of a delivery: no hidden and no partial file. */
export function isDeliveryName(name: string): boolean {
  return DELIVERY.test(name) && !name.startsWith(".");
}

/**
 * Takes a file into a private folder of its own. The file's rename is what claims it: whoever comes second finds no file. The manifest beside
 * it follows, and is looked for again by `findDelivery` if we are killed in between.
 * @returns false when the file is gone
 */
export async function claimDelivery(file: string, folder: string, note: DeliveryNote): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeNote(folder, { ...note, from: dirname(file) });
  try {
    await moveFile(file, join(folder, basename(file)));
  } catch (error) {
    if (!isMissing(error)) throw error;
    await removeFolder(folder);
    return false;
  }
  await takeManifest(folder, basename(file), dirname(file));
  return true;
}

/** The delivered file in a folder; undefined when none is there (any more). */
export async function findDelivery(folder: string): Promise<DeliveredFile | undefined> {
  const names = (await exists(folder)) ? await readdir(folder) : [];
  const name = names.find(isDeliveryName);
  if (name === undefined) return undefined;
  const { from } = await readNote(folder);
  if (from !== undefined && !names.includes(`${name}${MANIFEST}`)) await takeManifest(folder, name, from);
  const manifestPath = join(folder, `${name}${MANIFEST}`);
  return { path: join(folder, name), name, manifestPath: (await exists(manifestPath)) ? manifestPath : undefined };
}

/** The note of a folder; of an unknown deliverer where there is none. */
export async function readNote(folder: string): Promise<DeliveryNote & { readonly from?: string }> {
  try {
    return JSON.parse(await readFile(join(folder, NOTE), "utf8"));
  } catch {
    return { deliveredBy: "drop-folder" };
  }
}

/** Moves a delivery's folder; a folder that has moved already stays where it is. */
export async function moveDelivery(from: string, to: string): Promise<void> {
  if (!(await exists(from))) return;
  await mkdir(to, { recursive: true, mode: 0o700 });
  // The file last: wherever it lies, its note and its manifest lie there too.
  const names = await readdir(from);
  for (const name of [...names.filter((name) => !isDeliveryName(name)), ...names.filter(isDeliveryName)])
    await moveFile(join(from, name), join(to, name));
  await removeFolder(from);
}

/** Destroys a delivery: file, manifest, note and folder. Safe to repeat. @returns whether the file was there */
export async function destroyDelivery(folder: string): Promise<boolean> {
  if (!(await exists(folder))) return false;
  let found = false;
  for (const name of await readdir(folder)) {
    await destroyFile(join(folder, name));
    found ||= isDeliveryName(name);
  }
  await removeFolder(folder);
  return found;
}

/** SHA-256 (hexadecimal) and size of a file. */
export async function measureFile(path: string, beat: () => void): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk);
    bytes += chunk.length;
    beat();
  }
  return { sha256: hash.digest("hex"), bytes };
}

async function takeManifest(folder: string, name: string, from: string): Promise<void> {
  const manifest = join(from, `${name}${MANIFEST}`);
  if (await exists(manifest)) await moveFile(manifest, join(folder, `${name}${MANIFEST}`));
}

/** Renames; between file systems copies, flushes, and destroys the first copy. */
async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error;
    const partial = `${to}.partial`;
    await copyFile(from, partial);
    await flushFile(partial);
    await rename(partial, to);
    await flushFolder(dirname(to));
    await destroyFile(from);
  }
  await flushFolder(dirname(to));
}

async function writeNote(folder: string, note: DeliveryNote & { readonly from: string }): Promise<void> {
  const file = await open(join(folder, NOTE), "w", 0o600);
  try {
    await file.writeFile(JSON.stringify(note));
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function removeFolder(folder: string): Promise<void> {
  if (!(await exists(folder))) return;
  for (const name of await readdir(folder)) await destroyFile(join(folder, name));
  await rmdir(folder);
  await flushFolder(dirname(folder));
}

/** Size and time of last change of a file; undefined when it is gone or no plain file. */
export async function fileState(path: string): Promise<{ bytes: number; changedAt: number } | undefined> {
  try {
    // Not through a link: what must be destroyed is the file itself.
    const found = await lstat(path);
    return found.isFile() ? { bytes: found.size, changedAt: found.mtimeMs } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

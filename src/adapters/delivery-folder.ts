import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type DeliveryNote, readNote, writeNote } from "./delivery-note.ts";
import { destroyFile, flushFolder, requireDestroyable } from "./destroy-file.ts";
import { errorCode, exists, fileState } from "./file-state.ts";
import { DYING, moveFile } from "./move-file.ts";

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
const TAKEN_ASIDE = /^\.[0-9a-f-]{36}\.taken/;

/** Of which delivery a name is the manifest's; undefined for other names. */
export function manifestOwner(name: string): string | undefined {
  return name.endsWith(MANIFEST) ? name.slice(0, -MANIFEST.length) : undefined;
}

/** Whether a name is one that a delivery bears, beside where it lay, while it is copied to another file system. */
export function isTakenAside(name: string): boolean {
  return TAKEN_ASIDE.test(name);
}

/** Whether a name is that of a delivery: no hidden and no partial file. */
export function isDeliveryName(name: string): boolean {
  return DELIVERY.test(name) && !name.startsWith(".");
}

/**
 * Takes a file into a private folder of its own. The file's rename is what claims it: whoever comes second finds no file. Only what can be
 * destroyed is taken. What a kill leaves undone is done by `completeClaim`, or undone by `abandonClaim`.
 * @returns false when the file is gone
 * @throws Error with the code of the system call that failed; the file then lies where it lay, and no folder is left
 */
export async function claimDelivery(file: string, folder: string, note: DeliveryNote): Promise<boolean> {
  if (!(await requireDestroyable(file))) return false;
  const claimed = join(folder, basename(file));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeNote(folder, { ...note, from: file });
    await moveFile(file, claimed, nameAside(file, folder));
    // Somebody may have put something else there between our look and our move.
    if (await removeUnlessPlain(claimed)) {
      await takeManifest(folder, basename(file), dirname(file));
      return true;
    }
  } catch (error) {
    if (!(await exists(claimed))) await abandonClaim(folder);
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
  await destroyDelivery(folder);
  return false;
}

/** Ends a claim that was killed after its file was there: nothing of the delivery stays where it came from. Safe to repeat. */
export async function completeClaim(folder: string): Promise<void> {
  const delivery = await findDelivery(folder);
  const { from, ...note } = await readNote(folder);
  if (delivery === undefined || from === undefined) return;
  const [aside, manifest] = [nameAside(from, folder), join(dirname(from), `${delivery.name}${MANIFEST}`)];
  for (const left of [aside, `${aside}${DYING}`, `${manifest}${DYING}`]) if (await removeUnlessPlain(left)) await destroyFile(left);
  if (delivery.manifestPath === undefined) await takeManifest(folder, delivery.name, dirname(from));
  // From here on a manifest of this name belongs to the next file.
  await writeNote(folder, note);
}

/** Undoes a claim whose file has not arrived: puts the file back, and destroys what there is of a copy. */
export async function abandonClaim(folder: string): Promise<void> {
  const { from } = await readNote(folder);
  if (from !== undefined && (await exists(nameAside(from, folder)))) {
    // A newer file of that name goes first; its claim makes room.
    if (await exists(from)) return;
    await rename(nameAside(from, folder), from);
  }
  await destroyDelivery(folder);
}

/** Whether a folder holds no delivery, and nothing in it has changed since a time (epoch milliseconds). */
export async function isAbandoned(folder: string, since: number): Promise<boolean> {
  if ((await findDelivery(folder)) !== undefined) return false;
  const paths = [folder, ...(await readdir(folder)).map((name) => join(folder, name))];
  const states = await Promise.all(paths.map((path) => lstat(path)));
  return states.every(({ mtimeMs }) => mtimeMs < since);
}

/** The delivered file in a folder; undefined when none is there (any more). */
export async function findDelivery(folder: string): Promise<DeliveredFile | undefined> {
  const names = (await exists(folder)) ? await readdir(folder) : [];
  const name = names.find(isDeliveryName);
  if (name === undefined) return undefined;
  const manifest = `${name}${MANIFEST}`;
  return { path: join(folder, name), name, manifestPath: names.includes(manifest) ? join(folder, manifest) : undefined };
}

/** Moves a delivery's folder; a folder that has moved already stays where it is. */
export async function moveDelivery(from: string, to: string): Promise<void> {
  if (await exists(from)) {
    await mkdir(to, { recursive: true, mode: 0o700 });
    // What was dying when an earlier try was killed has its second copy, and is destroyed with the folder.
    const names = (await readdir(from)).filter((name) => !name.endsWith(DYING));
    // The file last: wherever it lies, its note and its manifest lie there too.
    for (const name of [...names.filter((name) => !isDeliveryName(name)), ...names.filter(isDeliveryName)])
      await moveFile(join(from, name), join(to, name));
  }
  await destroyDelivery(from);
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

/** Takes the manifest beside a file, if it is one that can be destroyed with it; a link, a folder or a pipe is none. */
async function takeManifest(folder: string, name: string, from: string): Promise<void> {
  const [manifest, taken] = [join(from, `${name}${MANIFEST}`), join(folder, `${name}${MANIFEST}`)];
  try {
    if (!(await requireDestroyable(manifest))) return;
    await moveFile(manifest, taken);
  } catch {
    // Without it the file is rejected as what it is: one that has no manifest.
    return;
  }
  // A link may have been put there between our look and our move.
  await removeUnlessPlain(taken);
}

/** What is no plain file holds nothing to read or to overwrite. @returns whether there is a plain file */
async function removeUnlessPlain(path: string): Promise<boolean> {
  if ((await fileState(path)) !== undefined) return true;
  await rm(path, { recursive: true, force: true });
  return false;
}

/** What a file bears in its own folder while it is copied to another file system. */
function nameAside(from: string, folder: string): string {
  return join(dirname(from), `.${basename(folder)}.taken`);
}

/**
 * Destroys a folder with a delivery: file, manifest, note and folder. Safe to repeat.
 * @throws Error also when the folder above is not there: nobody knows what is in one on a volume that is away
 */
export async function destroyDelivery(folder: string): Promise<void> {
  if (await exists(folder)) {
    await emptyDelivery(folder);
    await rmdir(folder);
  }
  await flushFolder(dirname(folder));
}

/** Destroys what is in a delivery's folder, which stays. Safe to repeat. */
export async function emptyDelivery(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (await removeUnlessPlain(path)) await destroyFile(path);
  }
}

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { exportedFiles, type LogSource } from "./write-export.ts";
import { centralDirectory, walkZip } from "./zip-file.ts";

/** What was written. */
export interface ExportedFile {
  readonly entries: number;
  readonly bytes: number;
  /** SHA-256 of the whole ZIP, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes an export. It appears under its name when it is whole and on the disk, and never in place of another file; only its owner may read it.
 * @throws Error when there is a file of that name
 */
export async function writeExportFile(path: string, source: LogSource, progress: (entries: number) => void): Promise<ExportedFile> {
  if (existsSync(path)) throw new Error(`${path} is there already: give --out another name.`);
  const partial = `${path}.${process.pid}.partial`;
  const file = await open(partial, "wx+", 0o600);
  try {
    const digest = createHash("sha256");
    let [entries, bytes] = [0, 0];
    const write = async (chunk: Buffer) => {
      digest.update(chunk);
      // Writes all of it, or fails: a full disk takes a part.
      await file.writeFile(chunk);
      bytes += chunk.length;
    };
    const written = (soFar: number) => {
      entries = soFar;
      progress(soFar);
    };
    for await (const chunk of exportedFiles(source, written)) await write(chunk);
    // The directory is made from what was written, so that nothing of it is kept meanwhile.
    for (const chunk of centralDirectory(walkZip(file.fd, bytes))) await write(chunk);
    await file.sync();
    // Fails when a file of that name has come up meanwhile, which a rename would replace.
    await (await open(path, "wx", 0o600)).close();
    await rename(partial, path);
    return { entries, bytes, sha256: digest.digest("hex") };
  } finally {
    await file.close();
    await rm(partial, { force: true });
  }
}

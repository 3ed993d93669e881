import { mkdirSync, readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { flushFolder } from "./destroy-file.ts";

/** A file that holds the last checkpoint that was signed, outside the database, so that a restored backup of that can't make the log forget. */
export interface KeptCheckpoint {
  /** A signed note; undefined when none has been kept yet. */
  read(): string | undefined;
  /** Resolves when the note is on the disk, whatever happens. */
  write(signedNote: string): Promise<void>;
}

export function keptCheckpoint(path: string): KeptCheckpoint {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return {
    read() {
      try {
        return readFileSync(path, "utf8");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
    async write(signedNote) {
      const partial = `${path}.partial`;
      const file = await open(partial, "w", 0o600);
      try {
        await file.writeFile(signedNote);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, path);
      await flushFolder(dirname(path));
    },
  };
}

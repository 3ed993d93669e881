import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./file-state.ts";
import { writePrivately } from "./move-file.ts";

/** Who delivered, and what they said it is: written before the file is there. */
const NOTE = "delivery.json";

/** What is known about a delivery besides its file. */
export interface DeliveryNote {
  readonly deliveredBy: string;
  readonly datasetCode?: string;
}

/** Where the file lay, until it is taken whole. */
export interface ClaimNote extends DeliveryNote {
  readonly from?: string;
}

/** The note of a folder; of an unknown deliverer where there is none, or only what its destruction made of it. */
export async function readNote(folder: string): Promise<ClaimNote> {
  try {
    return JSON.parse(await readFile(join(folder, NOTE), "utf8"));
  } catch (error) {
    // Any other failure says nothing about who delivered.
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return { deliveredBy: "drop-folder" };
    throw error;
  }
}

export async function writeNote(folder: string, note: ClaimNote): Promise<void> {
  await writePrivately(join(folder, NOTE), JSON.stringify(note));
}

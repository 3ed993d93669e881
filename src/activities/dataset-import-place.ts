import { join } from "node:path";
import { type DeliveredFile, findDelivery } from "../adapters/delivery-folder.ts";
import type { Config } from "../config.ts";

type Places = Pick<Config, "inboxDirectory" | "quarantineDirectory">;

const IMPORT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The private folder of an import's file. */
export function inboxFolder({ inboxDirectory }: Pick<Config, "inboxDirectory">, importId: string): string {
  return join(inboxDirectory, requireImportId(importId));
}

/** Where an import's file waits for the officer's decision. */
export function quarantineFolder({ quarantineDirectory }: Pick<Config, "quarantineDirectory">, importId: string): string {
  return join(quarantineDirectory, requireImportId(importId));
}

/** Whether a folder's name is an import's id. */
export function isImportId(name: string): boolean {
  return IMPORT_ID.test(name);
}

/** Finds an import's file, in the inbox or in quarantine. @throws Error when it is in neither */
export async function locateDelivery(places: Places, importId: string): Promise<{ file: DeliveredFile; folder: string }> {
  for (const folder of [inboxFolder(places, importId), quarantineFolder(places, importId)]) {
    const file = await findDelivery(folder);
    if (file !== undefined) return { file, folder };
  }
  throw new Error(`The file of import ${importId} is neither in the inbox nor in quarantine.`);
}

function requireImportId(importId: string): string {
  if (!isImportId(importId)) throw new Error("An import's id is a UUID.");
  return importId;
}

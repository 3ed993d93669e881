import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { getImport, listEndedImports } from "../../db/queries/dataset-import.ts";
import { destroyDelivery, emptyDelivery } from "../adapters/delivery-folder.ts";
import type { WorkerContext } from "../context.ts";
import { certifyFile } from "./dataset-import-destroy.ts";
import { isImportId } from "./dataset-import-place.ts";

/** A folder of a delivery whose import has ended. */
export interface LeftDelivery {
  readonly importId: string;
  readonly place: "inbox" | "quarantine";
  readonly folder: string;
}

/** The folders that should be gone: their import has ended while they were out of sight, as on a volume that was away. */
export async function listLeftDeliveries({ config, db }: WorkerContext): Promise<LeftDelivery[]> {
  const left: LeftDelivery[] = [];
  for (const [place, directory] of [
    ["inbox", config.inboxDirectory],
    ["quarantine", config.quarantineDirectory],
  ] as const) {
    const ended = await listEndedImports(db, (await readdir(directory)).filter(isImportId));
    left.push(...ended.map((importId) => ({ importId, place, folder: join(directory, importId) })));
  }
  return left;
}

/**
 * Destroys such a folder, and certifies that beside what its import has certified. Safe to repeat after a kill at any moment: the folder goes when
 * the certificate is written.
 * @clause 4(4)
 */
export async function destroyLeftDelivery(context: WorkerContext, { importId, place, folder }: LeftDelivery): Promise<void> {
  const record = await getImport(context.db, importId);
  context.logger.warn({ importId, place }, "a file lay here although its import had ended; it is destroyed");
  await emptyDelivery(folder);
  await certifyFile(context, record, { imported: record.stage === "imported", fileFound: true }, "platform", place);
  await destroyDelivery(folder);
}

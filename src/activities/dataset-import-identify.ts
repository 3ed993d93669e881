import { readFile } from "node:fs/promises";
import { type Dataset, findDataset, listDatasets } from "../../db/queries/dataset-import.ts";
import { findDeliveryKey } from "../../db/queries/dataset-import-delivery-key.ts";
import type { DeliveredFile } from "../adapters/delivery-folder.ts";
import type { DeliveryNote } from "../adapters/delivery-note.ts";
import { fileState } from "../adapters/file-state.ts";
import type { WorkerContext } from "../context.ts";
import { type Manifest, parseManifest } from "../domain/dataset-import-manifest.ts";
import { DeliveryRejected } from "../domain/delivery-rejected.ts";

/** Bytes. */
const LONGEST_MANIFEST = 10_000;

/** The dataset of a delivery, and whether more than unsigned words say so: its delivery key, or the person who delivered it. */
export interface IdentifiedDataset extends Dataset {
  readonly bound: boolean;
}

/**
 * Finds the dataset of a delivery: named by who delivered it, by the manifest beside it, by the delivery key it was encrypted to, or by the
 * start of its name. The manifest inside is compared with it later.
 * @param recipients fingerprints of our keys that open it
 * @throws DeliveryRejected `unknown-dataset`, or `wrong-dataset` for a file encrypted to another dataset's delivery key
 * @clause 4(1)2
 */
export async function identifyDataset(
  { db }: Pick<WorkerContext, "db">,
  file: DeliveredFile,
  note: DeliveryNote,
  manifest: Manifest | undefined,
  recipients: readonly string[],
): Promise<IdentifiedDataset> {
  const keys = await Promise.all(recipients.map((fingerprint) => findDeliveryKey(db, fingerprint)));
  const keyDatasets = keys.flatMap((key) => key?.datasetCode ?? []);
  const named = note.datasetCode ?? manifest?.dataset ?? keyDatasets[0] ?? (await datasetOfName(db, file.name));
  const dataset = named === undefined ? undefined : await findDataset(db, named);
  if (dataset === undefined) throw new DeliveryRejected("unknown-dataset");
  if (keyDatasets.some((code) => code !== dataset.code)) throw new DeliveryRejected("wrong-dataset");
  return { ...dataset, bound: note.datasetCode !== undefined || keyDatasets.length > 0 };
}

async function datasetOfName(db: WorkerContext["db"], fileName: string): Promise<string | undefined> {
  const datasets = await listDatasets(db);
  return datasets.find(({ code }) => fileName === code || (fileName.startsWith(code) && !/[a-z]/i.test(fileName[code.length] ?? "")))?.code;
}

/** Reads the manifest beside a file. @throws DeliveryRejected `manifest-malformed` */
export async function readManifestBeside({ manifestPath }: DeliveredFile): Promise<Manifest | undefined> {
  if (manifestPath === undefined) return undefined;
  // Looked at before it is read, since it may be as long as its sender liked.
  const isShort = ((await fileState(manifestPath))?.bytes ?? 0) <= LONGEST_MANIFEST;
  const manifest = isShort ? parseManifest(await readFile(manifestPath, "utf8")) : undefined;
  if (manifest === undefined) throw new DeliveryRejected("manifest-malformed");
  return manifest;
}

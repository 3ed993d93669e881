import { getImport, type ImportRecord, recordFindings } from "../../db/queries/dataset-import.ts";
import { listCertificates, recordCertificate } from "../../db/queries/dataset-import-certificate.ts";
import { findDeliveryKey, recordDeliveryKeyDestroyed } from "../../db/queries/dataset-import-delivery-key.ts";
import { dropGeneration, listReplacedGenerations, type ReplacedGeneration } from "../../db/queries/dataset-import-generation.ts";
import { keepNotices } from "../../db/queries/notice.ts";
import { destroyDelivery as destroyFolder, findDelivery } from "../adapters/delivery-folder.ts";
import { DESTRUCTION_STEPS } from "../adapters/destroy-file.ts";
import { openOpenpgpKeyFolder } from "../adapters/openpgp-key-folder.ts";
import type { WorkerContext } from "../context.ts";
import { type DestroyedDelivery, statementOfDestruction } from "../domain/destruction.ts";
import { aboutImport } from "../domain/quarantine.ts";
import { inboxFolder, quarantineFolder } from "./dataset-import-place.ts";
import { withHeartbeat } from "./heartbeat.ts";

/** Who destroys what nobody decided about by hand. */
const PLATFORM = "platform";

/** What is left of an import: what was read, and the proofs that the rest is gone. */
export interface Destruction {
  readonly rowsRead: number;
  readonly badRows: number;
  /** ISO 8601; null when the file was rejected before it was known. */
  readonly asOf: string | null;
  readonly keyKind: DestroyedDelivery["keyKind"];
  readonly keyDestroyed: boolean;
  readonly certificateIds: readonly string[];
}

/**
 * Destroys an import's file, and the delivery key that it was encrypted to, and certifies both. Safe to repeat after a kill at any moment: the
 * certificates are written when everything is gone, and once.
 * @param decidedBy who decided it; undefined when the import or the end of quarantine did
 * @clause 4(1)3
 * @clause 4(4)
 */
export function destroyDelivery(context: WorkerContext, importId: string, decidedBy?: string): Promise<Destruction> {
  return withHeartbeat(async () => {
    const record = await getImport(context.db, importId);
    const imported = record.stage === "switched" || record.stage === "imported";
    const folders = [inboxFolder(context.config, importId), quarantineFolder(context.config, importId)];
    const fileFound = record.fileFound === true || (await Promise.all(folders.map(findDelivery))).some((file) => file !== undefined);
    // Said before, since afterwards nobody can tell; and nothing is destroyed while the records can't be written: it could not be certified.
    await recordFindings(context.db, importId, { stage: record.stage, ...(fileFound && { file_found: true }) });
    for (const folder of folders) await destroyFolder(folder);
    const keyDestroyed = await destroyKeyOf(context, record);
    const keyKind = await keyKindOf(context, record);
    await certifyFile(context, record, { imported, fileFound, keyKind, keyDestroyed }, decidedBy ?? PLATFORM);
    await context.db.transaction().execute(async (trx) => {
      await recordFindings(trx, importId, { stage: imported ? "imported" : "rejected", finished_at: context.now() });
      await keepNotices(trx, aboutImport(importId), []);
    });
    const certificates = await listCertificates(context.db, importId);
    const { rowsRead, badRows, asOf } = record;
    return { rowsRead, badRows, asOf, keyKind, keyDestroyed, certificateIds: certificates.map(({ certificateId }) => certificateId) };
  });
}

async function keyKindOf({ db }: WorkerContext, { recipientFingerprint }: ImportRecord): Promise<DestroyedDelivery["keyKind"]> {
  if (recipientFingerprint === null) return "none";
  return (await findDeliveryKey(db, recipientFingerprint)) === undefined ? "standing" : "delivery";
}

/**
 * The key dies with the file that it was made for. A file without the owner unit's signature proves no delivery: anyone may encrypt to a public
 * key, and must not be able to kill it.
 */
async function destroyKeyOf(context: WorkerContext, record: ImportRecord): Promise<boolean> {
  const { recipientFingerprint, signerFingerprint } = record;
  if (recipientFingerprint === null || signerFingerprint === null) return false;
  if ((await findDeliveryKey(context.db, recipientFingerprint)) === undefined) return false;
  await destroyDeliveryKey(context, recipientFingerprint, record.importId, PLATFORM);
  return true;
}

/** Destroys the private half of a delivery key and certifies it, once. */
export async function destroyDeliveryKey(
  context: WorkerContext,
  fingerprint: string,
  importId: string | null,
  destroyedBy: string,
): Promise<void> {
  await openOpenpgpKeyFolder(context.config.keysDirectory).destroyDeliveryKey(fingerprint);
  const destroyedAt = context.now();
  await recordCertificate(context.db, {
    certificateId: context.randomId(),
    objectKey: `delivery-key/${fingerprint}`,
    importId,
    destroyedObject: "delivery-key",
    particulars: { fingerprint, steps: DESTRUCTION_STEPS },
    destroyedAt,
    destroyedBy,
  });
  await recordDeliveryKeyDestroyed(context.db, fingerprint, destroyedAt);
}

async function certifyFile(
  context: WorkerContext,
  record: ImportRecord,
  { imported, fileFound, keyKind, keyDestroyed }: Omit<DestroyedDelivery, "otherRecipients"> & { readonly imported: boolean },
  destroyedBy: string,
): Promise<void> {
  await recordCertificate(context.db, {
    certificateId: context.randomId(),
    objectKey: `delivery-file/${record.importId}`,
    importId: record.importId,
    destroyedObject: "delivery-file",
    particulars: {
      fileName: record.fileName,
      sha256: record.fileSha256,
      bytes: record.fileBytes,
      rows: record.rowsRead,
      imported,
      rejection: record.rejectionCode,
      fileFound,
      steps: fileFound ? DESTRUCTION_STEPS : ["absence checked"],
      keyKind,
      keyFingerprint: record.recipientFingerprint,
      keyDestroyed,
      statement: statementOfDestruction({ fileFound, keyKind, keyDestroyed, otherRecipients: record.otherRecipients ?? 0 }),
    },
    destroyedAt: context.now(),
    destroyedBy,
  });
}

/**
 * Drops the generations that a dataset's current one has replaced, and certifies it.
 * @clause 4(4)
 */
export function dropReplacedGenerations(context: WorkerContext, importId: string): Promise<void> {
  return withHeartbeat(async () => {
    const { datasetId } = await getImport(context.db, importId);
    if (datasetId === null) return;
    for (const generation of await listReplacedGenerations(context.db, datasetId)) await dropAndCertify(context, generation);
  });
}

async function dropAndCertify({ db, now, randomId }: WorkerContext, generation: ReplacedGeneration): Promise<void> {
  const { generationId, importId, asOf, rowCount } = generation;
  const destroyedAt = now();
  await db.transaction().execute(async (trx) => {
    await dropGeneration(trx, generationId, destroyedAt);
    await recordCertificate(trx, {
      certificateId: randomId(),
      objectKey: `generation/${generationId}`,
      importId,
      destroyedObject: "generation",
      particulars: { generationId, asOf, rows: rowCount, held: "keyed hashes only", steps: ["table dropped"] },
      destroyedAt,
      destroyedBy: PLATFORM,
    });
  });
}

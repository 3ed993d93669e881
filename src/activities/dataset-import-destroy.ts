import { getImport, type ImportRecord, recordFindings } from "../../db/queries/dataset-import.ts";
import { listCertificates, recordCertificate } from "../../db/queries/dataset-import-certificate.ts";
import { findDeliveryKey, recordDeliveryKeyDestroyed, recordDeliveryKeyFound } from "../../db/queries/dataset-import-delivery-key.ts";
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
    if (!fileFound) context.logger.warn({ importId }, "the file of an import was gone before it could be destroyed: find out where it is");
    await destroyKeyOf(context, record);
    const { keyKind, keyDestroyed } = await certifyFile(context, record, { imported, fileFound }, decidedBy ?? PLATFORM);
    await context.db.transaction().execute(async (trx) => {
      await recordFindings(trx, importId, { stage: imported ? "imported" : "rejected", finished_at: context.now() });
      await keepNotices(trx, aboutImport(importId), []);
    });
    const certificates = await listCertificates(context.db, importId);
    const { rowsRead, badRows, asOf } = record;
    return { rowsRead, badRows, asOf, keyKind, keyDestroyed, certificateIds: certificates.map(({ certificateId }) => certificateId) };
  });
}

/**
 * The key dies with the file that it was made for. A file without the owner unit's signature proves no delivery: anyone may encrypt to a public
 * key, and must not be able to kill it.
 */
async function destroyKeyOf(context: WorkerContext, { recipientFingerprint, signerFingerprint, importId }: ImportRecord): Promise<void> {
  if (recipientFingerprint === null || signerFingerprint === null) return;
  if ((await findDeliveryKey(context.db, recipientFingerprint)) === undefined) return;
  await destroyDeliveryKey(context, recipientFingerprint, importId, PLATFORM);
}

/** Destroys the private half of a delivery key and certifies it, once. */
export async function destroyDeliveryKey(
  context: WorkerContext,
  fingerprint: string,
  importId: string | null,
  destroyedBy: string,
): Promise<void> {
  const { db, logger } = context;
  const folder = openOpenpgpKeyFolder(context.config.keysDirectory);
  if (await folder.hasDeliveryKey(fingerprint)) await recordDeliveryKeyFound(db, fingerprint);
  await folder.destroyDeliveryKey(fingerprint);
  const keyFound = (await findDeliveryKey(db, fingerprint))?.privateHalfFound === true;
  if (!keyFound) logger.warn({ fingerprint }, "a delivery key was gone before it could be destroyed: find out where it is");
  const destroyedAt = context.now();
  await recordCertificate(db, {
    certificateId: context.randomId(),
    objectKey: `delivery-key/${fingerprint}`,
    importId,
    destroyedObject: "delivery-key",
    particulars: { fingerprint, keyFound, steps: stepsTaken(keyFound) },
    destroyedAt,
    destroyedBy,
  });
  await recordDeliveryKeyDestroyed(db, fingerprint, destroyedAt);
}

const stepsTaken = (found: boolean): readonly string[] => (found ? DESTRUCTION_STEPS : ["absence checked"]);

type KeyState = Pick<DestroyedDelivery, "keyKind" | "keyFound" | "keyDestroyed">;

async function keyStateOf({ db }: WorkerContext, { recipientFingerprint }: ImportRecord): Promise<KeyState> {
  if (recipientFingerprint === null) return { keyKind: "none", keyFound: false, keyDestroyed: false };
  const key = await findDeliveryKey(db, recipientFingerprint);
  if (key === undefined) return { keyKind: "standing", keyFound: true, keyDestroyed: false };
  const keyFound = key.destroyedAt === null || key.privateHalfFound === true;
  return { keyKind: "delivery", keyFound, keyDestroyed: key.destroyedAt !== null && keyFound };
}

/**
 * Certifies that an import's file is gone, once.
 * @param left where it lay after its import had ended, for a certificate of its own
 */
export async function certifyFile(
  context: WorkerContext,
  record: ImportRecord,
  { imported, fileFound }: { readonly imported: boolean; readonly fileFound: boolean },
  destroyedBy: string,
  left?: "inbox" | "quarantine",
): Promise<KeyState> {
  const key = await keyStateOf(context, record);
  const late = left !== undefined;
  await recordCertificate(context.db, {
    certificateId: context.randomId(),
    objectKey: `delivery-file/${record.importId}${late ? `/${left}` : ""}`,
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
      steps: stepsTaken(fileFound),
      ...key,
      keyFingerprint: record.recipientFingerprint,
      statement: statementOfDestruction({ fileFound, ...key, otherRecipients: record.otherRecipients ?? 0, late }),
    },
    destroyedAt: context.now(),
    destroyedBy,
  });
  return key;
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

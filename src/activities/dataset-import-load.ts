import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { getImport, type ImportRecord, recordFindings, recordProgress, recordRejection } from "../../db/queries/dataset-import.ts";
import { findCurrentGeneration, findGenerationOfImport, recordLoaded } from "../../db/queries/dataset-import-generation.ts";
import type { DeliveredFile } from "../adapters/delivery-folder.ts";
import { readNote } from "../adapters/delivery-note.ts";
import { type OpenedDelivery, openDelivery, type Signature } from "../adapters/openpgp.ts";
import { openOpenpgpKeyFolder } from "../adapters/openpgp-key-folder.ts";
import type { Recipients } from "../adapters/openpgp-recipients.ts";
import type { WorkerContext } from "../context.ts";
import { judgeDelivery, type Rejection } from "../domain/dataset-import.ts";
import type { Manifest } from "../domain/dataset-import-manifest.ts";
import type { BadRow } from "../domain/dataset-import-row.ts";
import { DeliveryRejected } from "../domain/delivery-rejected.ts";
import { taipeiDate } from "../domain/roc-date.ts";
import { readBlocks } from "./dataset-import-blocks.ts";
import { copyGeneration } from "./dataset-import-generation.ts";
import { type IdentifiedDataset, identifyDataset, readManifestBeside } from "./dataset-import-identify.ts";
import { locateDelivery } from "./dataset-import-place.ts";
import { hashRows, type RowThread } from "./dataset-import-row-threads.ts";
import { BAD_ROWS_TOLD, readHeader, type SourceFormat } from "./dataset-import-rows.ts";

/** A file that decompresses to more than this many times its size is a bomb; registers reach ten. Small files may grow more. */
const MOST_GROWTH = 200;
const ALWAYS_ALLOWED = 64 * 1024 * 1024;
const READ_BYTES = 256 * 1024;
const RECORD_PROGRESS_EVERY = 1000;

/** What loading works with. */
export interface LoadContext extends Pick<WorkerContext, "config" | "db" | "pool" | "keyStore" | "now"> {
  readonly rowThreads: readonly RowThread[];
}

/**
 * Loads a file into a new generation that nobody sees yet: decrypted, verified, decoded, parsed, validated and hashed in one stream, so that
 * its plaintext is never on disk and never whole in memory. Nothing is committed before signature, manifest and rules have been judged.
 * @param progress is told the rows read so far
 * @returns why the file is rejected; undefined when it is loaded
 * @clause 4(1)1
 * @clause 4(1)3
 */
export async function loadFile(context: LoadContext, importId: string, progress: (rows: number) => void): Promise<Rejection | undefined> {
  if ((await findGenerationOfImport(context.db, importId)) !== undefined) return undefined;
  const { file, folder } = await locateDelivery(context.config, importId);
  const record = await getImport(context.db, importId);
  try {
    await load(context, record, file, folder, progress);
    return undefined;
  } catch (error) {
    if (!(error instanceof DeliveryRejected)) throw error;
    await recordRejection(context.db, importId, error.code, error.lines);
    return { code: error.code, lines: error.lines };
  }
}

async function load(
  context: LoadContext,
  record: ImportRecord,
  file: DeliveredFile,
  folder: string,
  progress: (rows: number) => void,
): Promise<void> {
  const { importId } = record;
  const beside = await readManifestBeside(file);
  const keyFolder = openOpenpgpKeyFolder(context.config.keysDirectory);
  const note = await readNote(folder);
  let dataset: IdentifiedDataset | undefined;
  const fileHash = createHash("sha256");
  const opened = await openDelivery(readHashing(file.path, fileHash), {
    privateKeys: await keyFolder.privateKeys(),
    senderKeys: async (recipients) => {
      await recordRecipients(context, importId, recipients, await keyFolder.standingFingerprint());
      dataset = await identifyDataset(context, file, note, beside, recipients.ours);
      await recordFindings(context.db, importId, { dataset_id: dataset.datasetId, stage: "loading" });
      return keyFolder.senderKeys(dataset.ownerUnit);
    },
    maximumBytes: Math.max(ALWAYS_ALLOWED, record.fileBytes * MOST_GROWTH),
    now: context.now(),
  });
  /** Whatever else is wrong with a delivery, who signed it is known, and its key dies with it. */
  async function verify(): Promise<Signature> {
    const signature = await opened.verify();
    await recordFindings(context.db, importId, { signer_fingerprint: signature.signerFingerprint, signed_at: signature.signedAt });
    return signature;
  }
  try {
    await loadRows(context, record, dataset as IdentifiedDataset, { ...opened, verify }, beside, fileHash, progress);
  } catch (error) {
    // Broken bytes make broken rows: what is wrong with the file itself comes first.
    if (error instanceof DeliveryRejected) await verify();
    throw error;
  }
}

async function loadRows(
  context: LoadContext,
  record: ImportRecord,
  dataset: IdentifiedDataset,
  opened: OpenedDelivery,
  beside: Manifest | undefined,
  fileHash: Hash,
  progress: (rows: number) => void,
): Promise<void> {
  const { importId } = record;
  const today = taipeiDate(context.now().getTime());
  const text = await readBlocks(opened.plaintext);
  const format: SourceFormat = { ...readHeader(text.header, dataset.kind, dataset.encoding), kind: dataset.kind, today };
  const tally = { rowsRead: 0, badRows: 0, lines: [] as BadRow[] };
  const tell = everySecond((rows) => recordProgress(context.db, importId, rows));

  async function* rows(): AsyncGenerator<Uint8Array> {
    for await (const block of hashRows(text.blocks, context.rowThreads, format)) {
      tally.rowsRead += block.rows;
      tally.badRows += block.badRows;
      tally.lines.push(...block.firstBadRows.slice(0, BAD_ROWS_TOLD - tally.lines.length));
      progress(tally.rowsRead);
      tell(tally.rowsRead);
      yield block.copy;
    }
  }

  await copyGeneration(
    context,
    { importId, datasetId: dataset.datasetId, kind: dataset.kind },
    rows(),

    async (client, generationId) => {
      const { signerFingerprint, signedAt } = await opened.verify();
      const { sha256, manifest = beside } = text.finish();
      if (manifest === undefined) throw new DeliveryRejected("manifest-missing");
      // Somebody changed the file, or still writes to it, after it was put on record.
      if (fileHash.digest("hex") !== record.fileSha256) throw new DeliveryRejected("modified");
      const current = await findCurrentGeneration(context.db, dataset.datasetId);
      const [reason] = judgeDelivery({
        manifest,
        isBound: manifest !== beside || dataset.bound,
        datasetCode: dataset.code,
        ...tally,
        sha256,
        badRowsAllowed: dataset.badRowsAllowed,
        duplicates: 0,
        signedAt: signedAt.getTime(),
        currentAsOf: current?.asOf ?? null,
        currentSignedAt: current?.signedAt?.getTime() ?? null,
        approvedFrom: dataset.approvedFrom,
        approvedUntil: dataset.approvedUntil,
        today,
        now: context.now().getTime(),
      });
      if (reason !== undefined) {
        await recordFindings(context.db, importId, { as_of: manifest.asOf, rows_read: `${tally.rowsRead}`, bad_rows: `${tally.badRows}` });
        throw new DeliveryRejected(reason, tally.lines);
      }
      await recordLoaded(client, {
        importId,
        generationId,
        asOf: manifest.asOf,
        signedAt,
        signerFingerprint,
        rowsRead: tally.rowsRead,
        badRows: tally.badRows,
      });
    },
  );
}

async function* readHashing(path: string, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    hash.update(chunk);
    yield chunk;
  }
}

async function recordRecipients({ db }: LoadContext, importId: string, { ours, others }: Recipients, standing: string): Promise<void> {
  const delivery = ours.find((fingerprint) => fingerprint !== standing);
  await recordFindings(db, importId, {
    recipient_fingerprint: delivery ?? standing,
    // The standing key lives on, so a file that it opens too does not die with its delivery key.
    other_recipients: others + ours.length - 1,
  });
}

/** Lets a report through once a second; a slow or failed one never holds up the import. */
function everySecond(report: (rows: number) => Promise<void>): (rows: number) => void {
  let next = Date.now() + RECORD_PROGRESS_EVERY;
  return (rows) => {
    if (Date.now() < next) return;
    next = Date.now() + RECORD_PROGRESS_EVERY;
    report(rows).catch(() => undefined);
  };
}

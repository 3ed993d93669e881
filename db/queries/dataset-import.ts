import { type Kysely, sql, type Transaction } from "kysely";
import type { RejectionCode } from "../../src/domain/dataset-import.ts";
import type { BadRow } from "../../src/domain/dataset-import-row.ts";
import type { Database } from "../tables/database.ts";
import type { ImportStage } from "../tables/dataset.ts";

/** A dataset's fixed settings and its approved period; dates are ISO 8601. */
export interface Dataset {
  readonly datasetId: number;
  readonly code: string;
  readonly ownerUnit: string;
  readonly kind: "household" | "list";
  readonly encoding: "utf-8" | "big5";
  readonly badRowsAllowed: number;
  readonly approvedFrom: string;
  readonly approvedUntil: string;
}

/** An import as it is on record. */
export interface ImportRecord {
  readonly importId: string;
  readonly datasetId: number | null;
  readonly fileName: string;
  readonly fileSha256: string;
  readonly fileBytes: number;
  readonly stage: ImportStage;
  readonly rowsRead: number;
  readonly badRows: number;
  readonly rejectionCode: RejectionCode | null;
  readonly rejectedLines: readonly BadRow[] | null;
  readonly recipientFingerprint: string | null;
  readonly otherRecipients: number | null;
  readonly signerFingerprint: string | null;
  readonly signedAt: Date | null;
  readonly asOf: string | null;
  readonly quarantinedUntil: Date | null;
  readonly fileFound: boolean | null;
}

const DATASET = sql<Dataset>`
  select dataset_id as "datasetId", dataset_code as code, owner_unit as "ownerUnit", kind, encoding, bad_rows_allowed as "badRowsAllowed",
    approved_from::text as "approvedFrom", approved_until::text as "approvedUntil" from dataset`;

/** All datasets, in the order of their ids. */
export async function listDatasets(db: Kysely<Database>): Promise<Dataset[]> {
  return (await sql<Dataset>`${DATASET} order by dataset_id`.execute(db)).rows;
}

export async function findDataset(db: Kysely<Database>, code: string): Promise<Dataset | undefined> {
  return (await sql<Dataset>`${DATASET} where dataset_code = ${code}`.execute(db)).rows[0];
}

/** Puts a received file on record; one that was still written to when it came, and is tried again, as it is now. */
export async function recordReceived(
  db: Kysely<Database>,
  file: { importId: string; fileName: string; sha256: string; bytes: number; deliveredBy: string; receivedAt: Date },
): Promise<void> {
  await db
    .insertInto("dataset_import")
    .values({
      import_id: file.importId,
      file_name: file.fileName,
      file_sha256: Buffer.from(file.sha256, "hex"),
      file_bytes: String(file.bytes),
      delivered_by: file.deliveredBy,
      stage: "received",
      received_at: file.receivedAt,
    })
    .onConflict((conflict) =>
      conflict
        .column("import_id")
        .doUpdateSet((eb) => ({ file_sha256: eb.ref("excluded.file_sha256"), file_bytes: eb.ref("excluded.file_bytes") }))
        .where("dataset_import.stage", "=", "received"),
    )
    .execute();
}

/** @throws Error when there is no such import */
export async function getImport(db: Kysely<Database>, importId: string): Promise<ImportRecord> {
  const { rows } = await sql<ImportRecord>`
    select import_id as "importId", dataset_id as "datasetId", file_name as "fileName", encode(file_sha256, 'hex') as "fileSha256",
      file_bytes::float8 as "fileBytes", stage, rows_read::float8 as "rowsRead", bad_rows::float8 as "badRows", rejection_code as "rejectionCode",
      rejected_lines as "rejectedLines", recipient_fingerprint as "recipientFingerprint", other_recipients as "otherRecipients",
      signer_fingerprint as "signerFingerprint", signed_at as "signedAt", as_of::text as "asOf", quarantined_until as "quarantinedUntil",
      file_found as "fileFound"
    from dataset_import where import_id = ${importId}`.execute(db);
  if (rows[0] === undefined) throw new Error(`There is no import ${importId}.`);
  return rows[0];
}

/** Which of these imports have ended. */
export async function listEndedImports(db: Kysely<Database>, importIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ importId: string }>`
    select import_id as "importId" from dataset_import where import_id = any(${importIds}::uuid[]) and finished_at is not null`.execute(db);
  return rows.map(({ importId }) => importId);
}

/** Whether somebody in office delivered a file, or had it tried again after it was rejected. @clause 3(1) */
export async function isAnsweredFor(db: Kysely<Database>, importId: string): Promise<boolean> {
  const { rows } = await sql<{ answered: boolean }>`select is_answered_for(${importId}) as answered`.execute(db);
  return rows[0]?.answered === true;
}

/** Whether another import has brought exactly this file into the platform. */
export async function isAlreadyImported(db: Kysely<Database>, importId: string, sha256: string): Promise<boolean> {
  const { rows } = await sql`
    select from dataset_import where file_sha256 = ${Buffer.from(sha256, "hex")} and import_id <> ${importId} and stage in ('switched', 'imported')`.execute(
    db,
  );
  return rows.length > 0;
}

/** Whether what an import's signer signed has been imported before, into whichever dataset, in this wrapping or another. */
export async function isSignatureImported(db: Kysely<Database>, importId: string): Promise<boolean> {
  const { rows } = await sql`
    select from dataset_import other join dataset_import this using (signer_fingerprint, signed_at, rows_read)
    where this.import_id = ${importId} and other.import_id <> this.import_id and other.stage in ('switched', 'imported')`.execute(db);
  return rows.length > 0;
}

/** What an import has come to know about its file. */
export type ImportFindings = Partial<{
  stage: ImportStage;
  dataset_id: number;
  rows_read: string;
  bad_rows: string;
  recipient_fingerprint: string;
  other_recipients: number;
  signer_fingerprint: string;
  signed_at: Date;
  as_of: string;
  quarantined_until: Date;
  file_found: boolean;
  finished_at: Date;
}>;

export async function recordFindings(
  db: Kysely<Database> | Transaction<Database>,
  importId: string,
  findings: ImportFindings,
): Promise<void> {
  await db.updateTable("dataset_import").set(findings).where("import_id", "=", importId).execute();
}

/** Rows read so far; a report that comes late changes nothing. */
export async function recordProgress(db: Kysely<Database>, importId: string, rows: number): Promise<void> {
  await sql`update dataset_import set rows_read = ${rows} where import_id = ${importId} and stage = 'loading'`.execute(db);
}

/** Why a file is rejected: a code, and line numbers with theirs. */
export async function recordRejection(
  db: Kysely<Database>,
  importId: string,
  code: RejectionCode,
  lines: readonly BadRow[],
): Promise<void> {
  await db
    .updateTable("dataset_import")
    .set({ rejection_code: code, rejected_lines: JSON.stringify(lines) })
    .where("import_id", "=", importId)
    .execute();
}

/** The officer has another try made: what the last one found counts no more. */
export async function forgetRejection(db: Kysely<Database>, importId: string): Promise<void> {
  await db
    .updateTable("dataset_import")
    .set({
      stage: "received",
      rows_read: "0",
      bad_rows: "0",
      rejection_code: null,
      rejected_lines: null,
      recipient_fingerprint: null,
      other_recipients: null,
      signer_fingerprint: null,
      signed_at: null,
      as_of: null,
    })
    .where("import_id", "=", importId)
    .execute();
}

import { type Kysely, type RawBuilder, sql } from "kysely";
import type { RejectionCode } from "../../src/domain/dataset-import.ts";
import type { BadRow } from "../../src/domain/dataset-import-row.ts";
import type { Database } from "../tables/database.ts";
import type { ImportStage } from "../tables/dataset.ts";

/** A dataset as people see it: whose it is, what it answers from, until when; dates are ISO 8601, null while it holds nothing. */
export interface DatasetOnRecord {
  readonly datasetId: number;
  readonly code: string;
  readonly name: string;
  readonly ownerUnit: string;
  readonly badRowsAllowed: number;
  readonly maximumAgeDays: number;
  readonly approvedFrom: string;
  readonly approvedUntil: string;
  readonly asOf: string | null;
  readonly rows: number | null;
  readonly switchedAt: Date | null;
}

/** Every dataset, in the order of their ids. */
export async function listDatasetsOnRecord(db: Kysely<Database>): Promise<DatasetOnRecord[]> {
  const { rows } = await sql<DatasetOnRecord>`
    select d.dataset_id as "datasetId", d.dataset_code as code, d.dataset_name as name, d.owner_unit as "ownerUnit", d.bad_rows_allowed as "badRowsAllowed",
      d.maximum_age_days as "maximumAgeDays", d.approved_from::text as "approvedFrom", d.approved_until::text as "approvedUntil",
      g.as_of::text as "asOf", g.row_count::float8 as rows, g.switched_at as "switchedAt"
    from dataset d left join generation g on g.generation_id = d.current_generation_id order by d.dataset_id`.execute(db);
  return rows;
}

/** An import as people see it. */
export interface ImportOnRecord {
  readonly importId: string;
  /** Null until it is known for which dataset the file is. */
  readonly datasetCode: string | null;
  readonly datasetName: string | null;
  readonly ownerUnit: string | null;
  readonly fileName: string;
  readonly fileBytes: number;
  readonly deliveredBy: string;
  readonly stage: ImportStage;
  readonly receivedAt: Date;
  readonly rowsRead: number;
  readonly badRows: number;
  readonly rejectionCode: RejectionCode | null;
  readonly rejectedLines: readonly BadRow[] | null;
  readonly recipientFingerprint: string | null;
  readonly signerFingerprint: string | null;
  readonly signedAt: Date | null;
  readonly asOf: string | null;
  readonly quarantinedUntil: Date | null;
  /** How often its file was put into quarantine, while it waits there; else 0. */
  readonly rejections: number;
  /** Whether its file waits, and the decision about it is on record already. */
  readonly decided: boolean;
}

// As many decisions as quarantines: the last one has been decided on, and is being dealt with.
const IMPORT = sql<ImportOnRecord>`
  select i.import_id as "importId", d.dataset_code as "datasetCode", d.dataset_name as "datasetName", d.owner_unit as "ownerUnit",
    i.file_name as "fileName", i.file_bytes::float8 as "fileBytes", i.delivered_by as "deliveredBy", i.stage, i.received_at as "receivedAt",
    i.rows_read::float8 as "rowsRead", i.bad_rows::float8 as "badRows", i.rejection_code as "rejectionCode", i.rejected_lines as "rejectedLines",
    i.recipient_fingerprint as "recipientFingerprint", i.signer_fingerprint as "signerFingerprint", i.signed_at as "signedAt", i.as_of::text as "asOf",
    i.quarantined_until as "quarantinedUntil",
    q.rejections, i.stage = 'quarantined' and q.rejections
      <= (select count(*) from dataset_step s where s.import_id = i.import_id and s.step = 'quarantine-decided') as decided
  from dataset_import i left join dataset d using (dataset_id)
    cross join lateral (select count(*)::integer as rejections from dataset_import_stage e
      where i.stage = 'quarantined' and e.import_id = i.import_id and e.stage = 'quarantined') q`;

/** Which imports: of one dataset, those that wait in quarantine, those that came before another one. */
export interface ImportFilter {
  readonly datasetCode?: string;
  readonly waiting?: boolean;
  /** Id of the last import that was seen. */
  readonly before?: string | undefined;
}

/** Imports, the newest first. */
export async function listImports(
  db: Kysely<Database>,
  { datasetCode, waiting = false, before }: ImportFilter,
  limit: number,
): Promise<ImportOnRecord[]> {
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (datasetCode !== undefined) conditions.push(sql`d.dataset_code = ${datasetCode}`);
  if (waiting) conditions.push(sql`i.stage = 'quarantined'`);
  if (before !== undefined)
    conditions.push(
      sql`(i.received_at, i.import_id) < (select b.received_at, b.import_id from dataset_import b where b.import_id = ${before})`,
    );
  const { rows } = await sql<ImportOnRecord>`
    ${IMPORT} where ${sql.join(conditions, sql` and `)} order by i.received_at desc, i.import_id desc limit ${limit}`.execute(db);
  return rows;
}

/** @param importId a UUID */
export async function findImport(db: Kysely<Database>, importId: string): Promise<ImportOnRecord | undefined> {
  return (await sql<ImportOnRecord>`${IMPORT} where i.import_id = ${importId}`.execute(db)).rows[0];
}

/** What became of an import, or what somebody decided about it. */
export interface ImportEvent {
  readonly at: Date;
  readonly event: ImportStage | "decided";
  /** Of a rejection. */
  readonly code: RejectionCode | null;
  readonly actor: string | null;
  readonly choice: "destroy" | "retry" | null;
  readonly reason: string | null;
}

/** All that happened to an import, the oldest first. */
export async function listImportEvents(db: Kysely<Database>, importId: string): Promise<ImportEvent[]> {
  const { rows } = await sql<ImportEvent>`
    select e.entered_at as at, e.stage as event, e.rejection_code as code, null as actor, null as choice, null as reason
      from dataset_import_stage e where e.import_id = ${importId}
    union all
    select s.taken_at, 'decided', null, s.actor, s.particulars->>'choice', s.particulars->>'reason'
      from dataset_step s where s.import_id = ${importId} and s.step = 'quarantine-decided'
    order by at, event desc`.execute(db);
  return rows;
}

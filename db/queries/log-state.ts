import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";

/** A checkpoint on record, with its time (epoch milliseconds). */
export interface SignedCheckpoint {
  readonly origin: string;
  readonly treeSize: number;
  /** C2SP signed note. */
  readonly signedNote: string;
  readonly at: number;
}

/** How the query log fares. */
export interface LogState {
  /** Entries ever written. */
  readonly entries: number;
  readonly latest: SignedCheckpoint | undefined;
  /** The last checkpoint that each witness has cosigned; the newest first. */
  readonly cosigned: readonly (SignedCheckpoint & { readonly witnessName: string })[];
}

/** Something found against the log that is not settled. */
export interface OpenDisagreement {
  readonly origin: string;
  readonly code: string;
  readonly witnessName: string | null;
  /** Epoch milliseconds. */
  readonly noticedAt: number;
}

const CHECKPOINT = sql`origin, tree_size::float8 as "treeSize", signed_note as "signedNote"`;
const epoch = (column: string) => sql`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;

export async function getLogState(db: Kysely<Database>): Promise<LogState> {
  const [head, latest, cosigned] = await Promise.all([
    sql<{ entries: number }>`select size::float8 as entries from log_head`.execute(db),
    sql<SignedCheckpoint>`
      select ${CHECKPOINT}, ${epoch("signed_at")} as at from log_checkpoint order by signed_at desc limit 1`.execute(db),
    sql<SignedCheckpoint & { witnessName: string }>`
      select ${CHECKPOINT}, ${epoch("cosigned_at")} as at, witness_name as "witnessName" from log_cosignature order by cosigned_at desc`.execute(
      db,
    ),
  ]);
  return { entries: head.rows[0]?.entries ?? 0, latest: latest.rows[0], cosigned: cosigned.rows };
}

/**
 * The checkpoint that covers a month: the first that was signed after its end, or, when nothing has been asked since, the last one before.
 * @param until just after the month, epoch milliseconds
 */
export async function findMonthCheckpoint(db: Kysely<Database>, until: number): Promise<SignedCheckpoint | undefined> {
  const end = new Date(until);
  const { rows } = await sql<SignedCheckpoint>`
    select ${CHECKPOINT}, ${epoch("signed_at")} as at from log_checkpoint
    order by signed_at >= ${end} desc, case when signed_at >= ${end} then signed_at end, signed_at desc limit 1`.execute(db);
  return rows[0];
}

/** What was found against the log and is not settled, the oldest first. */
export async function listOpenDisagreements(db: Kysely<Database>): Promise<OpenDisagreement[]> {
  const { rows } = await sql<OpenDisagreement>`
    select origin, code, witness_name as "witnessName", ${epoch("noticed_at")} as "noticedAt"
    from open_log_disagreement order by noticed_at`.execute(db);
  return rows;
}

/** The database's size as it was last measured, and how long before and how large it was at the oldest measurement of the 30 days until then. */
export interface DatabaseSize {
  readonly measuredOn: string;
  readonly bytes: number;
  readonly earlierBytes: number;
  readonly days: number;
  /** Of its disk; null where that can't be seen. */
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
}

export async function findDatabaseSize(db: Kysely<Database>): Promise<DatabaseSize | undefined> {
  const { rows } = await sql<DatabaseSize>`
    select l.measured_on::text as "measuredOn", l.bytes::float8, e.bytes::float8 as "earlierBytes", l.measured_on - e.measured_on as days,
      l.free_bytes::float8 as "freeBytes", l.total_bytes::float8 as "totalBytes"
    from (select * from database_size order by measured_on desc limit 1) l, lateral (
      select * from database_size b where b.measured_on >= l.measured_on - 30 order by b.measured_on limit 1) e`.execute(db);
  return rows[0];
}

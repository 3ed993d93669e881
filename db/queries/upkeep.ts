import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";

/** Makes the query log's partitions of the month that holds `from` (in Asia/Taipei) and of the months after it, where they are missing. */
export async function createQueryLogPartitions(db: Kysely<Database>, from: Date, months: number): Promise<void> {
  await sql`select create_query_log_partitions((${from}::timestamptz at time zone 'Asia/Taipei')::date, ${months}::integer)`.execute(db);
}

/** Gives the oldest month of the query log that is over, and lacks it, its index of persons. @returns its partition; null: none lacks it */
export async function indexPastLogMonth(db: Kysely<Database>): Promise<string | null> {
  const { rows } = await sql<{ month: string | null }>`select index_past_log_month() as month`.execute(db);
  return rows[0]?.month ?? null;
}

/** Forgets idempotency keys of requests asked before a moment. @returns how many */
export async function deleteIdempotentRequestsBefore(db: Kysely<Database>, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`delete from idempotent_request where asked_at < ${before}`.execute(db);
  return Number(numAffectedRows ?? 0);
}

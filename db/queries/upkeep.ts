import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";

/** Makes the query log's partitions of the month that holds `from` (in Asia/Taipei) and of the months after it, where they are missing. */
export async function createQueryLogPartitions(db: Kysely<Database>, from: Date, months: number): Promise<void> {
  await sql`select create_query_log_partitions((${from}::timestamptz at time zone 'Asia/Taipei')::date, ${months}::integer)`.execute(db);
}

/** Forgets idempotency keys of requests asked before a moment. @returns how many */
export async function deleteIdempotentRequestsBefore(db: Kysely<Database>, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`delete from idempotent_request where asked_at < ${before}`.execute(db);
  return Number(numAffectedRows ?? 0);
}

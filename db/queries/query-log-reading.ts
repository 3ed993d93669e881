import { type Kysely, sql } from "kysely";
import type { LogRow, OpeningPurpose, OpeningRequest, ReaderRole } from "../../src/domain/query-log-reading.ts";
import type { Database } from "../tables/database.ts";

/** Which entries are meant; what is left out does not matter. Indexes are hexadecimal, times epoch milliseconds. */
export interface LogFilter {
  readonly entryIds?: readonly string[] | undefined;
  readonly applicationNumber?: string | undefined;
  readonly operator?: string | undefined;
  readonly caseNumberIndex?: string | undefined;
  readonly subjectIndex?: string | undefined;
  readonly from?: number | undefined;
  /** Just before this. */
  readonly until?: number | undefined;
}

/** Where a page of entries begins, in the order of their ids, which is that of time. */
export interface LogPage {
  /** The last entry of the page before; undefined for the first page. */
  readonly after: string | undefined;
  readonly newestFirst: boolean;
  readonly size: number;
}

/** A row of the log, with its bytes and whose system asked. */
export interface LoggedEntryRow extends LogRow {
  /** Null: it is not the entry that the log's tree has in its place. */
  readonly entry: Buffer | null;
  readonly leafHash: string;
  readonly applicationNumber: string | null;
  readonly agencyName: string | null;
  readonly systemName: string | null;
}

/**
 * Puts the opening of a page of entries on record, and then reads them: when this resolves, the opening is durable, though it found nothing. The
 * database gives entries out only of an opening that is committed, so this never runs in a transaction.
 * @clause 4(2)2
 */
export async function openLogPage(
  db: Kysely<Database>,
  filter: LogFilter,
  { purpose, by, reason, reference }: OpeningRequest,
  { after, newestFirst, size }: LogPage,
): Promise<LoggedEntryRow[]> {
  const { rows: recorded } = await sql<{ opening: string }>`
    select record_log_opening(${purpose}, ${by.account}, ${by.role}, ${reason}, ${reference}, ${JSON.stringify(filter)}::jsonb,
      ${after ?? null}::uuid, ${newestFirst}, ${size}) as opening`.execute(db);
  const { rows } = await sql<LoggedEntryRow>`
    select entry_id as "entryId", (extract(epoch from asked_at) * 1000)::float8 as "askedAt", integration_id as "integrationId", operator,
      operation_code as "operationCode", outcome, encode(case_number_index, 'hex') as "caseNumberIndex",
      encode(subject_index, 'hex') as "subjectIndex", encode(leaf_hash, 'hex') as "leafHash", entry,
      application_number as "applicationNumber", agency_name as "agencyName", system_name as "systemName"
    from read_log_opening(${recorded[0]?.opening}, ${by.account})`.execute(db);
  return newestFirst ? rows.reverse() : rows;
}

/** An opening on record: who read how many entries, and why. */
export interface OpeningOnRecord {
  readonly openingId: string;
  readonly purpose: OpeningPurpose;
  readonly account: string;
  readonly role: ReaderRole;
  readonly reason: string;
  readonly reference: string | null;
  readonly entries: number;
  /** The entry, where it was one. */
  readonly entryId: string | null;
  /** Epoch milliseconds. */
  readonly openedAt: number;
}

/** Openings of the log, the newest first. @param before only those older than this one */
export async function listOpenings(
  db: Kysely<Database>,
  { account, before }: { readonly account?: string | undefined; readonly before?: string | undefined },
  limit: number,
): Promise<OpeningOnRecord[]> {
  const { rows } = await sql<OpeningOnRecord>`
    select opening_id::text as "openingId", purpose, account, account_role as role, reason, reference, cardinality(entry_ids) as entries,
      case when cardinality(entry_ids) = 1 then entry_ids[1] end as "entryId", (extract(epoch from opened_at) * 1000)::float8 as "openedAt"
    from query_log_opening
    where account = coalesce(${account ?? null}::text, account) and opening_id < coalesce(${before ?? null}::bigint, 9223372036854775807)
    order by opening_id desc limit ${limit}`.execute(db);
  return rows;
}

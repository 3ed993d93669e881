import { type Kysely, type RawBuilder, sql } from "kysely";
import type { LogRow, OpeningRequest } from "../../src/domain/query-log-reading.ts";
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
  readonly entry: Buffer;
  readonly leafHash: string;
  readonly applicationNumber: string | null;
  readonly agencyName: string | null;
  readonly systemName: string | null;
}

/**
 * Reads a page of entries and puts its opening on record, in one statement and so in one transaction: when this resolves, the opening is durable,
 * though it found nothing.
 * @clause 4(2)2
 */
export async function openLogPage(
  db: Kysely<Database>,
  filter: LogFilter,
  opening: OpeningRequest,
  page: LogPage,
): Promise<LoggedEntryRow[]> {
  const order = page.newestFirst ? sql`desc` : sql`asc`;
  const { rows } = await sql<LoggedEntryRow>`
    with found as materialized (
      select * from query_log where ${sql.join(conditionsOf(filter, page), sql` and `)} order by entry_id ${order} limit ${page.size}
    ), opened as (
      insert into query_log_opening (purpose, account, account_role, reason, reference, question, entry_ids)
      select ${opening.purpose}, ${opening.by.account}, ${opening.by.role}, ${opening.reason}, ${opening.reference},
        ${JSON.stringify(filter)}::jsonb,
        coalesce(array_agg(entry_id order by entry_id), '{}') from found
    )
    select entry_id as "entryId", (extract(epoch from asked_at) * 1000)::float8 as "askedAt", integration_id as "integrationId", operator,
      operation_code as "operationCode", outcome, encode(case_number_index, 'hex') as "caseNumberIndex",
      encode(subject_index, 'hex') as "subjectIndex", encode(leaf_hash, 'hex') as "leafHash", entry,
      application_number as "applicationNumber", agency_name as "agencyName", system_name as "systemName"
    from found left join integration using (integration_id) left join agency using (agency_id) order by entry_id ${order}`.execute(db);
  return rows;
}

function conditionsOf(filter: LogFilter, { after, newestFirst }: LogPage): RawBuilder<unknown>[] {
  const { entryIds, applicationNumber, operator, caseNumberIndex, subjectIndex, from, until } = filter;
  const conditions = [
    // With the time in each id, only the months that hold them are looked at.
    entryIds && sql`(entry_id, asked_at) in (select id, uuid_extract_timestamp(id) from unnest(${entryIds}::uuid[]) as wanted(id))`,
    applicationNumber !== undefined &&
      sql`integration_id = (select integration_id from integration where application_number = ${applicationNumber})`,
    operator !== undefined && sql`operator = ${operator}`,
    caseNumberIndex !== undefined && sql`case_number_index = ${Buffer.from(caseNumberIndex, "hex")}`,
    subjectIndex !== undefined && sql`subject_index = ${Buffer.from(subjectIndex, "hex")}`,
    from !== undefined && sql`asked_at >= ${new Date(from)}`,
    until !== undefined && sql`asked_at < ${new Date(until)}`,
    after !== undefined && (newestFirst ? sql`entry_id < ${after}::uuid` : sql`entry_id > ${after}::uuid`),
  ];
  return [sql`true`, ...conditions.filter((condition) => typeof condition === "object")];
}

import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";

/** Entries that say nothing of an address: how many, and the first of them. */
export interface UnreadableEntries {
  readonly entries: number;
  readonly firstEntryId: string | null;
}

/**
 * Notes from the query log on which day each integration was last answered at each address. Reads the log from the last noted day on, so it may
 * run at any time and any number of times. Entries' ids begin with their time, so this reads a part of the primary key's index.
 * @returns the entries that can't be read, which keep none of the others from being noted
 */
export async function noteAddressUsage(db: Kysely<Database>): Promise<UnreadableEntries> {
  const { rows } = await sql<UnreadableEntries>`
    with since as (
      select coalesce(max(last_used_on)::timestamp at time zone 'Asia/Taipei', '-infinity') as moment from address_usage
    ), bounds as (
      select moment, (lpad(to_hex(case when isfinite(moment) then (extract(epoch from moment) * 1000)::bigint else 0 end), 12, '0')
        || repeat('0', 20))::uuid as first_id from since
    ), used as (
      select l.integration_id, source_address_of(l.entry) as address, max((l.asked_at at time zone 'Asia/Taipei')::date) as day,
        count(*) as entries, min(l.entry_id::text) as first_entry
      from query_log l, bounds b
      where l.asked_at >= b.moment and l.entry_id >= b.first_id and l.integration_id is not null and l.outcome not like 'refused:%'
      group by 1, 2
    ), noted as (
      insert into address_usage (integration_id, address, last_used_on)
      select integration_id, address, day from used where address is not null
      on conflict (integration_id, address) do update set last_used_on = greatest(address_usage.last_used_on, excluded.last_used_on)
    )
    select coalesce(sum(entries), 0)::float8 as entries, min(first_entry) as "firstEntryId" from used where address is null`.execute(db);
  return rows[0] as UnreadableEntries;
}

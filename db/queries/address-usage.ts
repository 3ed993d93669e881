import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";

/**
 * Notes from the query log on which day each integration was last answered at each address. Reads the log from the last noted day on, so it may
 * run at any time and any number of times. Entries' ids begin with their time, so this reads a part of the primary key's index.
 */
export async function noteAddressUsage(db: Kysely<Database>): Promise<void> {
  await sql`
    with since as (
      select coalesce(max(last_used_on)::timestamp at time zone 'Asia/Taipei', '-infinity') as moment from address_usage
    ), bounds as (
      select moment, (lpad(to_hex(case when isfinite(moment) then (extract(epoch from moment) * 1000)::bigint else 0 end), 12, '0')
        || repeat('0', 20))::uuid as first_id from since
    )
    insert into address_usage (integration_id, address, last_used_on)
    select l.integration_id, (convert_from(l.entry, 'UTF8')::jsonb ->> 'sourceAddress')::inet, max((l.asked_at at time zone 'Asia/Taipei')::date)
    from query_log l, bounds b
    where l.asked_at >= b.moment and l.entry_id >= b.first_id and l.integration_id is not null and l.outcome not like 'refused:%'
    group by 1, 2
    on conflict (integration_id, address) do update set last_used_on = greatest(address_usage.last_used_on, excluded.last_used_on)`.execute(
    db,
  );
}

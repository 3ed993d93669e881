import { type Kysely, sql } from "kysely";
import type { WhitelistedAddress } from "../../src/domain/ip-inventory.ts";
import type { Database } from "../tables/database.ts";

/** A whitelisted address as the list shows it: also whose it is. */
export interface ListedAddress extends WhitelistedAddress {
  readonly agencyName: string;
  readonly systemName: string;
}

/** Every address on a whitelist, in the order of addresses. */
export async function listAddresses(db: Kysely<Database>): Promise<ListedAddress[]> {
  const { rows } = await sql<ListedAddress>`
    select host(w.address) as address, i.application_number as "integrationNumber", i.state, g.agency_name as "agencyName", i.system_name as "systemName",
      (w.added_at at time zone 'Asia/Taipei')::date::text as "addedOn", u.last_used_on::text as "lastUsedOn"
    from integration_address w join integration i using (integration_id) join agency g using (agency_id)
      left join address_usage u using (integration_id, address)
    order by w.address, i.application_number`.execute(db);
  return rows;
}

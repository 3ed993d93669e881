import { type Kysely, sql } from "kysely";
import type { WhitelistedAddress } from "../../src/domain/ip-inventory.ts";
import type { Database } from "../tables/database.ts";
import { ADDRESS_COLUMNS } from "./ip-inventory.ts";

/** A whitelisted address as the list shows it: also whose it is. */
export interface ListedAddress extends WhitelistedAddress {
  readonly agencyName: string;
  readonly systemName: string;
}

/** Every address on a whitelist, in the order of addresses. */
export async function listAddresses(db: Kysely<Database>): Promise<ListedAddress[]> {
  const { rows } = await sql<ListedAddress>`
    select ${ADDRESS_COLUMNS}, g.agency_name as "agencyName", i.system_name as "systemName"
    from integration_address w join integration i using (integration_id) join agency g using (agency_id)
      left join address_usage u using (integration_id, address)
    order by w.address, i.application_number`.execute(db);
  return rows;
}

import { type Kysely, sql } from "kysely";

/**
 * What stood out about an application's addresses at each step (clause 3(10)), and the half-yearly review of addresses as the console shows it
 * (clause 3(8)): it reads; deciding is the review's process'.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Those that no registry gave to Taiwan; null where none did, and at steps that don't look.
    alter table integration_step add column foreign_addresses inet[];
    grant select on ip_inventory, ip_inventory_finding to platform_console;
  `.execute(db);
}

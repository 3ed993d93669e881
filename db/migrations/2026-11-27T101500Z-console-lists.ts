import { type Kysely, sql } from "kysely";

/**
 * What the console's lists and its page about the system show besides: when an address was used last (clause 3(8)), and how much room is left on
 * the database's disk (clause 4(1)5).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Null where the disk can't be seen from the worker.
    alter table database_size add column free_bytes bigint, add column total_bytes bigint;

    grant select on address_usage to platform_console;
  `.execute(db);
}

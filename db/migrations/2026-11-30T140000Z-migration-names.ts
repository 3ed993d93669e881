import { type Kysely, sql } from "kysely";

/** Processes read which migrations the database has had, so that none begins on a schema that is not its own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`grant select on kysely_migration to platform_api, platform_worker, platform_console`.execute(db);
}

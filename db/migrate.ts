import { promises as fs } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { FileMigrationProvider, Migrator } from "kysely/migration";
import { DatabaseError } from "pg";
import { openDatabase } from "./client.ts";
import { isMigrated, UnusableDatabase } from "./reach.ts";
import { MIGRATIONS, refuseNewer } from "./schema-version.ts";

/** Passwords of the roles that processes and commands log in with. */
export interface RolePasswords {
  readonly platform_api: string;
  readonly platform_worker: string;
  readonly platform_console: string;
  readonly platform_log_reader: string;
  readonly platform_appointer: string;
}

const MONTHS_AHEAD = 4;

/**
 * Brings a database to the newest schema, sets the roles' passwords and makes the coming months' partitions.
 * @param ownerUrl of the role that owns the tables; it must be allowed to make roles
 * @returns names of the migrations that were applied
 * @throws UnusableDatabase for a database with others' tables, or one that a newer version has migrated
 */
export async function migrate(ownerUrl: string, passwords: RolePasswords | undefined, today: string): Promise<string[]> {
  const before = await isMigrated(ownerUrl);
  const { db, close } = openDatabase(ownerUrl, { max: 2, applicationName: "migrate" });
  try {
    const migrator = new Migrator({ db, provider: new FileMigrationProvider({ fs, path: { join }, migrationFolder: MIGRATIONS }) });
    if (before) refuseNewer((await sql<{ name: string }>`select name from kysely_migration`.execute(db)).rows.map(({ name }) => name));
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error !== undefined) throw refusalOf(error);
    if (passwords !== undefined) {
      for (const [role, password] of Object.entries(passwords))
        await sql`alter role ${sql.id(role)} password ${sql.lit(password)}`.execute(db);
    }
    await sql`select create_query_log_partitions(${today}::date, ${MONTHS_AHEAD})`.execute(db);
    return results.map(({ migrationName }) => migrationName);
  } finally {
    await close();
  }
}

function refusalOf(error: unknown): unknown {
  // insufficient_privilege
  if (!(error instanceof DatabaseError) || error.code !== "42501") return error;
  return new UnusableDatabase(
    `The user of DATABASE_URL may not do what the schema needs (${error.message}): give it the database and the attribute CREATEROLE.`,
  );
}

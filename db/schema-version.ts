import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseError, type Pool } from "pg";
import { UnusableDatabase } from "./reach.ts";

export const MIGRATIONS = join(import.meta.dirname, "migrations");

/**
 * Refuses a database that a newer version has migrated, whatever else may be missing in it.
 * @param applied names of migrations that the database has had
 * @throws UnusableDatabase
 */
export function refuseNewer(applied: readonly string[]): void {
  const known = new Set(ownMigrations());
  const unknown = applied.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new UnusableDatabase(
      `The database has been migrated by a newer version or another program (${unknown}): start that version, or restore a backup made before it.`,
    );
  }
}

/**
 * Asked once, when a process starts: one that runs goes on while a newer version migrates.
 * @param pool of the process' own role
 * @throws UnusableDatabase when the schema is not the one that this version was made for
 */
export async function requireOwnSchema(pool: Pool): Promise<void> {
  const applied = await pool.query<{ name: string }>("select name from kysely_migration").then(
    ({ rows }) => rows.map(({ name }) => name),
    (error: unknown): string[] => {
      // Never migrated, or before processes could read it: insufficient_privilege, undefined_table.
      if (error instanceof DatabaseError && (error.code === "42501" || error.code === "42P01")) return [];
      throw error;
    },
  );
  refuseNewer(applied);
  const missing = ownMigrations().find((name) => !applied.includes(name));
  if (missing !== undefined)
    throw new UnusableDatabase(
      `The database lacks this version's schema (${missing}): run bin/migrate.ts of this version, then start again.`,
    );
}

function ownMigrations(): string[] {
  return readdirSync(MIGRATIONS)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import type { Database } from "./tables/database.ts";

/** An open database: Kysely for records, the pool beneath it for what Kysely can't say (COPY, named statements). */
export interface OpenDatabase {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  close(): Promise<void>;
}

/**
 * A broken connection fails what it was doing, and is replaced at its next use. Without a listener it would end the process: a pool listens
 * for those that are idle only, not for those that somebody holds.
 * @param told hears of each
 */
export function surviveBrokenConnections(pool: Pool, told: (error: Error) => void = () => undefined): void {
  // The pool tells once more of those that are idle.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", told));
}

/** Opens a database; connections are made when they are first needed. */
export function openDatabase(url: string, { max = 8, applicationName = "platform" } = {}): OpenDatabase {
  const pool = new Pool({ connectionString: url, max, application_name: applicationName });
  surviveBrokenConnections(pool);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    pool,
    async close() {
      await db.destroy();
      // Kysely leaves a pool alone that it never used itself.
      if (!pool.ended) await pool.end();
    },
  };
}

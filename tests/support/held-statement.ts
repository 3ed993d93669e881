import type { Pool } from "pg";

const LOCK = 4711;

/** A statement that waits as it would for a busy server, until the test lets it go. */
export interface HeldStatement {
  /** Whether somebody waits there now. */
  isWaiting(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Has rows of a table wait before they are written.
 * @param owner the database owner's pool
 * @param condition of a trigger: which rows
 */
export async function holdStatement(owner: Pool, table: string, event: "insert" | "update", condition: string): Promise<HeldStatement> {
  const holder = await owner.connect();
  await holder.query("select pg_advisory_lock($1)", [LOCK]);
  await owner.query(
    `create function wait_for_test() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock_shared(${LOCK}); return new; end'`,
  );
  await owner.query(
    `create trigger wait_for_test before ${event} on ${table} for each row when (${condition}) execute function wait_for_test()`,
  );
  return {
    async isWaiting() {
      const { rows } = await owner.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'advisory' and datname = current_database()",
      );
      return rows.length > 0;
    },
    async release() {
      await holder.query("select pg_advisory_unlock($1)", [LOCK]);
      holder.release();
      await owner.query(`drop trigger wait_for_test on ${table}`);
      await owner.query("drop function wait_for_test()");
    },
  };
}

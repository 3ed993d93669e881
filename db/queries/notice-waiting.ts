import type { Pool } from "pg";

/** How many notices are due and have gone out to nobody: no mail server is set, it doesn't take them, or nobody's address is known. */
export async function countWaitingNotices(pool: Pool, at: Date): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    "select count(*)::int as count from notice where due_at <= $1 and sent_at is null and cancelled_at is null",
    [at],
  );
  return rows[0]?.count ?? 0;
}

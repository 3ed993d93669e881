import { type Kysely, sql, type Transaction } from "kysely";
import type { Notice } from "../../src/domain/notice.ts";
import type { Database } from "../tables/database.ts";

/**
 * Has exactly these notices about something on record: new ones are stored, those that are not among them are cancelled, whether
 * they were sent or not. One that comes back after it was sent is not sent again.
 * @param about whose notices they are
 */
export async function keepNotices(trx: Transaction<Database>, about: string, notices: readonly Notice[]): Promise<void> {
  const keys = notices.map(({ key }) => key);
  await sql`
    update notice set cancelled_at = now()
    where about = ${about} and cancelled_at is null and notice_key <> all (${keys}::text[])`.execute(trx);
  for (const { key, kind, recipient, dueAt, announces } of notices) {
    await sql`
      insert into notice (notice_key, kind, recipient, about, due_at, announces)
      values (${key}, ${kind}, ${recipient}, ${about}, ${dueAt}, ${announces})
      on conflict (notice_key) do update set cancelled_at = null where notice.cancelled_at is not null`.execute(trx);
  }
}

/** What is due and has not been cancelled, sent or not, oldest first. @param at a moment */
export async function listDueNotices(db: Kysely<Database>, at: Date): Promise<Notice[]> {
  const { rows } = await sql<Notice & { due: Date; what: Date }>`
    select notice_key as key, kind, recipient, about, due_at as due, announces as what from notice
    where due_at <= ${at} and cancelled_at is null order by due_at, notice_key`.execute(db);
  return rows.map(({ due, what, ...notice }) => ({ ...notice, dueAt: due.toISOString(), announces: what.toISOString() }));
}

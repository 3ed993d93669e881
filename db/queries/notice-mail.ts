import { type Kysely, sql } from "kysely";
import type { Notice } from "../../src/domain/notice.ts";
import type { Database } from "../tables/database.ts";

/** A notice that is to go out by mail. */
export interface NoticeToMail extends Notice {
  /** The agency's contact, as the application in force names it; of an application's own steps, as the newest does; null when it is about no integration. */
  readonly contact: string | null;
}

/** What is due and has neither been sent nor cancelled, the oldest first. @param since what was due before is too old to be news */
export async function listNoticesToMail(db: Kysely<Database>, at: Date, since: Date): Promise<NoticeToMail[]> {
  const { rows } = await sql<NoticeToMail & { due: Date; what: Date }>`
    select n.notice_key as key, n.kind, n.recipient, n.about, n.due_at as due, n.announces as what,
      (select a.contact from application a join integration i using (integration_id) where i.application_number = n.about
        order by a.stage = 'provisioned' and n.kind not like 'application-%' desc, a.submitted_at desc limit 1) as contact
    from notice n where n.due_at <= ${at} and n.due_at > ${since} and n.sent_at is null and n.cancelled_at is null
    order by n.due_at, n.notice_key`.execute(db);
  return rows.map(({ due, what, ...notice }) => ({ ...notice, dueAt: due.toISOString(), announces: what.toISOString() }));
}

/** Whether what a notice announces still holds, and the server has neither taken nor refused it for an address. */
export async function isMailWaiting(db: Kysely<Database>, key: string, address: string): Promise<boolean> {
  const { rows } = await sql`
    select from notice n where n.notice_key = ${key} and n.cancelled_at is null
      and not exists (select from notice_mail m where m.notice_key = n.notice_key and m.mail_address = ${address})`.execute(db);
  return rows.length > 0;
}

/** Puts the server's word on one mail on record. */
export async function insertNoticeMail(db: Kysely<Database>, key: string, address: string, replyCode: number, at: Date): Promise<void> {
  await sql`insert into notice_mail values (${key}, ${address}, ${at}, ${replyCode}) on conflict do nothing`.execute(db);
}

/** Every addressee has been dealt with, unless it was cancelled meanwhile: it was sent if the server took it for any of them. */
export async function markNoticeSent(db: Kysely<Database>, key: string, at: Date): Promise<void> {
  await sql`
    update notice set sent_at = ${at}
    where notice_key = ${key} and sent_at is null and cancelled_at is null
      and exists (select from notice_mail m where m.notice_key = notice.notice_key and m.reply_code < 400)`.execute(db);
}

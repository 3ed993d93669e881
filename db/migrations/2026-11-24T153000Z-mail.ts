import { type Kysely, sql } from "kysely";

/**
 * Notices by mail (clauses 3(5), 3(8), 4(1)2): where a duty's mail goes, and what a server took of which notice. A notice that went out may
 * still be cancelled: then the console shows it no more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table appointment add column mail_address text check (length(mail_address) <= 254 and mail_address ~ '^[!-~]+@[!-~]+$');
    alter table notice drop constraint notice_check;

    create table notice_mail (
      notice_key text not null references notice,
      mail_address text not null,
      taken_at timestamptz not null,
      -- The server's last word: 250 took it; a refusal for good begins with 5.
      reply_code integer not null,
      primary key (notice_key, mail_address)
    );

    grant select, insert on notice_mail to platform_worker;
    grant select (due_at, sent_at, cancelled_at) on notice to platform_api;
  `.execute(db);
}

import { type Kysely, sql } from "kysely";
import type { NoticeKind } from "../../src/domain/notice.ts";
import type { Database } from "../tables/database.ts";

/** Something that somebody is to be told, once for its key. */
export interface NoticeOnce {
  readonly key: string;
  readonly kind: NoticeKind;
  readonly recipient: "dedicatedOfficer" | "manager";
  readonly about: string;
  /** From when it may be sent, and what moment it is about unless `announces` says another. */
  readonly at: Date;
  readonly announces?: Date;
}

/** Stores a notice for whoever sends them; a key that is there already is left as it is. */
export async function noticeOnce(db: Kysely<Database>, { key, kind, recipient, about, at, announces = at }: NoticeOnce): Promise<void> {
  await sql`
    insert into notice (notice_key, kind, recipient, about, due_at, announces) values (${key}, ${kind}, ${recipient}, ${about}, ${at}, ${announces})
    on conflict do nothing`.execute(db);
}

import { type Kysely, sql } from "kysely";

/**
 * What was found against the log (clause 4(1)5): by whoever signs it, or by a witness that refused what the log had signed. It stays on record, a
 * witness's with the checkpoint as evidence, and is settled once that log, or the one that was begun after it, is signed or cosigned again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table log_disagreement (
      disagreement_id bigint generated always as identity primary key,
      origin text not null,
      -- log-rolled-back, log-forked, log-has-gap, leaf-hash-differs, kept-checkpoint-unreadable, log-disagrees-with-witness
      code text not null,
      -- Null: whoever signs found it.
      witness_name text,
      signed_note text,
      -- Entries that the witness has cosigned; null where it didn't say, since the proof from there was wrong.
      witness_size bigint,
      noticed_at timestamptz not null,
      check ((witness_name is null) = (signed_note is null))
    );

    create view open_log_disagreement as
      select d.* from log_disagreement d
      where case when d.witness_name is null then not exists (select from log_checkpoint c where c.signed_at > d.noticed_at)
        else not exists (select from log_cosignature c where c.witness_name = d.witness_name and c.cosigned_at > d.noticed_at) end;

    grant select on open_log_disagreement to platform_api;
    grant select, insert on log_disagreement to platform_worker;
    grant select on open_log_disagreement to platform_worker;
  `.execute(db);
}

import { type Kysely, sql } from "kysely";

/**
 * What was found against the log (clause 4(1)5): by whoever signs it, or by a witness that refused what the log had signed. It stays on record, a
 * with the checkpoint that stands against it as evidence. A witness's is settled once that witness cosigns again, which it does only for a log that
 * begins with what it has seen; the signer's once a checkpoint is signed that contradicts none before: of the same log grown, or of one begun anew.
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
      -- What the witness refused; or what was signed before, null when nothing was.
      signed_note text,
      -- Entries that the witness has cosigned; null where it didn't say, since the proof from there was wrong.
      witness_size bigint,
      noticed_at timestamptz not null,
      -- By whoever signs; what a witness found, its cosignature settles.
      settled_at timestamptz check (settled_at is null or witness_name is null),
      check (witness_name is null or signed_note is not null)
    );

    create view open_log_disagreement as
      select d.* from log_disagreement d
      where case when d.witness_name is null then d.settled_at is null
        else not exists (select from log_cosignature c where c.witness_name = d.witness_name and c.cosigned_at > d.noticed_at) end;

    grant select on open_log_disagreement to platform_api;
    grant select, insert, update (settled_at) on log_disagreement to platform_worker;
    grant select on open_log_disagreement to platform_worker;
  `.execute(db);
}

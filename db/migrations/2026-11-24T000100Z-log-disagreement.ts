import { type Kysely, sql } from "kysely";

/**
 * What a witness of the log refused although the log had signed it (clause 4(1)5): a fork, or a restored backup. It stays on record, with the
 * checkpoint as evidence; it is settled once the witness cosigns again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table log_disagreement (
      disagreement_id bigint generated always as identity primary key,
      origin text not null,
      witness_name text not null,
      signed_note text not null,
      -- Entries that the witness has cosigned; null where it didn't say, since the proof from there was wrong.
      witness_size bigint,
      noticed_at timestamptz not null
    );
    grant select on log_disagreement to platform_api;
    grant select, insert on log_disagreement to platform_worker;
  `.execute(db);
}

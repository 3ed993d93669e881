import { type Kysely, sql } from "kysely";

/** The witnesses that the worker asks, so that one which has fallen silent is missed (clause 4(1)5). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table log_witness (
      origin text not null,
      witness_name text not null,
      asked_since timestamptz not null,
      primary key (origin, witness_name)
    );

    -- When each was last heard of: its last cosignature, or since when it has been asked.
    create view log_witness_heard as
      select w.origin, w.witness_name, greatest(w.asked_since, c.cosigned_at) as heard_at
      from log_witness w left join log_cosignature c using (origin, witness_name);

    grant select, insert, delete on log_witness to platform_worker;
    grant select on log_witness_heard to platform_worker, platform_console, platform_api;
  `.execute(db);
}

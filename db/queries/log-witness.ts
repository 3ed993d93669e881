import { type Kysely, sql } from "kysely";
import { witnessAbout, witnessNotices } from "../../src/domain/log-witness.ts";
import type { Database } from "../tables/database.ts";
import type { WitnessOfLog } from "./log-cosignature.ts";
import { keepNotices } from "./notice.ts";

/** A witness that is asked, and when it was last heard of (epoch milliseconds). */
export interface WitnessHeard extends WitnessOfLog {
  readonly heardAt: number;
}

/** All witnesses that are asked. */
export async function listWitnesses(db: Kysely<Database>): Promise<WitnessHeard[]> {
  const { rows } = await sql<WitnessHeard>`
    select origin, witness_name as "witnessName", (extract(epoch from heard_at) * 1000)::float8 as "heardAt"
    from log_witness_heard order by witness_name`.execute(db);
  return rows;
}

/** Has exactly these witnesses of a log on record; who is not asked any more is not missed either. */
export async function keepWitnesses(db: Kysely<Database>, origin: string, names: readonly string[], at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows: left } = await sql<{ name: string }>`
      delete from log_witness where origin <> ${origin} or witness_name <> all (${names}::text[]) returning witness_name as name`.execute(
      trx,
    );
    for (const { name } of left) await keepNotices(trx, witnessAbout(name), []);
    await sql`insert into log_witness select ${origin}, unnest(${names}::text[]), ${at}::timestamptz on conflict do nothing`.execute(trx);
  });
}

/** Announces that a witness has fallen silent, and takes that back when it is heard of again. */
export async function keepWitnessNotices(db: Kysely<Database>, { origin, witnessName }: WitnessOfLog, at: Date): Promise<void> {
  const heard = (await listWitnesses(db)).find((witness) => witness.origin === origin && witness.witnessName === witnessName);
  const notices = heard === undefined ? [] : witnessNotices(witnessName, heard.heardAt, at.getTime());
  await db.transaction().execute((trx) => keepNotices(trx, witnessAbout(witnessName), notices));
}

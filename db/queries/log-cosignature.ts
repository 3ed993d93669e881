import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";

/** Which witness, of which log. */
export interface WitnessOfLog {
  readonly origin: string;
  readonly witnessName: string;
}

/** The size of the largest tree that a witness has cosigned, as far as is on record. */
export async function findCosignedSize(db: Kysely<Database>, { origin, witnessName }: WitnessOfLog): Promise<number | undefined> {
  const { rows } = await sql<{ size: string }>`
    select tree_size as size from log_cosignature where origin = ${origin} and witness_name = ${witnessName}`.execute(db);
  return rows[0] && Number(rows[0].size);
}

/** Puts a cosigned checkpoint on record, in place of the witness's last; one of a smaller tree than that leaves it as it is. */
export async function recordCosignature(
  db: Kysely<Database>,
  {
    origin,
    witnessName,
    treeSize,
    signedNote,
    cosignedAt,
  }: WitnessOfLog & { readonly treeSize: number; readonly signedNote: string; readonly cosignedAt: Date },
): Promise<void> {
  await sql`
    insert into log_cosignature (origin, witness_name, tree_size, signed_note, cosigned_at)
    values (${origin}, ${witnessName}, ${treeSize}, ${signedNote}, ${cosignedAt})
    on conflict (origin, witness_name) do update
      set tree_size = excluded.tree_size, signed_note = excluded.signed_note, cosigned_at = excluded.cosigned_at
      where log_cosignature.tree_size <= excluded.tree_size`.execute(db);
}

/** Puts on record that a witness refuses the log; once, until it has cosigned again. */
export async function recordDisagreement(
  db: Kysely<Database>,
  {
    origin,
    witnessName,
    signedNote,
    witnessSize,
    noticedAt,
  }: WitnessOfLog & { readonly signedNote: string; readonly witnessSize: number | null; readonly noticedAt: Date },
): Promise<void> {
  await sql`
    insert into log_disagreement (origin, witness_name, signed_note, witness_size, noticed_at)
    select ${origin}, ${witnessName}, ${signedNote}, ${witnessSize}::bigint, ${noticedAt}::timestamptz
    where not exists (
      select from log_disagreement d left join log_cosignature c using (origin, witness_name)
      where d.origin = ${origin} and d.witness_name = ${witnessName} and (c.cosigned_at is null or d.noticed_at >= c.cosigned_at)
    )`.execute(db);
}

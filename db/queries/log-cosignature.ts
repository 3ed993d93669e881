import type { CheckpointOnRecord, Queryable } from "./query-log-tree.ts";

/** Which witness, of which log. */
export interface WitnessOfLog {
  readonly origin: string;
  readonly witnessName: string;
}

/** The size of the largest tree that a witness has cosigned, as far as is on record. */
export async function findCosignedSize(client: Queryable, { origin, witnessName }: WitnessOfLog): Promise<number | undefined> {
  const { rows } = await client.query<{ size: string }>(
    "select tree_size as size from log_cosignature where origin = $1 and witness_name = $2",
    [origin, witnessName],
  );
  return rows[0] && Number(rows[0].size);
}

/** Puts a cosigned checkpoint on record, in place of the witness's last; one of a smaller tree than that leaves it as it is. */
export async function recordCosignature(
  client: Queryable,
  { origin, witnessName, treeSize, signedNote, cosignedAt }: WitnessOfLog & CheckpointOnRecord & { readonly cosignedAt: Date },
): Promise<void> {
  await client.query(
    `insert into log_cosignature (origin, witness_name, tree_size, signed_note, cosigned_at) values ($1, $2, $3, $4, $5)
      on conflict (origin, witness_name) do update
        set tree_size = excluded.tree_size, signed_note = excluded.signed_note, cosigned_at = excluded.cosigned_at
        where log_cosignature.tree_size <= excluded.tree_size`,
    [origin, witnessName, treeSize, signedNote, cosignedAt],
  );
}

/** A checkpoint of ours that a witness refused. */
export interface Disagreement extends WitnessOfLog {
  readonly signedNote: string;
  /** Entries that the witness has cosigned, if it said so. */
  readonly witnessSize: number | null;
  readonly noticedAt: Date;
}

/** Puts on record that a witness refuses the log; once, until it has cosigned again. */
export async function recordDisagreement(
  client: Queryable,
  { origin, witnessName, signedNote, witnessSize, noticedAt }: Disagreement,
): Promise<void> {
  await client.query(
    `insert into log_disagreement (origin, witness_name, signed_note, witness_size, noticed_at)
      select $1::text, $2::text, $3, $4::bigint, $5::timestamptz
      where not exists (
        select from log_disagreement d left join log_cosignature c using (origin, witness_name)
        where d.origin = $1 and d.witness_name = $2 and (c.cosigned_at is null or d.noticed_at >= c.cosigned_at)
      )`,
    [origin, witnessName, signedNote, witnessSize, noticedAt],
  );
}

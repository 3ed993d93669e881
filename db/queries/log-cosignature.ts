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

/** What was found against the log. */
export interface Disagreement {
  readonly origin: string;
  readonly code: string;
  /** The checkpoint of ours that a witness refused, and how many entries it has cosigned, if it said so; undefined: whoever signs found it. */
  readonly refused?: { readonly witnessName: string; readonly signedNote: string; readonly witnessSize: number | null } | undefined;
  /** The checkpoint that was signed before, where whoever signs found it. */
  readonly signedBefore?: string | undefined;
  readonly noticedAt: Date;
}

/** Puts on record what was found against the log; once, until it is settled. */
export async function recordDisagreement(
  client: Queryable,
  { origin, code, refused, signedBefore, noticedAt }: Disagreement,
): Promise<void> {
  await client.query(
    `insert into log_disagreement (origin, code, witness_name, signed_note, witness_size, noticed_at)
      select $1::text, $2::text, $3::text, $4, $5::bigint, $6::timestamptz
      where not exists (
        select from open_log_disagreement d where d.origin = $1 and d.code = $2 and d.witness_name is not distinct from $3
      )`,
    [origin, code, refused?.witnessName ?? null, refused?.signedNote ?? signedBefore ?? null, refused?.witnessSize ?? null, noticedAt],
  );
}

/** What whoever signs has found and is not settled. */
export interface UnsettledFinding {
  readonly id: string;
  readonly origin: string;
  /** The checkpoint that was signed before; null when none was. */
  readonly signedBefore: string | null;
}

/** What whoever signs has found against the log, and is not settled. */
export async function listUnsettledFindings(client: Queryable): Promise<UnsettledFinding[]> {
  const { rows } = await client.query<UnsettledFinding>(
    `select disagreement_id as id, origin, signed_note as "signedBefore" from open_log_disagreement where witness_name is null`,
  );
  return rows;
}

export async function settleFinding(client: Queryable, id: string, settledAt: Date): Promise<void> {
  await client.query("update log_disagreement set settled_at = $2 where disagreement_id = $1", [id, settledAt]);
}

import type { Pool } from "pg";

/** A credential that takes over from the one that asked for it; times are epoch milliseconds. */
export interface CredentialRotation {
  readonly presentId: string;
  /** SHA-256 of the presented token, hexadecimal: its hash is what is on record. */
  readonly proof: string;
  readonly freshId: string;
  /** SHA-256 of the new token, hexadecimal. */
  readonly freshHash: string;
  readonly validUntil: number;
  readonly presentValidUntil: number;
}

/** What the records made of it. */
export type RotationOutcome =
  | { readonly outcome: "rotated"; readonly validFrom: number; readonly validUntil: number; readonly presentValidUntil: number }
  | { readonly outcome: "not-valid" | "too-many-credentials" };

/** Puts a new credential on record beside the present one, with a step on the integration's timeline, or says why not. */
export async function rotateCredential(
  pool: Pool,
  { presentId, proof, freshId, freshHash, validUntil, presentValidUntil }: CredentialRotation,
): Promise<RotationOutcome> {
  const { rows } = await pool.query<{ rotated: RotationOutcome }>(
    "select rotate_credential($1, $2, $3, $4, to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000)) as rotated",
    [presentId, Buffer.from(proof, "hex"), freshId, Buffer.from(freshHash, "hex"), validUntil, presentValidUntil],
  );
  return (rows[0] as { rotated: RotationOutcome }).rotated;
}

import { cosignatureTime } from "../transparency/cosignature.ts";
import { parseNote } from "../transparency/note.ts";
import { formatVerifierKey } from "../transparency/verifier-key.ts";
import type { Witness } from "./open-witness.ts";
import { type LogOnRecord, listLogs } from "./watched-logs.ts";

/** What a witness knows of each log: lines for people, or one JSON object. */
export function showWitness({ store, identity }: Witness, asJson: boolean): string[] {
  const logs = listLogs(store, identity).map((log) => ({
    origin: log.origin,
    keys: log.keys.map(formatVerifierKey),
    size: log.latest?.size ?? null,
    root: log.latest?.root.toString("base64") ?? null,
    cosignedAt: cosignedAt(log, identity.key.keyId),
    signedNote: log.signedNote,
    refused: store
      .rows("select refused_at, signed_note from refused where origin = ? order by refused_at", log.origin)
      .map((row) => ({ refusedAt: String(row["refused_at"]), signedNote: String(row["signed_note"]) })),
  }));
  const verifierKey = formatVerifierKey(identity.key);
  if (asJson) return [JSON.stringify({ verifierKey, logs })];
  const told = logs.flatMap(({ origin, keys, size, root, cosignedAt: at, refused }) => [
    origin,
    ...keys.map((key) => `  believes ${key}`),
    size === null ? "  nothing cosigned yet" : `  cosigned ${at}: ${size} entries, root ${root}`,
    ...refused.map(
      ({ refusedAt, signedNote }) => `  REFUSED ${refusedAt}, signed by the log:\n${signedNote.replaceAll(/^/gm, "    ").trimEnd()}`,
    ),
  ]);
  const refusals = logs.reduce((sum, { refused }) => sum + refused.length, 0);
  return [...told, `${verifierKey} watches ${logs.length} logs, and has refused ${refusals} checkpoints that a log had signed.`];
}

function cosignedAt({ signedNote }: LogOnRecord, keyId: string): string | null {
  const own = signedNote === null ? undefined : parseNote(signedNote).signatures.find((signature) => signature.keyId === keyId);
  return own === undefined ? null : new Date(cosignatureTime(own.signature) * 1000).toISOString();
}

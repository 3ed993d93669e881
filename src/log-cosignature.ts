import type { Pool } from "pg";
import { findCosignedSize, recordCosignature, recordDisagreement } from "../db/queries/log-cosignature.ts";
import { type CheckpointOnRecord, findLatestCheckpoint, findTile } from "../db/queries/query-log-tree.ts";
import { postAddCheckpoint, type WitnessReply } from "./adapters/witness-client.ts";
import type { WitnessSetting } from "./config.ts";
import { formatAddCheckpoint } from "./transparency/add-checkpoint.ts";
import { formatNote, parseNote } from "./transparency/note.ts";
import { openNote } from "./transparency/note-signature.ts";
import { proveConsistency } from "./transparency/proof.ts";
import { parseDecimal } from "./transparency/strict-text.ts";

/** A witness didn't cosign. `log-disagrees-with-witness`: the log that we have isn't the one it has seen, by a fork or a rollback. */
export class NotCosigned extends Error {
  override name = "NotCosigned";
  readonly code: "log-disagrees-with-witness" | "witness-unreachable" | "witness-refuses" | "witness-overtaken" | "cosignature-invalid";
  /** What it answered. */
  readonly status: number | undefined;

  constructor(code: NotCosigned["code"], status?: number) {
    super(`${code}${status === undefined ? "" : ` (${status})`}`);
    this.code = code;
    this.status = status;
  }
}

/** All that asking one witness takes. */
export interface Witnessing {
  readonly pool: Pool;
  readonly origin: string;
  readonly witness: WitnessSetting;
  readonly now: () => Date;
}

/**
 * Has a witness cosign the log's newest checkpoint, and puts that on record.
 * @param evenIfKnown asks also when nothing is new: whether the witness is still of our opinion, after a restart or a restored backup
 * @param signal cuts the question off
 * @throws NotCosigned; a disagreement is on record then
 * @clause 4(1)5
 */
export async function seekCosignature(
  witnessing: Witnessing,
  evenIfKnown: boolean,
  signal: AbortSignal,
): Promise<"cosigned" | "nothing-new"> {
  const { pool, origin, witness } = witnessing;
  const latest = await findLatestCheckpoint(pool, origin);
  const known = (await findCosignedSize(pool, { origin, witnessName: witness.key.name })) ?? 0;
  if (latest === undefined || (latest.treeSize === known && !evenIfKnown)) return "nothing-new";
  // What is on record may be too large after a part of the database was restored: the witness tells then where it is.
  const oldSize = known <= latest.treeSize ? known : 0;
  const reply = await ask(witnessing, latest, oldSize, signal);
  if (reply.status !== 409 || isOfAnotherTree(reply, latest, oldSize)) return conclude(witnessing, latest, oldSize, reply);
  const witnessSize = sizeIn(reply);
  if (witnessSize === undefined) throw new NotCosigned("witness-refuses", reply.status);
  // Another worker may have shown it a newer checkpoint, which is on record then.
  const newest = witnessSize > latest.treeSize ? ((await findLatestCheckpoint(pool, origin)) ?? latest) : latest;
  if (witnessSize > newest.treeSize || witnessSize === oldSize) await disagree(witnessing, newest, reply.status, witnessSize);
  return conclude(witnessing, newest, witnessSize, await ask(witnessing, newest, witnessSize, signal));
}

function sizeIn({ body }: WitnessReply): number | undefined {
  return parseDecimal(body.trimEnd());
}

/** Asked about the very size that it has seen, a witness of another tree answers 409 (C2SP tlog-witness), with that size or with words. */
function isOfAnotherTree(reply: WitnessReply, { treeSize }: CheckpointOnRecord, oldSize: number): boolean {
  return reply.status === 409 && oldSize === treeSize && (sizeIn(reply) ?? oldSize) === oldSize;
}

async function ask({ pool, witness }: Witnessing, { treeSize, signedNote }: CheckpointOnRecord, oldSize: number, signal: AbortSignal) {
  const proof = await proveConsistency(oldSize, treeSize, (level, index) => findTile(pool, level, index));
  try {
    return await postAddCheckpoint(witness.url, formatAddCheckpoint({ oldSize, proof, signedNote }), signal);
  } catch {
    throw new NotCosigned("witness-unreachable");
  }
}

async function conclude(witnessing: Witnessing, checkpoint: CheckpointOnRecord, oldSize: number, reply: WitnessReply): Promise<"cosigned"> {
  const { status, body } = reply;
  if (status === 422) await disagree(witnessing, checkpoint, status, null);
  if (isOfAnotherTree(reply, checkpoint, oldSize)) await disagree(witnessing, checkpoint, status, oldSize);
  if (status === 409) throw new NotCosigned("witness-overtaken", status);
  if (status !== 200) throw new NotCosigned("witness-refuses", status);
  const { pool, origin, witness, now } = witnessing;
  const signedNote = withCosignature(checkpoint.signedNote, body, witness);
  await recordCosignature(pool, { origin, witnessName: witness.key.name, treeSize: checkpoint.treeSize, signedNote, cosignedAt: now() });
  return "cosigned";
}

/** The checkpoint with the log's signatures and the witness's own, which has been verified. */
function withCosignature(signedNote: string, lines: string, { key }: WitnessSetting): string {
  const { text, signatures } = parseNote(signedNote);
  try {
    const opened = openNote(`${signedNote}${lines}`, [key]);
    if (opened.text === text)
      return formatNote({ text, signatures: [...signatures, ...opened.verified.map(({ signature }) => signature)] });
  } catch {
    // Said below.
  }
  throw new NotCosigned("cosignature-invalid");
}

async function disagree(
  { pool, origin, witness, now }: Witnessing,
  { signedNote }: CheckpointOnRecord,
  status: number,
  witnessSize: number | null,
): Promise<never> {
  // What can't be put on record now is met again with the next question: that it is said must not wait for it.
  const code = "log-disagrees-with-witness";
  const refused = { witnessName: witness.key.name, signedNote, witnessSize };
  await recordDisagreement(pool, { origin, code, refused, noticedAt: now() }).catch(() => undefined);
  throw new NotCosigned(code, status);
}

import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts";
import { Malformed } from "./malformed.ts";
import { LONGEST_NOTE_BYTES, parseNote } from "./note.ts";
import { parseBase64, parseDecimal, parseUtf8 } from "./strict-text.ts";
import { HASH_BYTES } from "./tree.ts";

const MOST_PROOF_LINES = 63;
/** The longest body that a witness takes: its server needn't wait for more. */
export const LONGEST_REQUEST_BYTES = LONGEST_NOTE_BYTES + 4096;

/** What a log asks of a witness: to cosign its checkpoint, which grew from one the witness knows (C2SP tlog-witness). */
export interface AddCheckpoint {
  /** The size of the tree that the witness cosigned last; 0 when it hasn't yet. */
  readonly oldSize: number;
  /** From the old size to the checkpoint's, 32 bytes each. */
  readonly proof: readonly Buffer[];
  /** The checkpoint with its signatures. */
  readonly signedNote: string;
}

/** The request's body. */
export function formatAddCheckpoint({ oldSize, proof, signedNote }: AddCheckpoint): string {
  return `old ${oldSize}\n${proof.map((hash) => `${hash.toString("base64")}\n`).join("")}\n${signedNote}`;
}

/**
 * @param body of an `add-checkpoint` request
 * @returns the request, and its checkpoint, whose signatures aren't verified yet: it tells which log is meant
 * @throws Malformed, which the witness answers with 400
 */
export function parseAddCheckpoint(body: string | Uint8Array): AddCheckpoint & { readonly checkpoint: Checkpoint } {
  if (body.length > LONGEST_REQUEST_BYTES)
    throw new Malformed("add-checkpoint request", `it is longer than ${LONGEST_REQUEST_BYTES} bytes.`);
  const text = parseUtf8(body);
  const blankLine = text?.indexOf("\n\n") ?? -1;
  if (text === undefined || blankLine < 0) throw new Malformed("add-checkpoint request", "it isn't lines, an empty line and a checkpoint.");
  const [first = "", ...lines] = text.slice(0, blankLine).split("\n");
  const oldSize = first.startsWith("old ") ? parseDecimal(first.slice("old ".length)) : undefined;
  if (oldSize === undefined) throw new Malformed("add-checkpoint request", "the first line isn't the old size.");
  const proof = lines.map(parseBase64).filter((hash) => hash?.length === HASH_BYTES) as Buffer[];
  if (proof.length !== lines.length || proof.length > MOST_PROOF_LINES) {
    throw new Malformed("add-checkpoint request", `its proof isn't at most ${MOST_PROOF_LINES} lines of a hash.`);
  }
  const signedNote = text.slice(blankLine + 2);
  return { oldSize, proof, signedNote, checkpoint: parseCheckpoint(parseNote(signedNote).text) };
}

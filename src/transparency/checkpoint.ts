import { Malformed } from "./malformed.ts";
import { openNote, type VerifiedNote } from "./note-signature.ts";
import { parseBase64, parseDecimal } from "./strict-text.ts";
import { HASH_BYTES } from "./tree.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** A tree as one size and one root. */
export interface TreeHead {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
}

/** What a log says, and signs, of its tree: C2SP tlog-checkpoint. */
export interface Checkpoint extends TreeHead {
  /** Which log: such as `log.example.gov.tw/queries`. */
  readonly origin: string;
  /** Lines after the root, whose meaning no monitor can check: none are recommended. */
  readonly extensions: readonly string[];
}

/**
 * The text that is signed.
 * @throws Malformed when a part can't stand in a checkpoint
 */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  const lines = [origin, String(size), root.toString("base64"), ...extensions];
  if (lines.some((line) => line.includes("\n"))) throw new Malformed("checkpoint", "a part of it is more than a line.");
  const text = `${lines.join("\n")}\n`;
  parseCheckpoint(text);
  return text;
}

/**
 * @param text of the note, without its signatures
 * @throws Malformed
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.slice(0, -1).split("\n");
  if (!text.endsWith("\n") || lines.length < 3 || lines.includes("")) {
    throw new Malformed("checkpoint", "it isn't three lines or more, all with something in them.");
  }
  const [origin, decimal, encoded, ...extensions] = lines as [string, string, string, ...string[]];
  const [size, root] = [parseDecimal(decimal), parseBase64(encoded)];
  if (size === undefined) throw new Malformed("checkpoint", "the second line isn't a size.");
  if (root?.length !== HASH_BYTES) throw new Malformed("checkpoint", "the third line isn't a root hash.");
  return { origin, size, root, extensions };
}

/**
 * A checkpoint, once a known key has signed it. Whether its origin is the log that is meant is for the caller to see.
 * @throws Malformed
 * @throws UnverifiedNote
 */
export function openCheckpoint(
  signedNote: string | Uint8Array,
  keys: readonly VerifierKey[],
): VerifiedNote & { readonly checkpoint: Checkpoint } {
  const note = openNote(signedNote, keys);
  return { ...note, checkpoint: parseCheckpoint(note.text) };
}

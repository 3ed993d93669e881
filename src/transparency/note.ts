import { Malformed } from "./malformed.ts";
import { parseBase64, parseUtf8 } from "./strict-text.ts";
import { isKeyName } from "./verifier-key.ts";

/** Room for a hundred of today's signatures, or some thirty of the post-quantum kind. */
export const LONGEST_NOTE_BYTES = 256 * 1024;
const MOST_SIGNATURES = 100;
const SIGNATURE_LINE = /^— ([^ ]+) ([^ ]+)$/;
const KEY_ID_BYTES = 4;

/** A signature as its line in a note gives it; nothing says yet that it is true. */
export interface NoteSignature {
  readonly name: string;
  /** Four bytes in hexadecimal. */
  readonly keyId: string;
  /** What the key's algorithm makes of it. */
  readonly signature: Buffer;
}

/** A text and who says to have signed it (C2SP signed-note). */
export interface Note {
  /** Ends with a newline, which is signed too. */
  readonly text: string;
  /** One at least, in the order of their lines. */
  readonly signatures: readonly NoteSignature[];
}

/**
 * @param signedNote at most 256 KiB and a hundred signatures
 * @throws Malformed
 */
export function parseNote(signedNote: string | Uint8Array): Note {
  if (signedNote.length > LONGEST_NOTE_BYTES) throw new Malformed("signed note", `it is longer than ${LONGEST_NOTE_BYTES} bytes.`);
  const whole = parseUtf8(signedNote);
  if (whole === undefined || hasControlCharacter(whole)) throw new Malformed("signed note", "it has bytes that no text has.");
  const blankLine = whole.lastIndexOf("\n\n");
  if (blankLine < 0 || !whole.endsWith("\n")) throw new Malformed("signed note", "it isn't a text, an empty line and lines of signatures.");
  const lines = whole.slice(blankLine + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) throw new Malformed("signed note", `it has more than ${MOST_SIGNATURES} signatures.`);
  return { text: whole.slice(0, blankLine + 1), signatures: lines.map(parseSignatureLine) };
}

/** @throws Malformed when the text or a signature can't stand in a note */
export function formatNote({ text, signatures }: Note): string {
  const note = `${text}\n${signatures.map(formatSignatureLine).join("")}`;
  if (parseNote(note).signatures.length !== signatures.length) throw new Malformed("signed note", "its text or a name can't stand in one.");
  return note;
}

/** `— <name> <base64 of key ID ‖ signature>` and a newline. */
export function formatSignatureLine({ name, keyId, signature }: NoteSignature): string {
  return `— ${name} ${Buffer.concat([Buffer.from(keyId, "hex"), signature]).toString("base64")}\n`;
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name = "", encoded = ""] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = parseBase64(encoded);
  if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES)
    throw new Malformed("signed note", "a line of its signatures isn't one.");
  return { name, keyId: bytes.toString("hex", 0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

/** Those below U+0020 but for the newline. */
function hasControlCharacter(text: string): boolean {
  return Buffer.from(text).some((byte) => byte < 0x20 && byte !== 0x0a);
}

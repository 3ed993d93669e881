import { isUtf8 } from "node:buffer";
import iconv from "iconv-lite";

export type SourceEncoding = "utf-8" | "big5";

/** What a decoder leaves where bytes mean nothing. */
export const UNDECODABLE = "\ufffd";

/** Microsoft's private-use blocks of code page 950 (EUDC): first and last pair of bytes, and the code point of the first. */
const PRIVATE_USE: readonly (readonly [number, number, number])[] = [
  [0xfa40, 0xfefe, 0xe000],
  [0x8e40, 0xa0fe, 0xe311],
  [0x8140, 0x8dfe, 0xeeb8],
  [0xc6a1, 0xc8fe, 0xf6b1],
];
const TRAILS_PER_LEAD = 157;

/**
 * Decodes whole lines. Big5 is code page 950; its private-use pairs become the private-use code points that Windows gives them, and are never
 * guessed to be a character: what they mean depends on the font of the office that typed them. Runtimes differ here, so the table is ours.
 * @returns text with U+FFFD where bytes mean nothing
 */
export function decodeLines(bytes: Buffer, encoding: SourceEncoding): string {
  return encoding === "utf-8" ? bytes.toString("utf8") : decodeBig5(bytes);
}

/** Whether bytes are UTF-8 without a fault. */
export function isCleanUtf8(bytes: Uint8Array): boolean {
  return isUtf8(bytes);
}

let table: Uint16Array | undefined;

function decodeBig5(bytes: Buffer): string {
  table ??= buildTable();
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let place = 0; place < bytes.length; place += 1) {
    const byte = bytes[place] as number;
    if (byte < 0x80) {
      units[length++] = byte;
      continue;
    }
    const decoded = table[(byte << 8) | (bytes[place + 1] ?? 0)] as number;
    units[length++] = decoded === 0 ? 0xfffd : decoded;
    // A lead byte without its trail must not swallow a comma or the end of the line.
    if (decoded !== 0) place += 1;
  }
  return Buffer.from(units.buffer, 0, length * 2).toString("utf16le");
}

function buildTable(): Uint16Array {
  const built = new Uint16Array(0x10000);
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      const text = iconv.decode(Buffer.from([lead, trail]), "cp950");
      if (text.length === 1 && text !== UNDECODABLE) built[(lead << 8) | trail] = text.charCodeAt(0);
    }
  }
  for (const [first, last, codePoint] of PRIVATE_USE) {
    const start = pairIndex(first);
    for (let pair = first; pair <= last; pair += 1) {
      if (isTrail(pair & 0xff)) built[pair] = codePoint + pairIndex(pair) - start;
    }
  }
  return built;
}

function isTrail(byte: number): boolean {
  return (byte >= 0x40 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xfe);
}

/** The place of a pair among all pairs: 63 trails from 0x40, then 94 from 0xA1. */
function pairIndex(pair: number): number {
  const trail = pair & 0xff;
  return (pair >> 8) * TRAILS_PER_LEAD + (trail <= 0x7e ? trail - 0x40 : trail - 0xa1 + 63);
}

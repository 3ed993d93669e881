import { decodeLines, UNDECODABLE } from "../adapters/source-text.ts";

/** What offices wrote in place of a character that Big5 lacks, and of a dot it lacks. */
const MISSING_CHARACTER = "■";
const MISSING_DOT = /[•･・]/;
const DOT = "‧";

let pairs: Map<string, number> | undefined;

/** A text in code page 950, as an office's old system writes it: private-use characters keep their pair, others that Big5 lacks become ■. */
export function encodeBig5(text: string): Buffer {
  pairs ??= readPairs();
  const bytes = Buffer.alloc(text.length * 2);
  let length = 0;
  for (const character of text) {
    const pair =
      character < "\u0080"
        ? character.charCodeAt(0)
        : (pairs.get(character) ?? (pairs.get(MISSING_DOT.test(character) ? DOT : MISSING_CHARACTER) as number));
    if (pair > 0xff) bytes[length++] = pair >> 8;
    bytes[length++] = pair & 0xff;
  }
  return bytes.subarray(0, length);
}

function readPairs(): Map<string, number> {
  const found = new Map<string, number>();
  for (let pair = 0x8140; pair <= 0xfefe; pair += 1) {
    const character = decodeLines(Buffer.from([pair >> 8, pair & 0xff]), "big5");
    // Some characters have two pairs: the first in the standard's own area counts.
    if (character.length === 1 && character !== UNDECODABLE && !found.has(character)) found.set(character, pair);
  }
  return found;
}

import { randomFillSync } from "node:crypto";

const BLOCK_BYTES = 4096;
/** Half of a time's 48 bits. */
const HALF = 2 ** 24;

/** Gives random bytes as hexadecimal; drawn from the system in blocks, because a call costs more than the bytes. */
export function createRandomHex(fill: (block: Buffer) => void = (block) => randomFillSync(block)): (bytes: number) => string {
  const block = Buffer.alloc(BLOCK_BYTES);
  let used = BLOCK_BYTES;
  return (bytes) => {
    if (used + bytes > BLOCK_BYTES) {
      fill(block);
      used = 0;
    }
    const text = block.toString("hex", used, used + bytes);
    used += bytes;
    return text;
  };
}

/**
 * Ids for the entries of one request: UUID version 7 (RFC 9562 §5.7) of one millisecond, alike but for the last 16 bits, which count from 0.
 * So the entries of a request stand together, in order, and an id tells the month where its entry lies.
 * @param askedAt epoch milliseconds
 * @param count 1 to 65,536
 */
export function entryIds(askedAt: number, count: number, randomHex: (bytes: number) => string): string[] {
  // In two halves: a number of more than 31 bits takes many times as long to write.
  const time =
    Math.floor(askedAt / HALF)
      .toString(16)
      .padStart(6, "0") + (askedAt % HALF).toString(16).padStart(6, "0");
  const random = randomHex(8);
  const variant = ((Number.parseInt(random.charAt(3), 16) & 0x3) | 0x8).toString(16);
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 15)}`;
  const ids: string[] = [];
  for (let position = 0; position < count; position += 1) ids.push(head + position.toString(16).padStart(4, "0"));
  return ids;
}

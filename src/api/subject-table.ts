import { PACKED } from "../../db/queries/subject-record.ts";
import { daysBetween } from "../domain/roc-date.ts";

/** What a generation holds of one person; hashes in hexadecimal. */
export interface FoundRecord {
  readonly found: boolean;
  readonly nameKey: string;
  /** The same as `nameKey` where the name has no variant characters. */
  readonly nameVariantKey: string;
  readonly birthDateKey: string;
  /** Bit i for position i of the name; 0 where all of it can be read. */
  readonly unreadablePositions: number;
  readonly indigenous: boolean;
}

/** Keyed hashes of people, outside the heap that garbage is collected from. */
export interface SubjectTable {
  readonly size: number;
  /**
   * The record of a person. Of nobody comes one that fits nothing, made in the same steps, so that time tells nothing about who exists.
   * @param subjectKey 32 hexadecimal digits
   */
  find(subjectKey: string): FoundRecord;
  /** Whether a person has a record that holds on a day of `recordDay`; of nobody, nobody's record is looked at. */
  holds(subjectKey: string, day: number): boolean;
}

/** A date (ISO 8601) as records count it. */
export function recordDay(date: string): number {
  return daysBetween("2000-01-01", date);
}

/**
 * Fills a table with packed records: a hash table with linear probing, whose places the keys name by themselves, since they are hashes.
 * @returns undefined when there are more or fewer than `count`
 */
export async function fillSubjectTable(count: number, pieces: AsyncIterable<Buffer>): Promise<SubjectTable | undefined> {
  // The first record is nobody's, and what an empty slot names. At least every other slot is empty.
  const records = Buffer.alloc((1 + count) * PACKED.bytes);
  const fields = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * count + 1)));
  const mask = slots.length - 1;
  let size = 0;
  for await (const piece of pieces) {
    const added = piece.length / PACKED.bytes;
    if (size + added > count || !Number.isInteger(added)) return undefined;
    piece.copy(records, (1 + size) * PACKED.bytes);
    for (const end = size + added; size < end; size += 1) {
      let slot = fields.getInt32((1 + size) * PACKED.bytes) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = 1 + size;
    }
  }
  if (size !== count) return undefined;
  const key = Buffer.alloc(PACKED.hashBytes);
  const words = new DataView(key.buffer, key.byteOffset, key.byteLength);
  /** Which record is a person's; 0, nobody's, when there is none. */
  const placeOf = (subjectKey: string): number => {
    key.write(subjectKey, "hex");
    const [first, second, third, fourth] = [words.getInt32(0), words.getInt32(4), words.getInt32(8), words.getInt32(12)];
    for (let slot = first & mask; ; slot = (slot + 1) & mask) {
      const place = slots[slot] as number;
      const at = place * PACKED.bytes;
      // Nobody's record is compared as well, as one more that doesn't fit. By words: calling the library's comparison takes longer than all of this.
      const differs =
        (fields.getInt32(at) ^ first) |
        (fields.getInt32(at + 4) ^ second) |
        (fields.getInt32(at + 8) ^ third) |
        (fields.getInt32(at + 12) ^ fourth);
      if (differs === 0 || place === 0) return place;
    }
  };
  return {
    size,
    find(subjectKey) {
      const place = placeOf(subjectKey);
      return unpack(records, place * PACKED.bytes, place > 0);
    },
    holds(subjectKey, day) {
      const place = placeOf(subjectKey);
      const at = place * PACKED.bytes;
      const holding = fields.getInt32(at + PACKED.validFromAt) <= day && day <= fields.getInt32(at + PACKED.validUntilAt);
      return holding && place > 0;
    },
  };
}

function unpack(records: Buffer, at: number, found: boolean): FoundRecord {
  const hashes = records.toString("hex", at + PACKED.hashBytes, at + PACKED.positionsAt);
  const digits = 2 * PACKED.hashBytes;
  return {
    found,
    nameKey: hashes.slice(0, digits),
    nameVariantKey: hashes.slice(digits, 2 * digits),
    birthDateKey: hashes.slice(2 * digits),
    unreadablePositions: records.readUInt32BE(at + PACKED.positionsAt) * 2 ** 32 + records.readUInt32BE(at + PACKED.positionsAt + 4),
    indigenous: records[at + PACKED.indigenousAt] === 1,
  };
}

import type { KeyObject } from "node:crypto";
import { birthDateKey, nameKey, personKeys } from "../adapters/subject-keys.ts";
import type { HouseholdRow, ListRow } from "../domain/dataset-import-row.ts";
import { toPositionMask } from "../domain/person-name.ts";

/** Columns of an import's table in the order in which the writers below fill them. */
export const COPY_COLUMNS = {
  household: "subject_key, name_key, name_variant_key, birth_date_key, unreadable_positions, indigenous, line_number",
  list: "subject_key, valid_from, valid_until, line_number",
} as const;

/** What a binary COPY begins and ends with (PostgreSQL's documentation of COPY, "Binary Format"): signature, flags, no extension. */
export const COPY_START = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
export const COPY_END = Buffer.from([0xff, 0xff]);

const HASH_BYTES = 16;
const LARGEST_ROW = 256;
const MILLISECONDS_A_DAY = 86_400_000;
/** Postgres counts days from here. */
const POSTGRES_EPOCH = Date.UTC(2000, 0, 1);

/** Turns rows into bytes of a binary COPY; identity fields become keyed hashes on the way. */
export interface CopyWriter {
  household(row: HouseholdRow, lineNumber: number): void;
  list(row: ListRow, lineNumber: number): void;
  /** What was written since the last call, in memory of its own. */
  take(): Uint8Array<ArrayBuffer>;
}

/** @clause 4(1)4 */
export function createCopyWriter(indexKey: KeyObject, capacity = 64 * 1024): CopyWriter {
  let bytes = Buffer.allocUnsafeSlow(capacity);
  let end = 0;

  function startRow(fields: number): void {
    if (end + LARGEST_ROW > bytes.length) {
      const larger = Buffer.allocUnsafeSlow(bytes.length * 2);
      bytes.copy(larger, 0, 0, end);
      bytes = larger;
    }
    end = bytes.writeInt16BE(fields, end);
  }
  /** @returns where the field's bytes go */
  function field(length: number): number {
    const place = bytes.writeInt32BE(length, end);
    end = place + length;
    return place;
  }
  function keyedHash(hexadecimal: string): void {
    bytes.write(hexadecimal, field(HASH_BYTES), HASH_BYTES, "hex");
  }
  function none(): void {
    end = bytes.writeInt32BE(-1, end);
  }
  function date(iso: string | null): void {
    if (iso === null) none();
    else bytes.writeInt32BE((Date.parse(iso) - POSTGRES_EPOCH) / MILLISECONDS_A_DAY, field(4));
  }

  return {
    household({ nationalId, name, birthDate, indigenous }, lineNumber) {
      startRow(7);
      const keys = personKeys(indexKey, nationalId);
      keyedHash(keys.subjectKey);
      keyedHash(nameKey(keys, name.exact));
      if (name.folded === name.exact) none();
      else keyedHash(nameKey(keys, name.folded));
      keyedHash(birthDateKey(keys, birthDate));
      if (name.unreadable.length === 0) none();
      else bytes.writeBigInt64BE(toPositionMask(name.unreadable), field(8));
      bytes[field(1)] = indigenous ? 1 : 0;
      bytes.writeInt32BE(lineNumber, field(4));
    },
    list({ nationalId, validFrom, validUntil }, lineNumber) {
      startRow(4);
      keyedHash(personKeys(indexKey, nationalId).subjectKey);
      date(validFrom);
      date(validUntil);
      bytes.writeInt32BE(lineNumber, field(4));
    },
    take() {
      const taken = new Uint8Array(bytes.subarray(0, end));
      end = 0;
      return taken;
    },
  };
}

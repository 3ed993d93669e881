import type { Pool } from "pg";
import { hexArray } from "../binary-array.ts";

/** A row of `subject_record` that a looked-up key found; hashes in hexadecimal. */
export interface FoundRecord {
  readonly datasetId: number;
  readonly nameKey: string | null;
  readonly nameVariantKey: string | null;
  readonly birthDateKey: string | null;
  /** Bit i for position i of the name; 0 where all of it can be read. */
  readonly unreadablePositions: number;
  readonly indigenous: boolean;
  readonly validFrom: string | null;
  readonly validUntil: string | null;
}

/** What a lookup found. */
export interface Lookup {
  /** The access register's version (`getAccessVersion`) at the moment that the records are of. */
  readonly version: string;
  /** The records of each key, in the order of the keys. */
  readonly records: readonly (readonly FoundRecord[])[];
}

// One statement, so one snapshot: whoever knows the register in this version knows the generations that the records come from.
const LOOKUP = {
  name: "look-up-subjects",
  rowMode: "array" as const,
  // Every column as text, read as it comes: parsing types would cost more than comparing.
  types: { getTypeParser: () => (value: string) => value },
  text: `
    select 0, version::text, null, null, null, null, null, null, null from access_version
    union all
    select asked.position, record.dataset_id::text, encode(record.name_key, 'hex'), encode(record.name_variant_key, 'hex'), encode(record.birth_date_key, 'hex'),
      record.unreadable_positions::text, record.indigenous::text, record.valid_from::text, record.valid_until::text
    from unnest($1::bytea[]) with ordinality as asked(subject_key, position)
    join subject_record record on record.subject_key = asked.subject_key`,
};

/**
 * Looks up subjects by their keyed hashes (hexadecimal) in all current generations.
 * A key made with another generation's index key finds nothing, so keys of several index keys may be mixed. A key that comes again is
 * looked up once, so that repeating a person can't magnify the time that finding somebody takes.
 */
export async function lookUpSubjects(pool: Pool, subjectKeys: readonly string[]): Promise<Lookup> {
  const recordsOf = new Map<string, FoundRecord[]>(subjectKeys.map((key) => [key, []]));
  const distinctKeys = [...recordsOf.keys()];
  const { rows } = await pool.query<(string | null)[]>({ ...LOOKUP, values: [hexArray(distinctKeys)] });
  let version = "";
  for (const row of rows) {
    const position = Number(row[0]);
    if (position === 0) version = row[1] ?? "";
    else recordsOf.get(distinctKeys[position - 1] as string)?.push(toRecord(row));
  }
  return { version, records: subjectKeys.map((key) => recordsOf.get(key) as FoundRecord[]) };
}

function toRecord(row: readonly (string | null)[]): FoundRecord {
  return {
    datasetId: Number(row[1]),
    nameKey: row[2] ?? null,
    nameVariantKey: row[3] ?? null,
    birthDateKey: row[4] ?? null,
    unreadablePositions: Number(row[5] ?? 0),
    indigenous: row[6] === "true",
    validFrom: row[7] ?? null,
    validUntil: row[8] ?? null,
  };
}

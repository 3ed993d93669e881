import type { Pool } from "pg";

/**
 * A packed record of `subject_record`: its key, name, variant name and birth date (16 bytes each, zeros where there is none; the variant name is
 * the name where they are the same), unreadable positions (8), valid from and until (4 each: days since 2000-01-01, the extremes where there is no
 * bound), indigenous (1).
 */
export const PACKED = { bytes: 81, hashBytes: 16, positionsAt: 64, validFromAt: 72, validUntilAt: 76, indigenousAt: 80 } as const;

const NOTHING = "'\\x00000000000000000000000000000000'::bytea";
/** Blocks that one statement reads: some thousand records, so some milliseconds. */
const BLOCKS = 64;
const READ = {
  name: "read-subject-records",
  text: `
    select string_agg(subject_key || coalesce(name_key, ${NOTHING}) || coalesce(name_variant_key, name_key, ${NOTHING})
      || coalesce(birth_date_key, ${NOTHING}) || int8send(coalesce(unreadable_positions, 0))
      || date_send(coalesce(valid_from, '-infinity')) || date_send(coalesce(valid_until, 'infinity')) || boolsend(coalesce(indigenous, false)),
      '') as records
    from subject_record where dataset_id = $1 and ctid >= format('(%s,0)', $2::integer)::tid and ctid < format('(%s,0)', $2 + ${BLOCKS})::tid`,
};

/** Reads what a dataset's partition holds, packed and in pieces, in the order in which it lies on the disk. */
export async function* readPackedRecords(pool: Pool, datasetId: number): AsyncGenerator<Buffer> {
  for (let block = 0; ; block += BLOCKS) {
    const { rows } = await pool.query<{ records: Buffer | null }>({ ...READ, values: [datasetId, block] });
    const records = rows[0]?.records;
    if (records == null) return;
    yield records;
  }
}

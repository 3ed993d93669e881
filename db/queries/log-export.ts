import type { PoolClient } from "pg";

/** A row of the log as it stands: its place, what the other columns say, and its bytes. */
export interface StoredEntry {
  readonly index: number;
  /** entry_id, asked_at (ISO 8601), integration_id, operator, operation_code, outcome, and three hashes in hexadecimal. */
  readonly columns: readonly (string | number | null)[];
  readonly entry: Buffer;
}

const COLUMNS = `entry_id, to_char(asked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), integration_id, operator, operation_code, outcome,
  encode(case_number_index, 'hex'), encode(subject_index, 'hex'), encode(leaf_hash, 'hex'), leaf_index, entry`;
/** Rows outside the log that are read; none should be there. */
const MOST_OUTSIDE = 2000;

/** Has the client see the log as it is now until `rollback`, while it grows on. */
export async function beginSnapshot(client: PoolClient): Promise<void> {
  await client.query("begin isolation level repeatable read read only");
}

/** Entries from `begin` up to and without `end`, by their places. Nothing says that each place has one. */
export function readEntries(client: PoolClient, begin: number, end: number): Promise<StoredEntry[]> {
  return read(client, "leaf_index >= $1 and leaf_index < $2 order by leaf_index, entry_id", [begin, end]);
}

/** Rows whose place the log has not reached, 2,000 at most. */
export function readEntriesOutside(client: PoolClient): Promise<StoredEntry[]> {
  return read(
    client,
    `leaf_index < 0 or leaf_index >= (select size from log_head) order by leaf_index, entry_id limit ${MOST_OUTSIDE}`,
    [],
  );
}

async function read(client: PoolClient, where: string, values: unknown[]): Promise<StoredEntry[]> {
  const { rows } = await client.query<[string, string, number | null, ...unknown[]]>({
    text: `select ${COLUMNS} from query_log where ${where}`,
    values,
    rowMode: "array",
  });
  return rows.map(([entryId, askedAt, ...others]) => {
    const entry = others.pop() as Buffer;
    const index = Number(others.pop());
    // Milliseconds, as entries have them; microseconds where somebody put some.
    return { index, columns: [entryId, askedAt.replace(/000Z$/, "Z"), ...(others as (string | null)[])], entry };
  });
}

/** A level's tiles from `begin` up to and without `end`, by index. */
export async function readTiles(client: PoolClient, level: number, begin: number, end: number): Promise<Map<number, Buffer>> {
  const { rows } = await client.query<{ tile_index: string; hashes: Buffer }>(
    "select tile_index, hashes from log_tile where level = $1 and tile_index >= $2 and tile_index < $3",
    [level, begin, end],
  );
  return new Map(rows.map(({ tile_index, hashes }) => [Number(tile_index), hashes]));
}

/** The log's signed notes: first the newest checkpoint, then the last of each day and the last that each witness cosigned. */
export async function readSignedNotes(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ signed_note: string }>(`
    select signed_note from (
      select signed_note, tree_size, signed_at, 1 as signers from log_checkpoint
      union all select signed_note, tree_size, cosigned_at, 2 from log_cosignature
    ) notes order by signers = 1 desc, tree_size desc, signed_at desc`);
  return rows.map(({ signed_note }) => signed_note);
}

/**
 * The places, from the first up to and without the one after the last, where the entries of some months (of Asia/Taipei) lie.
 * @param from `2026-11`
 * @returns undefined when they have none
 */
export async function findPlacesOfMonths(
  client: PoolClient,
  from: string,
  until: string,
): Promise<[begin: number, end: number] | undefined> {
  const { rows } = await client.query<{ first: string | null; last: string | null }>(
    `select min(leaf_index) as first, max(leaf_index) as last from query_log
     where asked_at >= $1::timestamp at time zone 'Asia/Taipei' and asked_at < ($2::timestamp + interval '1 month') at time zone 'Asia/Taipei'`,
    [`${from}-01`, `${until}-01`],
  );
  const { first = null, last = null } = rows[0] ?? {};
  return first === null || last === null ? undefined : [Number(first), Number(last) + 1];
}

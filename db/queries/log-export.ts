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

/**
 * Has the client see the log as it is now until `rollback`, while it grows on. A month that is disposed of goes whole, whatever snapshots see:
 * so disposals wait from before the snapshot begins.
 */
export async function beginSnapshot(client: PoolClient): Promise<void> {
  await client.query("begin isolation level repeatable read read only; lock table query_log in access share mode");
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

/** A signed note of the log. */
export interface StoredNote {
  readonly note: string;
  /** Whether a witness cosigned it. */
  readonly cosigned: boolean;
}

/** The log's signed notes: first the newest checkpoint, then the last of each day and the last that each witness cosigned. */
export async function readSignedNotes(client: PoolClient): Promise<StoredNote[]> {
  const { rows } = await client.query<StoredNote>(`
    select signed_note as note, cosigned from (
      select signed_note, tree_size, signed_at, false as cosigned from log_checkpoint
      union all select signed_note, tree_size, cosigned_at, true from log_cosignature
    ) notes order by cosigned, tree_size desc, signed_at desc`);
  return rows;
}

/** Neighbouring places whose entries were disposed of with their month. */
export interface StoredDisposal {
  readonly begin: number;
  readonly end: number;
  /** `2026-11` */
  readonly month: string;
  /** Of the whole month. */
  readonly entries: number;
  readonly approvedBy: string;
  /** ISO 8601 */
  readonly disposedAt: string;
}

/** All that was disposed of, by its places. */
export async function readDisposals(client: PoolClient): Promise<StoredDisposal[]> {
  const { rows } = await client.query<StoredDisposal>(`
    select (run->>0)::float8 as begin, (run->>1)::float8 + 1 as end, to_char(month, 'YYYY-MM') as month, entries::float8 as entries,
      approved_by as "approvedBy", to_char(disposed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "disposedAt"
    from log_disposal, jsonb_array_elements(leaf_ranges) run order by 1`);
  return rows;
}

/**
 * The places, from the first up to and without the one after the last, where the entries of some months (of Asia/Taipei) lie, or lay.
 * @param from `2026-11`
 * @returns when they have none, the place where they would lie, twice
 */
export async function findPlacesOfMonths(client: PoolClient, from: string, until: string): Promise<[begin: number, end: number]> {
  const { rows } = await client.query<{ first: number | null; last: number | null }>(
    `select min(first)::float8 as first, max(last)::float8 as last from (
       select min(leaf_index) as first, max(leaf_index) as last from query_log
       where asked_at >= $1::timestamp at time zone 'Asia/Taipei' and asked_at < ($2::timestamp + interval '1 month') at time zone 'Asia/Taipei'
       union all select (run->>0)::bigint, (run->>1)::bigint from log_disposal, jsonb_array_elements(leaf_ranges) run
       where month between $1::date and $2::date
     ) places`,
    [`${from}-01`, `${until}-01`],
  );
  const { first = null, last = null } = rows[0] ?? {};
  if (first !== null && last !== null) return [first, last + 1];
  const { rows: before } = await client.query<{ place: number }>(
    `select coalesce(max(last) + 1, 0)::float8 as place from (
       select max(leaf_index) as last from query_log where asked_at < $1::timestamp at time zone 'Asia/Taipei'
       union all select (run->>1)::bigint from log_disposal, jsonb_array_elements(leaf_ranges) run where month < $1::date
     ) places`,
    [`${from}-01`],
  );
  const { place = 0 } = before[0] ?? {};
  return [place, place];
}

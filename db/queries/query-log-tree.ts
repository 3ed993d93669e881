import type { Pool } from "pg";
import { byteaArray, int4Array } from "../binary-array.ts";

/** A pool, or a client within its transaction. */
export type Queryable = Pick<Pool, "query">;

/** One tile of the log's tree: C2SP tlog-tiles; 1 to 256 hashes of 32 bytes. */
export interface LogTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Buffer;
}

/** A leaf as the tree takes it. */
export interface LoggedLeaf {
  readonly leafIndex: number;
  /** SHA-256(0x00 ‖ entry), made anew from the bytes: 32 bytes. */
  readonly leafHash: Buffer;
  /** Whether the column that receipts come from says the same. */
  readonly columnAgrees: boolean;
}

/** Entries that the log holds. */
export async function getLogSize(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ size: string }>("select size from log_head");
  return Number((rows[0] as { size: string }).size);
}

/** Locks the tree until the transaction ends. @returns its leaves so far; undefined while somebody else makes it grow */
export async function lockLogTree(client: Queryable): Promise<number | undefined> {
  const { rows } = await client.query<{ size: string }>("select size from log_tree for update skip locked");
  return rows[0] === undefined ? undefined : Number(rows[0].size);
}

/** The leaves from `first` on, in their order, at most `limit`. */
export async function readLeaves(client: Queryable, first: number, limit: number): Promise<LoggedLeaf[]> {
  const { rows } = await client.query<{ leaf_index: string; leaf: Buffer; agrees: boolean }>({
    name: "read-leaves",
    text: `select leaf_index, leaf, leaf = leaf_hash as agrees
      from (select leaf_index, leaf_hash, sha256('\\x00'::bytea || entry) as leaf from query_log where leaf_index >= $1 and leaf_index < $2) read
      order by leaf_index limit $3`,
    // One more than there are places tells that a place is taken twice, however often.
    values: [first, first + limit, limit + 1],
  });
  return rows.map(({ leaf_index, leaf, agrees }) => ({ leafIndex: Number(leaf_index), leafHash: leaf, columnAgrees: agrees }));
}

/** The hashes of a tile, as far as it has grown. */
export async function findTile(client: Queryable, level: number, index: number): Promise<Buffer | undefined> {
  const { rows } = await client.query<{ hashes: Buffer }>({
    name: "find-tile",
    text: "select hashes from log_tile where level = $1 and tile_index = $2",
    values: [level, index],
  });
  return rows[0]?.hashes;
}

/** Stores new tiles and those that grew, and with them the tree's size. */
export async function storeTiles(client: Queryable, size: number, tiles: readonly LogTile[]): Promise<void> {
  await client.query({
    name: "store-tiles",
    text: `insert into log_tile (level, tile_index, hashes) select * from unnest($1::int4[], $2::int4[], $3::bytea[])
      on conflict (level, tile_index) do update set hashes = excluded.hashes`,
    values: [
      int4Array(tiles.map(({ level }) => level)),
      int4Array(tiles.map(({ index }) => index)),
      byteaArray(tiles.map(({ hashes }) => hashes)),
    ],
  });
  await client.query("update log_tree set size = $1", [size]);
}

/** A signed checkpoint on record. */
export interface CheckpointOnRecord {
  readonly treeSize: number;
  /** C2SP signed note. */
  readonly signedNote: string;
}

/** The newest checkpoint of an origin, or of any. */
export async function findLatestCheckpoint(client: Queryable, origin?: string): Promise<CheckpointOnRecord | undefined> {
  const { rows } = await client.query<{ tree_size: string; signed_note: string }>({
    name: "find-latest-checkpoint",
    text: "select tree_size, signed_note from log_checkpoint where origin = coalesce($1, origin) order by tree_size desc, signed_at desc limit 1",
    values: [origin],
  });
  return rows[0] && { treeSize: Number(rows[0].tree_size), signedNote: rows[0].signed_note };
}

/** Puts a checkpoint on record, in place of the one that its day had. */
export async function recordCheckpoint(
  client: Queryable,
  { origin, treeSize, signedNote, signedAt }: CheckpointOnRecord & { readonly origin: string; readonly signedAt: Date },
): Promise<void> {
  await client.query({
    name: "record-checkpoint",
    text: `insert into log_checkpoint (origin, signed_on, tree_size, signed_note, signed_at)
      values ($1, ($4::timestamptz at time zone 'Asia/Taipei')::date, $2, $3, $4)
      on conflict (origin, signed_on) do update set tree_size = excluded.tree_size, signed_note = excluded.signed_note, signed_at = excluded.signed_at`,
    values: [origin, treeSize, signedNote, signedAt],
  });
}

/** How the log fares, in numbers. */
export interface LogMeasures {
  readonly entries: number;
  /** Entries that the newest checkpoint covers, and when it was signed (epoch seconds); 0 without one. */
  readonly signedEntries: number;
  readonly signedAt: number;
  /** What was found against the log and is not settled: how often, by code. */
  readonly disagreements: Readonly<Record<string, number>>;
  /** When each witness was last heard of (epoch seconds), by name. */
  readonly witnesses: Readonly<Record<string, number>>;
}

/** Measures the log for those who watch the platform. */
export async function measureLog(client: Queryable): Promise<LogMeasures> {
  const { rows } = await client.query<LogMeasures>(`
    select size::float8 as entries, coalesce(c.tree_size, 0)::float8 as "signedEntries", coalesce(extract(epoch from c.signed_at), 0)::float8 as "signedAt",
      (select coalesce(jsonb_object_agg(code, times), '{}') from (select code, count(*) as times from open_log_disagreement group by code) found) as disagreements,
      (select coalesce(jsonb_object_agg(witness_name, extract(epoch from heard_at)), '{}') from log_witness_heard) as witnesses
    from log_head left join lateral (select * from log_checkpoint order by signed_at desc limit 1) c on true`);
  return rows[0] as LogMeasures;
}

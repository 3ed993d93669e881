import type { PoolClient } from "pg";
import {
  findPlacesOfMonths,
  readEntries,
  readEntriesOutside,
  readSignedNotes,
  readTiles,
  type StoredEntry,
} from "../../db/queries/log-export.ts";
import { parseCheckpoint } from "../transparency/checkpoint.ts";
import { parseNote } from "../transparency/note.ts";
import { TILE_WIDTH } from "../transparency/tile-place.ts";
import { bundlesOf } from "./bundle-path.ts";
import { formatColumns } from "./columns.ts";
import type { Manifest } from "./manifest.ts";
import type { LogRow, LogSource } from "./write-export.ts";

/** First and last month, `2026-11`, of Asia/Taipei. */
export interface Months {
  readonly from: string;
  readonly until: string;
}

/**
 * The log in a database, as the snapshot that the client has begun sees it.
 * @param months undefined: the whole log
 * @throws Error in one sentence when there is nothing to export yet
 */
export async function openDatabaseSource(client: PoolClient, months: Months | undefined, exportedAt: Date): Promise<LogSource> {
  const [checkpoint, ...notes] = await readSignedNotes(client);
  if (checkpoint === undefined)
    throw new Error("The log has no signed checkpoint yet: a worker signs one within seconds of the first entry.");
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  const [begin, end] = months === undefined ? [0, size] : ((await findPlacesOfMonths(client, months.from, months.until)) ?? [0, 0]);
  const [beginBundle, endBundle] = [Math.floor(begin / TILE_WIDTH), bundlesOf(Math.min(end, size))];
  return {
    size,
    entries: Math.min(endBundle * TILE_WIDTH, size) - beginBundle * TILE_WIDTH,
    checkpoint,
    notes: notes.filter((note) => isProvable(sizeOf(note), size, beginBundle, endBundle)),
    manifest: {
      exportedAt: exportedAt.toISOString(),
      months: months ?? null,
      beginBundle,
      endBundle,
      keys: keysOf([checkpoint, ...notes]),
      disposed: [],
    },
    readRows: async (from, until) => (await readEntries(client, from, until)).map(toRow),
    readRowsOutside: async () => (await readEntriesOutside(client)).map(toRow),
    readTiles: (level, from, until) => readTiles(client, level, from, until),
  };
}

/** Whether the tiles of the export tell the root at a size; what claims a larger size than the newest is evidence in any case. */
function isProvable(size: number, newest: number, beginBundle: number, endBundle: number): boolean {
  const bundle = Math.floor(size / TILE_WIDTH);
  return size >= newest || size % TILE_WIDTH === 0 || (beginBundle <= bundle && bundle < endBundle);
}

function sizeOf(note: string): number {
  return parseCheckpoint(parseNote(note).text).size;
}

function keysOf(notes: readonly string[]): Manifest["keys"] {
  return [...new Set(notes.flatMap((note) => parseNote(note).signatures.map(({ name, keyId }) => `${name}+${keyId}`)))];
}

function toRow({ index, columns, entry }: StoredEntry): LogRow {
  return { index, columns: formatColumns(columns), entry };
}

import type { PoolClient } from "pg";
import {
  findPlacesOfMonths,
  readDisposals,
  readEntries,
  readEntriesOutside,
  readSignedNotes,
  readTiles,
  type StoredDisposal,
  type StoredEntry,
} from "../../db/queries/log-export.ts";
import { parseCheckpoint } from "../transparency/checkpoint.ts";
import { parseNote } from "../transparency/note.ts";
import { TILE_WIDTH } from "../transparency/tile-place.ts";
import { bundlesOf } from "./bundle-path.ts";
import { formatColumns } from "./columns.ts";
import type { DisposedRange, Manifest } from "./manifest.ts";
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
  const [newest, ...others] = await readSignedNotes(client);
  if (newest === undefined || newest.cosigned)
    throw new Error("The log has no signed checkpoint yet: a worker signs one within seconds of the first entry.");
  const checkpoint = newest.note;
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  const [beginBundle, endBundle] =
    months === undefined ? [0, bundlesOf(size)] : bundlesAround(await findPlacesOfMonths(client, months.from, months.until), size);
  const disposals = await readDisposals(client);
  return {
    size,
    entries: Math.min(endBundle * TILE_WIDTH, size) - beginBundle * TILE_WIDTH,
    checkpoint,
    notes: others
      .filter(({ note, cosigned }) => cosigned || isProvable(sizeOf(note), size, beginBundle, endBundle))
      .map(({ note }) => note),
    manifest: {
      exportedAt: exportedAt.toISOString(),
      months: months ?? null,
      beginBundle,
      endBundle,
      keys: keysOf([checkpoint, ...others.map(({ note }) => note)]),
      disposed: disposals
        .filter(({ begin, end }) => begin < Math.min(endBundle * TILE_WIDTH, size) && end > beginBundle * TILE_WIDTH)
        .map(toDisposedRange),
    },
    readRows: async (from, until) => (await readEntries(client, from, until)).map(toRow),
    readRowsOutside: async () => (await readEntriesOutside(client)).map(toRow),
    readTiles: (level, from, until) => readTiles(client, level, from, until),
  };
}

/** The bundles of some places and one more on each side, whose entries tell that none of the months is left out. */
function bundlesAround([begin, end]: readonly [number, number], size: number): [number, number] {
  const bundles = bundlesOf(size);
  const beginBundle = Math.max(0, Math.min(Math.floor(begin / TILE_WIDTH), bundles) - 1);
  return [beginBundle, Math.min(bundlesOf(end) + 1, bundles)];
}

/** What was disposed of, with its certificate in words. */
function toDisposedRange({ begin, end, month, entries, approvedBy, disposedAt }: StoredDisposal): DisposedRange {
  const certificate = `all ${entries} entries of the month, approved by ${approvedBy}, disposed of at ${disposedAt}.`;
  return { begin, end, month, certificate };
}

/** Whether the tiles that the export has anyway tell the root at a size; what claims a larger size than the newest is evidence in any case. */
function isProvable(size: number, newest: number, beginBundle: number, endBundle: number): boolean {
  const bundle = Math.floor(size / TILE_WIDTH);
  return bundle >= Math.floor(newest / TILE_WIDTH) || size % TILE_WIDTH === 0 || (beginBundle <= bundle && bundle < endBundle);
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

import { parseCheckpoint } from "../transparency/checkpoint.ts";
import { formatEntryBundle } from "../transparency/entry-bundle.ts";
import { leafHash } from "../transparency/leaf.ts";
import { parseNote } from "../transparency/note.ts";
import { formatTilePath } from "../transparency/tile-path.ts";
import { TILE_WIDTH, tilesOf } from "../transparency/tile-place.ts";
import { HASH_BYTES } from "../transparency/tree.ts";
import { bundleWidth, formatBundlePath } from "./bundle-path.ts";
import {
  CHECKPOINT_FILE,
  formatManifest,
  isDisposed,
  MANIFEST_FILE,
  type Manifest,
  NOTES,
  SURPLUS_FILE,
  type Surplus,
} from "./manifest.ts";
import { localHeader } from "./zip-file.ts";

/** A row of the log: its place, its columns as a line of JSON, its canonical bytes. */
export interface LogRow {
  readonly index: number;
  readonly columns: string;
  readonly entry: Buffer;
}

/** The log as one snapshot sees it; what is wrong there is exported as it is. */
export interface LogSource {
  /** The tree's size in the checkpoint that bounds the export, and that checkpoint as a signed note. */
  readonly size: number;
  /** How many entries the export will hold when all are there. */
  readonly entries: number;
  readonly checkpoint: string;
  /** Other signed notes of the log: the last of each day, and the last that each witness cosigned. */
  readonly notes: readonly string[];
  readonly manifest: Omit<Manifest, "format">;
  /** Rows from `begin` up to and without `end`, in the order of their places; a place may have none or several. */
  readRows(begin: number, end: number): Promise<readonly LogRow[]>;
  /** Rows whose place is none of the log's, some thousand at most. */
  readRowsOutside(): Promise<readonly LogRow[]>;
  /** A level's tiles from `begin` up to and without `end`, by index; tiles may have grown since the checkpoint. */
  readTiles(level: number, begin: number, end: number): Promise<ReadonlyMap<number, Buffer>>;
}

/** Bundles, and tiles, that are read at once: bounds the memory. */
const BUNDLES_AT_ONCE = 8;
const TILES_AT_ONCE = 256;
const MOST_SURPLUS_SHOWN = 1000;
const NOTHING = Buffer.alloc(0);

/**
 * The export's files, one after the other, as bytes of a ZIP without its directory.
 * @param progress told how many entries are written
 * @throws RangeError for an entry that is too long for a bundle
 */
export async function* exportedFiles(source: LogSource, progress: (entries: number) => void): AsyncGenerator<Buffer> {
  const { size, manifest } = source;
  const surplus: Surplus = { rows: 0, shown: [] };
  yield* file(CHECKPOINT_FILE, Buffer.from(source.checkpoint));
  yield* file(MANIFEST_FILE, formatManifest(manifest));
  for (const [place, note] of source.notes.entries()) yield* file(`${NOTES}${String(place).padStart(6, "0")}`, Buffer.from(note));
  yield* upperTiles(source);
  for (let begin = manifest.beginBundle; begin < manifest.endBundle; begin += BUNDLES_AT_ONCE) {
    const end = Math.min(begin + BUNDLES_AT_ONCE, manifest.endBundle);
    yield* bundles(source, begin, end, surplus);
    progress(Math.min(end * TILE_WIDTH, size) - manifest.beginBundle * TILE_WIDTH);
  }
  for (const index of loneTiles(source)) yield* leafTile(size, index, (await source.readTiles(0, index, index + 1)).get(index));
  addSurplus(surplus, await source.readRowsOutside());
  if (surplus.rows > 0) yield* file(SURPLUS_FILE, Buffer.from(JSON.stringify(surplus, null, 2)));
}

/** Bundles that aren't here and whose leaf hashes a signed root takes, since it cuts them: the export's own, and those of other notes. */
function loneTiles({ size, notes, manifest }: LogSource): number[] {
  const sizes = [size, ...notes.map((note) => parseCheckpoint(parseNote(note).text).size).filter((other) => other < size)];
  const cut = sizes.filter((other) => other % TILE_WIDTH > 0).map((other) => Math.floor(other / TILE_WIDTH));
  return [...new Set(cut)].filter((index) => index < manifest.beginBundle || index >= manifest.endBundle).sort((one, other) => one - other);
}

function* file(name: string, data: Buffer): Generator<Buffer> {
  yield localHeader(name, data);
  yield data;
}

async function* upperTiles({ size, readTiles }: LogSource): AsyncGenerator<Buffer> {
  let read: ReadonlyMap<number, Buffer> = new Map();
  for (const { level, index, width } of tilesOf(Math.floor(size / TILE_WIDTH))) {
    if (index % TILES_AT_ONCE === 0) read = await readTiles(level + 1, index, index + TILES_AT_ONCE);
    const tile = read.get(index);
    if (tile !== undefined) yield* file(formatTilePath({ level: level + 1, index, width }), tile.subarray(0, width * HASH_BYTES));
  }
}

async function* bundles(source: LogSource, begin: number, end: number, surplus: Surplus): AsyncGenerator<Buffer> {
  const { size, manifest } = source;
  const rows = await source.readRows(begin * TILE_WIDTH, Math.min(end * TILE_WIDTH, size));
  const tiles = await source.readTiles(0, begin, end);
  const rowsAt = Map.groupBy(rows, ({ index }) => index);
  for (let index = begin; index < end; index += 1) {
    const width = bundleWidth(size, index);
    const first = index * TILE_WIDTH;
    const tile = tiles.get(index);
    yield* leafTile(size, index, tile);
    const placed = Array.from({ length: width }, (_, place) => {
      const [row, ...others] = sortByTile(rowsAt.get(first + place) ?? [], tile, place);
      addSurplus(surplus, others);
      return row;
    });
    if (placed.every((row) => row === undefined) && isDisposed(manifest.disposed, first, first + width)) continue;
    yield* file(formatBundlePath({ part: "entries", index, width }), formatEntryBundle(placed.map((row) => row?.entry ?? NOTHING)));
    yield* file(
      formatBundlePath({ part: "columns", index, width }),
      Buffer.from(placed.map((row) => `${row?.columns ?? null}\n`).join("")),
    );
  }
}

function* leafTile(size: number, index: number, tile: Buffer | undefined): Generator<Buffer> {
  const width = bundleWidth(size, index);
  if (tile !== undefined) yield* file(formatBundlePath({ part: "tile", index, width }), tile.subarray(0, width * HASH_BYTES));
}

/** Of several rows in one place, the one that the tile tells stands first. */
function sortByTile(rows: readonly LogRow[], tile: Buffer | undefined, place: number): readonly LogRow[] {
  const hash = tile?.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);
  const told = rows.length > 1 && hash !== undefined ? rows.find(({ entry }) => leafHash(entry).equals(hash)) : undefined;
  return told === undefined ? rows : [told, ...rows.filter((row) => row !== told)];
}

function addSurplus(surplus: Surplus, rows: readonly LogRow[]): void {
  surplus.rows += rows.length;
  surplus.shown.push(...rows.slice(0, MOST_SURPLUS_SHOWN - surplus.shown.length).map(({ index, columns }) => ({ index, columns })));
}

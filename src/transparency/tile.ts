import { rangeHash } from "./subtree.ts";
import { TILE_WIDTH, type TilePlace, tileWidth } from "./tile-place.ts";
import { HASH_BYTES, isCount, perfectRoot } from "./tree.ts";

const TILE_BYTES = TILE_WIDTH * HASH_BYTES;

/** A tile as it is stored: `hashes` are 1 to 256 times 32 bytes. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Buffer;
}

/** A tree after leaves were appended. */
export interface GrownTree {
  readonly size: number;
  readonly root: Buffer;
  /** New tiles, and those that became longer or full, whole; lower levels first. */
  readonly tiles: readonly Tile[];
}

/** A stored tile is missing, or isn't as long as the tree's size says: what is stored and the size don't belong together. */
export class TileMismatch extends Error {
  override name = "TileMismatch";
  readonly place: TilePlace;

  constructor(place: TilePlace, bytes: Uint8Array | undefined) {
    super(
      `Tile ${place.index} of level ${place.level} has ${bytes?.length ?? 0} bytes, not ${place.width * HASH_BYTES}: restore the log's tiles.`,
    );
    this.place = place;
  }
}

/**
 * Appends leaves to a tree that is stored as tiles.
 * @param oldSize leaves so far
 * @param leafHashes 32 bytes each, in the order of the log
 * @param read the hashes of a partial tile of the old tree, exactly; it is asked for no others than `partialTiles(oldSize)` names
 * @throws TileMismatch when `read` gives a tile of another length, or none
 * @clause 4(1)5
 */
export function growTree(
  oldSize: number,
  leafHashes: readonly Uint8Array[],
  read: (level: number, index: number) => Uint8Array | undefined,
): GrownTree {
  if (!isCount(oldSize) || leafHashes.some(({ length }) => length !== HASH_BYTES)) {
    throw new RangeError("A size is a whole number, and a leaf hash has 32 bytes.");
  }
  const readWhole = (level: number, index: number) =>
    wholeTile({ level, index, width: tileWidth(oldSize, level, index) }, read(level, index));
  const size = oldSize + leafHashes.length;
  const tiles: Tile[] = [];
  let fresh = Buffer.concat(leafHashes);
  for (let level = 0, first = oldSize; fresh.length > 0; level += 1, first = Math.floor(first / TILE_WIDTH)) {
    const index = Math.floor(first / TILE_WIDTH);
    const hashes = first % TILE_WIDTH === 0 ? fresh : Buffer.concat([readWhole(level, index), fresh]);
    const grown = cutIntoTiles(level, index, hashes);
    tiles.push(...grown);
    fresh = Buffer.concat(grown.filter((tile) => tile.hashes.length === TILE_BYTES).map((tile) => perfectRoot(tile.hashes)));
  }
  // Of each level the root takes the partial tile alone, which is the last.
  const tileAt = (level: number, index: number) => tiles.findLast((tile) => tile.level === level)?.hashes ?? readWhole(level, index);
  return { size, root: rangeHash([0, size], tileAt), tiles };
}

function cutIntoTiles(level: number, firstIndex: number, hashes: Buffer): Tile[] {
  return Array.from({ length: Math.ceil(hashes.length / TILE_BYTES) }, (_, place) => ({
    level,
    index: firstIndex + place,
    hashes: hashes.subarray(place * TILE_BYTES, (place + 1) * TILE_BYTES),
  }));
}

function wholeTile(place: TilePlace, bytes: Uint8Array | undefined): Buffer {
  if (bytes?.length !== place.width * HASH_BYTES) throw new TileMismatch(place, bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

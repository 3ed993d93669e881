/** Hashes in a full tile: C2SP tlog-tiles, height 8. */
export const TILE_WIDTH = 256;

/** Which tile, and how many hashes of it. */
export interface TilePlace {
  /** 0: leaf hashes; above, each hash is the root over a full tile of the level below. */
  readonly level: number;
  readonly index: number;
  /** 1 to 256; less than 256 is a partial tile. */
  readonly width: number;
}

/** How many hashes a tile has in a tree of `size`: 0 to 256. */
export function tileWidth(size: number, level: number, index: number): number {
  return Math.min(Math.max(Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH, 0), TILE_WIDTH);
}

/** All tiles of a tree of `size`, level by level from the leaves, each from left to right. */
export function* tilesOf(size: number): Generator<TilePlace> {
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH)) {
    for (let index = 0; index * TILE_WIDTH < hashes; index += 1) yield { level, index, width: tileWidth(size, level, index) };
  }
}

/** The partial tiles of a tree of `size`: at most one a level, and all that appending and the root need. */
export function partialTiles(size: number): TilePlace[] {
  const places: TilePlace[] = [];
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const width = hashes % TILE_WIDTH;
    if (width > 0) places.push({ level, index: Math.floor(hashes / TILE_WIDTH), width });
  }
  return places;
}

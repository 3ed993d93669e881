import { TILE_WIDTH, type TilePlace, tileWidth } from "./tile-place.ts";
import { HASH_BYTES, joinPeaks, perfectRoot } from "./tree.ts";

/** Leaves from `begin` up to and without `end`, as RFC 6962 writes D[begin:end]. */
export type LeafRange = readonly [begin: number, end: number];

/** Hashes of neighbours in one tile whose joint hash is that of a perfect subtree. */
interface TilePart {
  readonly level: number;
  readonly index: number;
  readonly offset: number;
  readonly count: number;
}

/** The largest power of two that is not greater. */
export function largestPower(limit: number): number {
  let power = 1;
  while (2 * power <= limit) power *= 2;
  return power;
}

/** The tiles, in a tree of `size`, that the hash over a range is computed from. */
export function tilesFor(range: LeafRange, size: number): TilePlace[] {
  return tileParts(range).map(({ level, index }) => ({ level, index, width: tileWidth(size, level, index) }));
}

/**
 * The Merkle tree hash over a range (RFC 6962 §2.1), which must be one that the RFC's recursion meets.
 * @param tileAt the hashes of the tiles that `tilesFor` names
 */
export function rangeHash(range: LeafRange, tileAt: (level: number, index: number) => Buffer): Buffer {
  return joinPeaks(
    tileParts(range).map(({ level, index, offset, count }) =>
      perfectRoot(tileAt(level, index).subarray(offset * HASH_BYTES, (offset + count) * HASH_BYTES)),
    ),
  );
}

function tileParts([begin, end]: LeafRange): TilePart[] {
  const parts: TilePart[] = [];
  for (let at = begin; at < end; ) {
    const leaves = largestPower(end - at);
    parts.push(tilePart(at, leaves));
    at += leaves;
  }
  return parts;
}

function tilePart(begin: number, leaves: number): TilePart {
  let level = 0;
  let each = 1;
  while (each * TILE_WIDTH <= leaves) {
    level += 1;
    each *= TILE_WIDTH;
  }
  const first = begin / each;
  return { level, index: Math.floor(first / TILE_WIDTH), offset: first % TILE_WIDTH, count: leaves / each };
}

import { type LeafRange, largestPower, rangeHash, tilesFor } from "./subtree.ts";
import { TileMismatch } from "./tile.ts";
import type { TilePlace } from "./tile-place.ts";
import { HASH_BYTES, isCount } from "./tree.ts";

/**
 * Reads a tile's first `width` hashes; more do no harm, since a tile only ever grows at its end.
 * It is asked for each tile once a call, for all of them at the same time.
 */
export type ReadTile = (level: number, index: number, width: number) => Promise<Uint8Array | undefined>;

/**
 * The root that the tree had when it had `size` leaves.
 * @throws TileMismatch when a tile is missing or too short; the same for the proofs
 */
export async function rootAt(size: number, read: ReadTile): Promise<Buffer> {
  const [root] = await hashRanges([[0, size]], size, read);
  return root as Buffer;
}

/**
 * The audit path of a leaf, RFC 6962 §2.1.1.
 * @returns 32 bytes each, from the leaf to the root
 * @throws RangeError when the tree has no such leaf
 */
export async function proveInclusion(index: number, size: number, read: ReadTile): Promise<Buffer[]> {
  if (!isCount(index) || !isCount(size) || index >= size) throw new RangeError(`A tree of ${size} leaves has no leaf ${index}.`);
  const siblings: LeafRange[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = splitOf(begin, end);
    siblings.unshift(index < middle ? [middle, end] : [begin, middle]);
    if (index < middle) end = middle;
    else begin = middle;
  }
  return hashRanges(siblings, size, read);
}

/**
 * The proof that the tree of `newSize` begins with the tree of `oldSize`, RFC 6962 §2.1.2. From nothing, and between equal sizes, it is empty.
 * @throws RangeError when the old tree would be the larger one
 */
export async function proveConsistency(oldSize: number, newSize: number, read: ReadTile): Promise<Buffer[]> {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize)
    throw new RangeError(`A tree of ${newSize} can't begin with one of ${oldSize}.`);
  if (oldSize === 0) return [];
  const siblings: LeafRange[] = [];
  let [begin, end] = [0, newSize];
  while (end !== oldSize) {
    const middle = splitOf(begin, end);
    siblings.unshift(oldSize <= middle ? [middle, end] : [begin, middle]);
    if (oldSize <= middle) end = middle;
    else begin = middle;
  }
  // A perfect subtree at the old tree's end isn't its root, which the verifier has: it has to be told.
  return hashRanges(begin === 0 ? siblings : [[begin, end], ...siblings], newSize, read);
}

/** Where RFC 6962 cuts: after the largest power of two that is smaller than the number of leaves. */
function splitOf(begin: number, end: number): number {
  return begin + largestPower(end - begin - 1);
}

async function hashRanges(ranges: readonly LeafRange[], size: number, read: ReadTile): Promise<Buffer[]> {
  const places = new Map(ranges.flatMap((range) => tilesFor(range, size)).map((place) => [key(place.level, place.index), place]));
  const tiles = new Map(await Promise.all([...places].map(async ([name, place]) => [name, await readTile(place, read)] as const)));
  return ranges.map((range) => rangeHash(range, (level, index) => tiles.get(key(level, index)) as Buffer));
}

function key(level: number, index: number): string {
  return `${level}/${index}`;
}

async function readTile(place: TilePlace, read: ReadTile): Promise<Buffer> {
  const bytes = await read(place.level, place.index, place.width);
  const expected = place.width * HASH_BYTES;
  if (bytes === undefined || bytes.length < expected) throw new TileMismatch(place, bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, expected);
}

import { rangeHash } from "../transparency/subtree.ts";
import { TILE_WIDTH, tileWidth } from "../transparency/tile-place.ts";
import { EMPTY_ROOT, HASH_BYTES, perfectRoot } from "../transparency/tree.ts";

/** A tree's hashes above the leaves: an eighth of a byte an entry. */
export class TreeLevels {
  readonly size: number;
  /** By level, from 1 on: the hashes of its tiles, one after the other. */
  readonly hashes: readonly Buffer[];
  /** Leaf hashes after the last full bundle, which the root needs. */
  edge: Buffer;

  constructor(size: number) {
    this.size = size;
    const hashes: Buffer[] = [Buffer.alloc(0)];
    for (let count = Math.floor(size / TILE_WIDTH); count > 0; count = Math.floor(count / TILE_WIDTH))
      hashes.push(Buffer.alloc(count * HASH_BYTES));
    this.hashes = hashes;
    this.edge = Buffer.alloc((size % TILE_WIDTH) * HASH_BYTES);
  }

  /** A tile as a view. */
  tile(level: number, index: number): Buffer {
    const begin = index * TILE_WIDTH * HASH_BYTES;
    return level === 0 ? this.edge : (this.hashes[level]?.subarray(begin, begin + TILE_WIDTH * HASH_BYTES) ?? Buffer.alloc(0));
  }

  hash(level: number, place: number): Buffer {
    return this.hashes[level]?.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES) ?? Buffer.alloc(0);
  }

  /** Makes the levels above 1 from level 1. */
  climb(): void {
    for (let level = 2; level < this.hashes.length; level += 1) {
      const count = (this.hashes[level] as Buffer).length / HASH_BYTES;
      for (let index = 0; index < count; index += 1) this.hash(level, index).set(perfectRoot(this.tile(level - 1, index)));
    }
  }

  /**
   * The root that the tree had at a size.
   * @param leafTile the hashes of a tile of leaves, asked for at most once; the edge when not given
   */
  rootAt(size: number, leafTile: (index: number) => Buffer = () => this.edge): Buffer {
    return size === 0 ? EMPTY_ROOT : rangeHash([0, size], (level, index) => (level === 0 ? leafTile(index) : this.tile(level, index)));
  }
}

/** Where the signed root leads, as far down as it can be followed. */
export interface SignedTree {
  /** What gives the signed root. */
  readonly source: "tiles" | "entries" | "neither";
  readonly levels: TreeLevels;
  /** Tiles of the export, from level 1 up, that aren't what was signed. */
  readonly changed: readonly { readonly level: number; readonly index: number }[];
  /** Tiles from level 1 up of which neither the export's own nor the one from the entries is what was signed; those under them aren't named. */
  readonly lost: readonly { readonly level: number; readonly index: number }[];
  /** Whether a hash of level 1 is one that was signed. */
  isSigned(bundle: number): boolean;
}

/**
 * Follows the signed root down: at every tile the export's own is taken when it fits, else the one that the entries give.
 * @param tiles as the export holds them
 * @param computed from the entries
 */
export function followRoot(tiles: TreeLevels, computed: TreeLevels, root: Buffer): SignedTree {
  const { size } = tiles;
  const source = tiles.rootAt(size).equals(root) ? "tiles" : computed.rootAt(size).equals(root) ? "entries" : "neither";
  const levels = new TreeLevels(size);
  levels.edge = source === "entries" ? computed.edge : tiles.edge;
  const changed: { level: number; index: number }[] = [];
  const lost: { level: number; index: number }[] = [];
  const unknown = new Set<string>();
  for (let level = levels.hashes.length - 1; level > 0; level -= 1) {
    for (let index = 0; tileWidth(size, level, index) > 0; index += 1) {
      const [own, made] = [tiles.tile(level, index), computed.tile(level, index)];
      const isFull = tileWidth(size, level, index) === TILE_WIDTH;
      const isKnown = source !== "neither" && !(isFull && unknown.has(`${level + 1}/${Math.floor(index / TILE_WIDTH)}`));
      const fits = (tile: Buffer) => perfectRoot(tile).equals(levels.hash(level + 1, index));
      const choice = isFull ? [own, made].find((tile) => isKnown && fits(tile)) : source === "entries" ? made : own;
      if (isKnown && choice === undefined) lost.push({ level, index });
      if (!isKnown || choice === undefined) unknown.add(`${level}/${index}`);
      else if (!own.equals(choice)) changed.push({ level, index });
      levels.tile(level, index).set(choice ?? own);
    }
  }
  return { source, levels, changed, lost, isSigned: (bundle) => !unknown.has(`1/${Math.floor(bundle / TILE_WIDTH)}`) };
}

import { TILE_WIDTH, tileWidth } from "../transparency/tile-place.ts";
import { HASH_BYTES, perfectRoot } from "../transparency/tree.ts";
import { nameOf } from "./check-entry.ts";
import type { ThreadResult } from "./check-threads.ts";
import { type Finding, OUT_OF_ORDER } from "./finding.ts";
import type { Disagreement } from "./judge-bundles.ts";
import { type SignedTree, TreeLevels } from "./tree-levels.ts";

/** Bundles whose disagreement is kept to be judged; the others are counted. */
const MOST_DISAGREEMENTS = 4000;

/** The log as its entries give it, bundle by bundle. */
export class RecomputedLog {
  readonly disagreements: Disagreement[] = [];
  entries = 0;
  disposed = 0;
  readonly #levels: TreeLevels;
  readonly #tiles: TreeLevels;
  readonly #leaves = new Map<number, Pick<ThreadResult, "leaves" | "tile" | "root">>();
  /** Of tiles of leaves whose bundles aren't here: the hash over each full one, and those that are wanted. */
  readonly #loneRoots = new Map<number, Buffer>();
  readonly #lone = new Map<number, Buffer>();
  readonly #judged = new Set<number>();
  #latest = Number.NEGATIVE_INFINITY;

  /** @param tiles stand for the bundles that the export doesn't cover */
  constructor(tiles: TreeLevels) {
    this.#tiles = tiles;
    this.#levels = new TreeLevels(tiles.size);
    this.#levels.hashes[1]?.set(tiles.hashes[1] ?? []);
  }

  /** Takes the next bundle. @returns what its place among the others shows */
  add(result: ThreadResult): Finding[] {
    const { index, root, leaves, tile, mismatches, tileRoot, agrees } = result;
    this.entries += result.entries;
    this.disposed += result.disposed;
    const width = tileWidth(this.#levels.size, 0, index);
    if (root !== undefined) this.#levels.hash(1, index).set(root);
    else this.#levels.edge = Buffer.from(leaves ?? []);
    if (root === undefined && tile !== undefined) this.#tiles.edge = Buffer.from(tile);
    if (agrees && leaves !== undefined) this.#leaves.set(index, { leaves, tile, root });
    if (!agrees && this.disagreements.length < MOST_DISAGREEMENTS) {
      this.disagreements.push({ index, width, mismatches, root, tileRoot, tile });
      this.#leaves.set(index, { leaves, tile, root });
      if (tile !== undefined) this.#judged.add(index);
    }
    return this.#checkOrder(result);
  }

  /** A tile of leaves whose bundle isn't here; the partial one is the tree's right edge. @param isWanted whether its hashes are needed later */
  addLoneTile(index: number, tile: Buffer, isWanted: boolean): void {
    if (isWanted) this.#lone.set(index, tile);
    if (tile.length === TILE_WIDTH * HASH_BYTES) this.#loneRoots.set(index, perfectRoot(tile));
    else {
      this.#levels.edge = tile;
      this.#tiles.edge = tile;
    }
  }

  /** Of those the ones that aren't what was signed. */
  changedLoneTiles(signed: SignedTree): number[] {
    return [...this.#loneRoots]
      .filter(([index, root]) => signed.isSigned(index) && !signed.levels.hash(1, index).equals(root))
      .map(([index]) => index);
  }

  /** The tree over all of it. */
  finish(): TreeLevels {
    this.#levels.climb();
    return this.#levels;
  }

  /** The hash over a full bundle's entries. */
  rootOf(bundle: number): Buffer | undefined {
    return tileWidth(this.#levels.size, 0, bundle) === TILE_WIDTH ? this.#levels.hash(1, bundle) : undefined;
  }

  /** Whether a bundle's entries and tile disagree, so that it was judged by them. */
  isJudged(bundle: number): boolean {
    return this.#judged.has(bundle);
  }

  /** The leaf hashes of a wanted bundle: the entries', unless the tile is what was signed. */
  leavesOf(bundle: number, signed: SignedTree): Buffer | undefined {
    const { leaves, tile, root } = this.#leaves.get(bundle) ?? {};
    if (leaves === undefined) {
      const root = this.#loneRoots.get(bundle);
      return root === undefined || root.equals(signed.levels.hash(1, bundle)) ? this.#lone.get(bundle) : undefined;
    }
    const entriesFit = root === undefined ? signed.source === "entries" : signed.levels.hash(1, bundle).equals(root);
    return Buffer.from((!entriesFit && tile) || leaves);
  }

  /** An entry may not be of an earlier time than those before it. */
  #checkOrder({ earliest, latest, straggler }: ThreadResult): Finding[] {
    const limit = this.#latest - OUT_OF_ORDER;
    this.#latest = Math.max(this.#latest, latest);
    const late = earliest !== undefined && earliest.askedAt < limit ? earliest : straggler;
    if (late === undefined) return [];
    const { index, entryId, askedAt } = late;
    const what = `Entry ${index} was asked at ${new Date(askedAt).toISOString()}, and stands after entries of a later time.`;
    return [{ kind: "entry-time", index, ...nameOf(entryId), what }];
  }
}

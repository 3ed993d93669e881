import { leafHash } from "../../src/transparency/leaf.ts";
import { type GrownTree, growTree } from "../../src/transparency/tile.ts";
import { perfectRoot } from "../../src/transparency/tree.ts";

/** A log's tiles in memory, as a database keeps them: one row a tile, which grows until it is full. */
export class LogTiles {
  size = 0;
  readonly rows = new Map<string, Buffer>();
  /** What was read, in order. */
  readonly reads: string[] = [];

  append(entries: readonly Uint8Array[]): GrownTree {
    return this.appendHashes(entries.map(leafHash));
  }

  appendHashes(hashes: readonly Uint8Array[]): GrownTree {
    const grown = growTree(this.size, hashes, (level, index) => this.rows.get(`${level}/${index}`));
    for (const { level, index, hashes } of grown.tiles) this.rows.set(`${level}/${index}`, hashes);
    this.size = grown.size;
    return grown;
  }

  readonly read = async (level: number, index: number): Promise<Buffer | undefined> => {
    this.reads.push(`${level}/${index}`);
    return this.rows.get(`${level}/${index}`);
  };
}

/** As many different entries as wanted. */
export function entriesOf(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`entry ${index}`));
}

/** A log whose entries are all the same: any size of it fits in memory, since all full tiles of a level are equal. */
export class LargeLog {
  readonly size: number;
  readonly leaf = leafHash(Buffer.from("the same"));
  readonly reads: string[] = [];
  readonly #hashOf = [this.leaf];

  constructor(size: number) {
    this.size = size;
  }

  readonly read = async (level: number, index: number, width: number): Promise<Buffer> => {
    this.reads.push(`${level}/${index}`);
    while (this.#hashOf.length <= level) this.#hashOf.push(perfectRoot(tileOf(this.#hashOf.at(-1) as Buffer, 256)));
    return tileOf(this.#hashOf[level] as Buffer, width);
  };
}

function tileOf(hash: Buffer, width: number): Buffer {
  return Buffer.concat(Array.from({ length: width }, () => hash));
}

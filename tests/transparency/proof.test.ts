import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leafHash } from "../../src/transparency/leaf.ts";
import { proveConsistency, proveInclusion, rootAt } from "../../src/transparency/proof.ts";
import { verifyConsistency, verifyInclusion } from "../../src/transparency/proof-check.ts";
import { TileMismatch } from "../../src/transparency/tile.ts";
import { nodeHash } from "../../src/transparency/tree.ts";
import { entriesOf, LargeLog, LogTiles } from "../support/log-tiles.ts";
import { referenceConsistency, referenceInclusion, referenceRoot } from "../support/reference-tree.ts";

interface Probe {
  readonly case: string;
  readonly proof: string[];
  readonly wantErr: boolean;
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly leafHash: string;
  readonly root: string;
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
}

const bytes = (base64: string) => Buffer.from(base64, "base64");

describe("the 196 probes of transparency-dev/merkle (testdata at 417fb0c, Apache 2.0)", () => {
  const probes = readFileSync(join(import.meta.dirname, "merkle-proofs.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  const judged = probes.map((line) => JSON.parse(line) as Probe);

  test("§4(1)5 inclusion proofs are believed when they are right, and only then", () => {
    const inclusion = judged.filter(({ leafHash }) => leafHash !== undefined);
    expect(inclusion).toHaveLength(98);
    const believed = inclusion.filter((probe) =>
      verifyInclusion(bytes(probe.leafHash), probe.leafIdx, probe.treeSize, probe.proof.map(bytes), bytes(probe.root)),
    );
    expect(believed.map((probe) => probe.case)).toEqual(inclusion.filter(({ wantErr }) => !wantErr).map((probe) => probe.case));
  });

  test("§4(1)5 consistency proofs are believed when they are right, and only then", () => {
    const consistency = judged.filter(({ root1 }) => root1 !== undefined);
    expect(consistency).toHaveLength(98);
    const believed = consistency.filter((probe) =>
      verifyConsistency(probe.size1, bytes(probe.root1), probe.size2, bytes(probe.root2), probe.proof.map(bytes)),
    );
    expect(believed.map((probe) => probe.case)).toEqual(consistency.filter(({ wantErr }) => !wantErr).map((probe) => probe.case));
  });
});

/** A log of up to some hundred entries, so that it has tiles on two levels, with an older size of it. */
const logs = fc
  .integer({ min: 1, max: 600 })
  .chain((size) => fc.record({ size: fc.constant(size), old: fc.nat(size), index: fc.nat(size - 1), spoilt: fc.nat(), bit: fc.nat(7) }));
const entries = entriesOf(600);
const log = new LogTiles();
log.append(entries);

describe("proofs from tiles", () => {
  test("§4(1)5 are those of the RFC's own definition, for any size that the tree once had", async () => {
    await fc.assert(
      fc.asyncProperty(logs, async ({ size, old, index }) => {
        expect(await rootAt(size, log.read)).toEqual(referenceRoot(entries.slice(0, size)));
        expect(await proveInclusion(index, size, log.read)).toEqual(referenceInclusion(index, entries.slice(0, size)));
        const consistency = old === 0 ? [] : referenceConsistency(old, entries.slice(0, size));
        expect(await proveConsistency(old, size, log.read)).toEqual(consistency);
      }),
      { numRuns: 30 },
    );
  });

  test("§4(1)5 an inclusion proof holds, and no longer after any change of a bit, the index, the size or the number of hashes", async () => {
    await fc.assert(
      fc.asyncProperty(logs, async ({ size, index, spoilt, bit }) => {
        const root = await rootAt(size, log.read);
        const leaf = leafHash(entries[index] as Buffer);
        const proof = await proveInclusion(index, size, log.read);
        expect(verifyInclusion(leaf, index, size, proof, root)).toBe(true);
        for (const [brokenLeaf, brokenRoot, ...broken] of spoiled([leaf, root, ...proof], spoilt, bit)) {
          expect(verifyInclusion(brokenLeaf as Buffer, index, size, broken, brokenRoot as Buffer)).toBe(false);
        }
        for (const other of [index - 1, index + 1, index + 0.5, -1, Number.NaN, size]) {
          expect(verifyInclusion(leaf, other, size, proof, root)).toBe(false);
        }
        expect(verifyInclusion(leaf, index, size, [...proof, root], root)).toBe(false);
        expect(verifyInclusion(leaf, index, size, proof.slice(1), root)).toBe(size === 1);
        expect(verifyInclusion(leaf, index, 2 * size + 1, proof, root)).toBe(false);
      }),
    );
  });

  test("§4(1)5 a consistency proof holds, and no longer after any change of a bit, a size or the number of hashes", async () => {
    await fc.assert(
      fc.asyncProperty(logs, async ({ size, old, spoilt, bit }) => {
        fc.pre(old > 0 && old < size);
        const [oldRoot, root] = [await rootAt(old, log.read), await rootAt(size, log.read)];
        const proof = await proveConsistency(old, size, log.read);
        expect(verifyConsistency(old, oldRoot, size, root, proof)).toBe(true);
        for (const [brokenOld, brokenNew, ...broken] of spoiled([oldRoot, root, ...proof], spoilt, bit)) {
          expect(verifyConsistency(old, brokenOld as Buffer, size, brokenNew as Buffer, broken)).toBe(false);
        }
        for (const other of [0, old - 1, old + 1, size, size + 1, Number.NaN]) {
          expect(verifyConsistency(other, oldRoot, size, root, proof)).toBe(false);
        }
        expect(verifyConsistency(old, oldRoot, size, root, [...proof, root])).toBe(false);
        expect(verifyConsistency(old, oldRoot, size, root, proof.slice(1))).toBe(false);
      }),
    );
  });

  test("§4(1)5 every tree begins with nothing and with itself, by an empty proof", async () => {
    const [none, some, all] = await Promise.all([0, 300, 600].map((size) => rootAt(size, log.read)));
    for (const root of [none, some, all] as Buffer[]) expect(verifyConsistency(600, root, 600, all as Buffer, [])).toBe(root === all);
    for (const root of [none, some, all] as Buffer[]) expect(verifyConsistency(0, root, 300, some as Buffer, [])).toBe(root === none);
    expect(verifyConsistency(0, none as Buffer, 0, none as Buffer, [])).toBe(true);
    expect(verifyConsistency(0, none as Buffer, 300, some as Buffer, [some as Buffer])).toBe(false);
  });

  test("§4(1)5 nothing is a proof of a leaf above its tree, even if the hashes agree, nor a root of another length", () => {
    const [leaf, other] = [leafHash(entries[0] as Buffer), leafHash(entries[1] as Buffer)];
    const long = Buffer.concat([leaf, Buffer.of(0)]);
    expect(verifyInclusion(leaf, 0, 1, [other], nodeHash(other, leaf))).toBe(false);
    expect(verifyInclusion(long, 0, 2, [other], nodeHash(leaf, other))).toBe(false);
    expect(verifyConsistency(1, long, 2, nodeHash(leaf, other), [other])).toBe(false);
  });

  test("§4(1)5 a tree has no proof for what it doesn't have", async () => {
    await expect(proveInclusion(600, 600, log.read)).rejects.toThrow(RangeError);
    await expect(proveInclusion(0, 0, log.read)).rejects.toThrow(RangeError);
    await expect(proveConsistency(301, 300, log.read)).rejects.toThrow(RangeError);
  });

  test("§4(1)5 a missing or short tile is named", async () => {
    const without = async (level: number, index: number) => (index === 1 ? undefined : log.read(level, index));
    await expect(proveInclusion(300, 600, without)).rejects.toThrow("Tile 1 of level 0 has 0 bytes, not 8192");
    await expect(rootAt(601, log.read)).rejects.toBeInstanceOf(TileMismatch);
  });

  test("§4(1)5 for one of ten million entries read five tiles at most, each once", async () => {
    const large = new LargeLog(10_000_000);
    for (const index of [0, 255, 256, 5_000_000, 8_388_608, 9_999_999]) {
      large.reads.length = 0;
      const proof = await proveInclusion(index, large.size, large.read);
      expect(new Set(large.reads).size).toBe(large.reads.length);
      expect(large.reads.length).toBeLessThanOrEqual(5);
      expect(verifyInclusion(large.leaf, index, large.size, proof, await rootAt(large.size, large.read))).toBe(true);
    }
    const consistency = await proveConsistency(5_123_457, large.size, large.read);
    const [old, now] = await Promise.all([rootAt(5_123_457, large.read), rootAt(large.size, large.read)]);
    expect(verifyConsistency(5_123_457, old, large.size, now, consistency)).toBe(true);
  });
});

/** The hashes with one bit flipped, in each place in turn; and with one a byte shorter. */
function spoiled(hashes: readonly Buffer[], byte: number, bit: number): Buffer[][] {
  const flipped = hashes.map((_, place) => hashes.map((hash, at) => (at === place ? flip(hash, byte, bit) : hash)));
  return [...flipped, hashes.map((hash, at) => (at === byte % hashes.length ? hash.subarray(1) : hash))];
}

function flip(hash: Buffer, byte: number, bit: number): Buffer {
  const flipped = Buffer.from(hash);
  flipped[byte % hash.length] = (flipped[byte % hash.length] as number) ^ (1 << bit);
  return flipped;
}

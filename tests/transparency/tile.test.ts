import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leafHash } from "../../src/transparency/leaf.ts";
import { growTree, TileMismatch } from "../../src/transparency/tile.ts";
import { partialTiles, tilesOf, tileWidth } from "../../src/transparency/tile-place.ts";
import { perfectRoot, RightEdge } from "../../src/transparency/tree.ts";
import { entriesOf, LogTiles } from "../support/log-tiles.ts";

describe("the tiles of a tree", () => {
  test("§4(1)5 are as many and as wide as C2SP tlog-tiles says of sizes 70,000 and 256", () => {
    const widths = (size: number, level: number) => [...tilesOf(size)].filter((place) => place.level === level).map(({ width }) => width);
    expect(widths(70_000, 0)).toEqual([...Array(273).fill(256), 112]);
    expect(widths(70_000, 1)).toEqual([256, 17]);
    expect(widths(70_000, 2)).toEqual([1]);
    expect([...tilesOf(70_000)]).toHaveLength(277);
    expect([...tilesOf(256)]).toEqual([
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ]);
    expect([...tilesOf(0)]).toEqual([]);
  });

  test("§4(1)5 the partial ones are those of all that aren't full", () => {
    fc.assert(
      fc.property(fc.nat(200_000), (size) => {
        expect(partialTiles(size)).toEqual([...tilesOf(size)].filter(({ width }) => width < 256));
      }),
    );
    expect(partialTiles(Number.MAX_SAFE_INTEGER).map(({ width }) => width)).toEqual([255, 255, 255, 255, 255, 255, 31]);
  });

  test("§4(1)5 a place outside the tree has no hashes", () => {
    expect(tileWidth(256, 0, 1)).toBe(0);
    expect(tileWidth(256, 63, 0)).toBe(0);
  });
});

describe("a tree that grows", () => {
  const hashes = entriesOf(70_000).map(leafHash);
  const atOnce = new LogTiles();
  const whole = atOnce.appendHashes(hashes);

  test("§4(1)5 has all tiles that its size says, each the roots over full tiles below", () => {
    expect([...atOnce.rows].map(([name, { length }]) => [name, length]).sort()).toEqual(
      [...tilesOf(70_000)].map(({ level, index, width }) => [`${level}/${index}`, width * 32]).sort(),
    );
    expect(atOnce.rows.get("0/0")).toEqual(Buffer.concat(hashes.slice(0, 256)));
    expect(atOnce.rows.get("1/1")?.subarray(-32)).toEqual(perfectRoot(Buffer.concat(hashes.slice(272 * 256, 273 * 256))));
  });

  test("§4(1)5 has the root of its leaves", () => {
    const edge = new RightEdge();
    for (const hash of hashes) edge.append(hash);
    expect(whole.root).toEqual(edge.root());
  });

  test("§4(1)5 has the same tiles and roots in whatever batches it grew, and only changed tiles are given", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 8 }), (batches) => {
        const grown = new LogTiles();
        const edge = new RightEdge();
        for (const count of batches) {
          const before = new Map(grown.rows);
          const fresh = hashes.slice(grown.size, grown.size + count);
          const { root, tiles } = grown.appendHashes(fresh);
          for (const hash of fresh) edge.append(hash);
          expect(root).toEqual(edge.root());
          for (const tile of tiles) expect(before.get(`${tile.level}/${tile.index}`)?.length ?? 0).toBeLessThan(tile.hashes.length);
        }
        const again = new LogTiles();
        again.appendHashes(hashes.slice(0, grown.size));
        expect(grown.rows).toEqual(again.rows);
      }),
      { numRuns: 10 },
    );
  });

  test("§4(1)5 asks for the partial tiles of its old size and no others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 69_000 }), fc.nat(1000), (oldSize, count) => {
        const allowed = new Map(partialTiles(oldSize).map(({ level, index, width }) => [`${level}/${index}`, width]));
        growTree(oldSize, hashes.slice(oldSize, oldSize + count), (level, index) => {
          const width = allowed.get(`${level}/${index}`);
          if (width === undefined) throw new Error(`${level}/${index} is no partial tile of ${oldSize}.`);
          return atOnce.rows.get(`${level}/${index}`)?.subarray(0, width * 32);
        });
      }),
    );
  });

  test("§4(1)5 refuses tiles that don't belong to its size", () => {
    const [tile, fresh] = [Buffer.alloc(3 * 32), hashes.slice(0, 1)];
    expect(() => growTree(3, fresh, () => tile)).not.toThrow();
    for (const wrong of [2, 4, 3.5]) expect(() => growTree(wrong, fresh, () => tile)).toThrow();
    expect(() => growTree(3, fresh, () => undefined)).toThrow(TileMismatch);
    expect(() => growTree(0, [Buffer.alloc(31)], () => undefined)).toThrow(RangeError);
  });
});

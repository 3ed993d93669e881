import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatEntryBundle, parseEntryBundle } from "../../src/transparency/entry-bundle.ts";
import { Malformed } from "../../src/transparency/malformed.ts";
import { formatTilePath, parseTilePath } from "../../src/transparency/tile-path.ts";

describe("the path of a tile", () => {
  test("§4(1)5 is the one of C2SP tlog-tiles", () => {
    expect(formatTilePath({ level: 0, index: 1_234_067, width: 256 })).toBe("tile/0/x001/x234/067");
    expect(formatTilePath({ level: 63, index: 0, width: 1 })).toBe("tile/63/000.p/1");
    expect(formatTilePath({ level: "entries", index: 1000, width: 255 })).toBe("tile/entries/x001/000.p/255");
  });

  test("§4(1)5 reads back as the tile it names", () => {
    const level = fc.oneof(fc.nat(63), fc.constant("entries" as const));
    fc.assert(
      fc.property(level, fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        expect(parseTilePath(formatTilePath({ level, index, width }))).toEqual({ level, index, width });
      }),
    );
  });

  test.each([
    "tile/0/67",
    "tile/0/1234067",
    "tile/0/001/234/067",
    "tile/0/x001/x234/x067",
    "tile/0/x000/067",
    "tile/00/067",
    "tile/64/067",
    "tile/-1/067",
    "tile/data/067",
    "tile/0/067.p/0",
    "tile/0/067.p/01",
    "tile/0/067.p/256",
    "tile/0/067.p/",
    "/tile/0/067",
    "tile/0/067/",
    "tile/0/067\n",
    "tile/0/x009/x007/x199/x254/x740/992",
    "tile/0/x999/x999/x999/x999/x999/999",
  ])("§4(1)5 isn't %j", (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });
});

describe("a bundle of entries", () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 });

  test("§4(1)5 has each entry after its length in two bytes, the high one first", () => {
    expect(
      formatEntryBundle([Buffer.from("ab"), Buffer.alloc(0), Buffer.alloc(258, 7)])
        .subarray(0, 8)
        .toString("hex"),
    ).toBe("0002616200000102");
  });

  test("§4(1)5 reads back as its entries, and not as more or fewer", () => {
    fc.assert(
      fc.property(entries, (entries) => {
        const bundle = formatEntryBundle(entries);
        expect(parseEntryBundle(bundle, entries.length)).toEqual(entries.map((entry) => Buffer.from(entry)));
        expect(() => parseEntryBundle(bundle, entries.length + 1)).toThrow(Malformed);
        if (bundle.length > 0) expect(() => parseEntryBundle(bundle.subarray(0, -1), entries.length)).toThrow("it ends within entry");
      }),
      { numRuns: 30 },
    );
  });

  test("§4(1)5 holds entries of up to 65,535 bytes", () => {
    expect(parseEntryBundle(formatEntryBundle([Buffer.alloc(65_535)]), 1)[0]).toHaveLength(65_535);
    expect(() => formatEntryBundle([Buffer.alloc(65_536)])).toThrow(RangeError);
  });
});

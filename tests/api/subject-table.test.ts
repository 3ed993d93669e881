import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PACKED } from "../../db/queries/subject-record.ts";
import { fillSubjectTable } from "../../src/api/subject-table.ts";

/** Keys that share their first bytes with many others, as hashes seldom do. */
const keys = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom("00000000", "00000001", "ffffffff", "7fffffff"), fc.uint8Array({ minLength: 12, maxLength: 12 }))
    .map(([start, rest]) => start + Buffer.from(rest).toString("hex")),
  { maxLength: 300 },
);
const unbounded = { from: -(2 ** 31), until: 2 ** 31 - 1 };

interface Person {
  readonly key: string;
  readonly hashes: string;
  readonly positions: number;
  readonly from: number;
  readonly until: number;
  readonly indigenous: boolean;
}

const people = keys.chain((all) =>
  fc.tuple(
    ...all.map((key) =>
      fc.record({
        key: fc.constant(key),
        hashes: fc.uint8Array({ minLength: 48, maxLength: 48 }).map((bytes) => Buffer.from(bytes).toString("hex")),
        positions: fc.integer({ min: 0, max: 2 ** 50 - 1 }),
        from: fc.constantFrom(unbounded.from, -1, 0, 9830),
        until: fc.constantFrom(unbounded.until, 9830),
        indigenous: fc.boolean(),
      }),
    ),
  ),
);

function pack({ key, hashes, positions, from, until, indigenous }: Person): Buffer {
  const record = Buffer.from(`${key}${hashes}${"00".repeat(17)}`, "hex");
  record.writeBigInt64BE(BigInt(positions), PACKED.positionsAt);
  record.writeInt32BE(from, PACKED.validFromAt);
  record.writeInt32BE(until, PACKED.validUntilAt);
  record.writeUInt8(indigenous ? 1 : 0, PACKED.indigenousAt);
  return record;
}

async function* inPieces(records: readonly Buffer[], each: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < records.length; start += each) yield Buffer.concat(records.slice(start, start + each));
}

describe("a generation's people in memory", () => {
  test("§4(1)4 everybody is found as packed, in pieces of whatever size; nobody else is, and of nobody comes what fits nothing", async () => {
    await fc.assert(
      fc.asyncProperty(people, keys, fc.integer({ min: 1, max: 40 }), async (all, others, each) => {
        const table = await fillSubjectTable(all.length, inPieces(all.map(pack), each));
        expect(table?.size).toBe(all.length);
        for (const { key, hashes, positions, from, until, indigenous } of all) {
          expect(table?.find(key)).toEqual({
            found: true,
            nameKey: hashes.slice(0, 32),
            nameVariantKey: hashes.slice(32, 64),
            birthDateKey: hashes.slice(64),
            unreadablePositions: positions,
            indigenous,
          });
          for (const day of [from - 1, from, until, until + 1, 9830]) expect(table?.holds(key, day)).toBe(from <= day && day <= until);
        }
        const known = new Set(all.map(({ key }) => key));
        const zeros = "0".repeat(32);
        for (const key of others.filter((other) => !known.has(other))) {
          expect(table?.find(key)).toMatchObject({
            found: false,
            nameKey: zeros,
            nameVariantKey: zeros,
            birthDateKey: zeros,
            indigenous: false,
          });
          // Day 0 is the one that nobody's record would hold on.
          for (const day of [0, 9830]) expect(table?.holds(key, day)).toBe(false);
        }
      }),
    );
  });

  test.each([
    ["more at once", 1, [2]],
    ["more afterwards", 2, [2, 1]],
    ["fewer", 3, [2]],
    ["half a record", 1, [0.5]],
    ["half a record afterwards", 1, [1, 0.5]],
    ["none", 1, []],
  ])("§4(1)4 records that are not what was imported make no table: %s", async (_title, count, pieces) => {
    const read = inPieces(
      pieces.map((records) => Buffer.alloc(Math.floor(records * PACKED.bytes), 1)),
      1,
    );
    expect(await fillSubjectTable(count, read)).toBeUndefined();
  });
});

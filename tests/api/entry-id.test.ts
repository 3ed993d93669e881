import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandomHex, entryIds } from "../../src/api/entry-id.ts";

const LAST_MOMENT = 2 ** 48 - 1;

test("ids of a request are UUIDs of version 7 that say its time, alike but for their count (RFC 9562)", () => {
  const randomHex = createRandomHex();
  const edges = [0, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1, 2 ** 32, LAST_MOMENT].map((moment): [number, number] => [moment, 2]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LAST_MOMENT }), fc.integer({ min: 1, max: 40 }), (moment, count) => {
      const ids = entryIds(moment, count, randomHex);
      const time = moment.toString(16).padStart(12, "0");
      expect(new Set(ids.map((id) => id.slice(0, -4))).size).toBe(1);
      for (const [place, id] of ids.entries()) {
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect([id.slice(0, 8) + id.slice(9, 13), Number.parseInt(id.slice(-4), 16)]).toEqual([time, place]);
      }
    }),
    { examples: edges },
  );
});

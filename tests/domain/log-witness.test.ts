import fc from "fast-check";
import { expect, test } from "vitest";
import { isWitnessSilent, witnessNotices } from "../../src/domain/log-witness.ts";
import { POLICY } from "../../src/domain/policy.ts";

const LIMIT = POLICY.witnessSilentHours * 3_600_000;
const HEARD = Date.parse("2026-11-24T08:00:00+08:00");

test("§4(1)5 a witness is silent once it has cosigned nothing for the policy's hours, and each silence is announced once", () => {
  expect(isWitnessSilent(HEARD, HEARD + LIMIT - 1)).toBe(false);
  expect(witnessNotices("ethics.example/w1", HEARD, HEARD + LIMIT - 1)).toEqual([]);
  expect(witnessNotices("ethics.example/w1", HEARD, HEARD + LIMIT)).toMatchObject([
    { kind: "witness-silent", recipient: "dedicatedOfficer", about: "witness/ethics.example/w1", dueAt: "2026-11-24T06:00:00.000Z" },
  ]);
  fc.assert(
    fc.property(fc.nat(), fc.nat(10 * LIMIT), fc.nat(LIMIT), (heard, later, more) => {
      const [now, still] = [heard + later, heard + later + more].map((at) => witnessNotices("w", heard, at).map(({ key }) => key));
      // Once silent, always by the same key, until it is heard of again.
      if (now?.length === 1) expect(still).toEqual(now);
      expect(witnessNotices("w", heard + later, heard + later)).toEqual([]);
    }),
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalEntry, type QueryLogEntry } from "../../src/domain/query-log.ts";

const entry: QueryLogEntry = {
  entryId: "019a9f3e-0000-7000-8000-000000000001",
  askedAt: "2026-11-23T02:00:00.000Z",
  integration: 7,
  credential: "00000000-0000-4000-8000-000000000001",
  sourceAddress: "192.0.2.1",
  operator: "tax-042",
  operationCode: "V01",
  checks: ["resident", "indigenous"],
  outcome: "match",
  answers: { resident: true, indigenous: false },
  asOf: { household: "2026-11-01" },
  caseNumberIndex: "00".repeat(16),
  subjectIndex: "11".repeat(16),
  keyId: "k1",
  sealed: "c2VhbGVk",
  salt: "c2FsdA==",
};

describe("the canonical text of a query log entry", () => {
  test("§4(2)5 is this one, byte for byte: a change of it is a new version", () => {
    expect(canonicalEntry(entry)).toBe(
      '{"version":1,"entryId":"019a9f3e-0000-7000-8000-000000000001","askedAt":"2026-11-23T02:00:00.000Z","integration":7,' +
        '"credential":"00000000-0000-4000-8000-000000000001","sourceAddress":"192.0.2.1","operator":"tax-042","operationCode":"V01",' +
        '"checks":["resident","indigenous"],"outcome":"match","answers":{"resident":true,"indigenous":false},"asOf":{"household":"2026-11-01"},' +
        '"caseNumberIndex":"00000000000000000000000000000000","subjectIndex":"11111111111111111111111111111111","keyId":"k1","sealed":"c2VhbGVk","salt":"c2FsdA=="}',
    );
  });

  test("§4(2)5 does not depend on the order in which an entry was put together, nor on what else hangs on it", () => {
    const members = Object.entries(entry);
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: members.length }), (shuffled) => {
        const mixed = { ...Object.fromEntries(shuffled), note: "not part of it" } as unknown as QueryLogEntry;
        expect(canonicalEntry(mixed)).toBe(canonicalEntry(entry));
      }),
    );
  });

  test("§4(1)5 holds all of the entry", () => {
    expect(JSON.parse(canonicalEntry(entry))).toEqual({ version: 1, ...entry });
    const refused = { ...entry, outcome: "refused:check-out-of-scope", integration: null, operator: null, caseNumberIndex: null } as const;
    expect(JSON.parse(canonicalEntry(refused))).toEqual({ version: 1, ...refused });
  });

  test("§4(1)5 tells any two entries apart", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        fc.pre(one !== other);
        expect(canonicalEntry({ ...entry, sealed: one })).not.toBe(canonicalEntry({ ...entry, sealed: other }));
      }),
    );
  });
});

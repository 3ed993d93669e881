import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKS } from "../../src/domain/checks.ts";
import { canonicalEntry, type QueryLogEntry } from "../../src/domain/query-log.ts";
import { monthOfEntry, readCanonicalEntry, timeOfEntryId } from "../../src/domain/query-log-form.ts";

const hex = (digits: number) => fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: digits, maxLength: digits });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const checks = fc.subarray([...CHECKS]);
const entries: fc.Arbitrary<QueryLogEntry> = fc.record({
  entryId: fc.uuid({ version: 7 }),
  askedAt: fc.date({ min: new Date("2020-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }).map((date) => date.toISOString()),
  integration: orNull(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
  credential: orNull(fc.uuid()),
  sourceAddress: fc.oneof(fc.ipV4(), fc.constantFrom("unknown", "::1", "2001:db8::7")),
  operator: orNull(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/)),
  operationCode: orNull(fc.stringMatching(/^[A-Z][A-Z0-9-]{0,15}$/)),
  checks,
  outcome: fc.constantFrom("match", "variant", "manualReview", "noMatch", "refused:check-out-of-scope"),
  answers: checks.chain((asked) => fc.record(Object.fromEntries(asked.map((check) => [check, orNull(fc.boolean())])))),
  asOf: fc.constantFrom({}, { household: "2026-11-01" }, { household: "2026-11-01", "elderly-living-alone": "2026-10-31" }),
  caseNumberIndex: orNull(hex(32)),
  subjectIndex: orNull(hex(32)),
  keyId: fc.stringMatching(/^[1-9][0-9]{0,8}$/),
  sealed: fc.uint8Array({ minLength: 28, maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  salt: hex(32),
});

describe("the form of a canonical entry", () => {
  test("§4(2)5 is that of every entry, and its columns are read from it as JSON writes them", () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const text = canonicalEntry(entry);
        const read = readCanonicalEntry(text);
        const json = JSON.parse(text);
        const { entryId, askedAt, ...others } = read ?? {};
        expect([entryId, askedAt]).toEqual([json.entryId, json.askedAt]);
        expect(others).toEqual(Object.fromEntries(Object.keys(others).map((name) => [name, JSON.stringify(json[name])])));
        expect(Object.keys(others)).toHaveLength(6);
      }),
    );
  });

  test("§4(2)5 no other text has it: a member more, fewer, twice, elsewhere, or a space", () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), (entry, one, other) => {
        const members = Object.entries(JSON.parse(canonicalEntry(entry)));
        const shown = (some: readonly [string, unknown][]) =>
          `{${some.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
        const [from, to] = [one % members.length, other % members.length];
        const swapped = members.map((member, place) => members[place === from ? to : place === to ? from : place] ?? member);
        const wrong = [
          ...(from === to ? [] : [shown(swapped)]),
          shown(members.filter((_, place) => place !== from)),
          shown([...members, ["note", 1]]),
          shown([...members.slice(0, from + 1), ...members.slice(from)]),
          ` ${shown(members)}`,
          `${shown(members)}\n`,
          shown(members).replace(":", ": "),
          shown(members).replace('"version":1', '"version":2'),
        ];
        for (const text of wrong) expect(readCanonicalEntry(text)).toBeUndefined();
      }),
    );
  });

  test("§4(2)5 the id tells the time and the month in Taiwan", () => {
    const time = Date.parse("2026-11-30T16:00:00.000Z");
    const head = time.toString(16).padStart(12, "0");
    expect(timeOfEntryId(`${head.slice(0, 8)}-${head.slice(8)}-7000-8000-000000000000`)).toBe(time);
    expect([monthOfEntry(time - 1), monthOfEntry(time)]).toEqual(["2026-11", "2026-12"]);
  });
});

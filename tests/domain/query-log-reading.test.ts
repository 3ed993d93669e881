import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalEntry } from "../../src/domain/query-log.ts";
import {
  joinSealedPart,
  type LogRow,
  maskPerson,
  monthMoments,
  type OpeningPurpose,
  type ReaderRole,
  readEntry,
  requireOpening,
} from "../../src/domain/query-log-reading.ts";
import { ruleBroken } from "../support/integration.ts";
import { listedEntry } from "../support/listed.ts";

const listed = listedEntry(1, { subjectIndex: "subject:M123456789", caseNumberIndex: "case-number:113-社-000001" });
if (!("entry" in listed)) throw new Error("an entry was expected");
const { entry, caseNumber, reason, subject } = listed;
const row: LogRow = { ...entry, integrationId: entry.integration, askedAt: Date.parse(entry.askedAt) };
const indexOf = (kind: string, value: string) => `${kind}:${value}`;

describe("who may open the log", () => {
  const ROLES: ReaderRole[] = ["caseOfficer", "dedicatedOfficer", "auditor", "ethics", "civilAffairs"];
  test.each<[OpeningPurpose, ReaderRole[]]>([
    ["search", ROLES],
    ["record-list", ["caseOfficer", "dedicatedOfficer", "auditor"]],
    ["subject-access", ["caseOfficer", "dedicatedOfficer"]],
    ["audit", ["auditor", "ethics", "civilAffairs"]],
  ])("§4(2)2 for %s: %j and nobody else", (purpose, allowed) => {
    for (const role of ROLES) {
      const opening = { by: { account: "lin.reader", role }, purpose, reason: "每月查核", reference: "115-11" };
      expect(
        ruleBroken(() => requireOpening(opening)),
        role,
      ).toBe(allowed.includes(role) ? undefined : "reader-not-allowed");
    }
  });

  test.each([
    [{ reason: "" }, "application-incomplete"],
    [{ reason: "。。" }, "application-incomplete"],
    [{ reason: "查 M123456789 一案" }, "national-id-in-text"],
    [{ reference: "M123456789" }, "national-id-in-text"],
    [{ by: { account: "m123456789", role: "auditor" as const } }, "account-malformed"],
    [{ by: { account: "", role: "auditor" as const } }, "account-malformed"],
  ])("§4(2)2 %j: %s", (change, code) => {
    const opening = {
      by: { account: "lin.reader", role: "auditor" as const },
      purpose: "audit" as const,
      reason: "每月查核",
      reference: null,
    };
    expect(ruleBroken(() => requireOpening({ ...opening, ...change }))).toBe(code);
  });

  test("§4(2)2 a person's request has a number", () => {
    const by = { account: "lin.reader", role: "caseOfficer" as const };
    expect(ruleBroken(() => requireOpening({ by, purpose: "subject-access", reason: "當事人申請", reference: null }))).toBe(
      "request-number-required",
    );
  });
});

describe("an entry", () => {
  test("§4(2)5 whose columns repeat its bytes is read", () => {
    expect(readEntry(row, canonicalEntry(entry))).toEqual({ version: 1, ...entry });
  });

  test.each<[Partial<LogRow>]>([
    [{ entryId: "019a9f3e-0000-7000-8000-000000000002" }],
    [{ askedAt: row.askedAt + 0.5 }],
    [{ integrationId: null }],
    [{ operator: "tax-043" }],
    [{ operationCode: null }],
    [{ outcome: "noMatch" }],
    [{ caseNumberIndex: null }],
    [{ subjectIndex: "00" }],
  ])("§4(2)5 with a column changed is not: %j", (change) => {
    expect(readEntry({ ...row, ...change }, canonicalEntry(entry))).toBe("columns-disagree");
  });

  test("§4(2)5 with any byte changed is not read as if nothing had happened", () => {
    const text = canonicalEntry(entry);
    const whole = readEntry(row, text);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (place, character) => {
        fc.pre(text[place] !== character);
        const read = readEntry(row, text.slice(0, place) + character + text.slice(place + 1));
        // What no column repeats is guarded by the leaf hash.
        expect(read).not.toEqual(whole);
      }),
    );
    expect(readEntry(row, `${text} `)).toBe("entry-not-canonical");
    expect(readEntry(row, "null")).toBe("entry-unreadable");
  });

  test("§4(2)5 whose sealed part belongs to another person or case is not shown", () => {
    const sealed = { caseNumber, reason, subject };
    expect(joinSealedPart(entry, sealed, indexOf)).toEqual({ entry, caseNumber, reason, subject });
    expect(joinSealedPart(entry, { ...sealed, subject: { nationalId: "A123456789" } }, indexOf)).toBe("subject-disagrees");
    expect(joinSealedPart(entry, { ...sealed, subject: undefined }, indexOf)).toBe("subject-disagrees");
    expect(joinSealedPart(entry, { ...sealed, caseNumber: undefined }, indexOf)).toBe("case-number-disagrees");
  });
});

test("§4(2)2 a person in a list is masked, whatever was sent", () => {
  expect(maskPerson(subject)).toBe("M12345****\n王○明");
  expect(maskPerson({ name: "Yukan‧Watan" })).toBe("Y○○‧W○○");
  expect(maskPerson({ nationalId: "王小明" })).toBe("王****");
  expect(maskPerson({ birthDate: "1980-01-31" })).toBe("○○○");
});

test("§5(1) a month is one in Taiwan", () => {
  expect(monthMoments("2026-12")).toEqual({ from: Date.parse("2026-11-30T16:00:00Z"), until: Date.parse("2026-12-31T16:00:00Z") });
  expect(monthMoments("2028-02").until).toBe(Date.parse("2028-02-29T16:00:00Z"));
  for (const month of ["2026-13", "2026-1", "115-11", "", "2026-00", "2026-11-01"])
    expect(
      ruleBroken(() => monthMoments(month)),
      month,
    ).toBe("month-malformed");
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKS, datasetOfCheck, isCheckCode, listCheckOf } from "../../src/domain/checks.ts";
import {
  type ApprovedAccess,
  answerChecks,
  type BirthDateComparison,
  hasControlCharacter,
  judgeIdentity,
  type NameComparison,
  requireApprovedAccess,
  requireCaseAndReason,
  requireScope,
} from "../../src/domain/verification.ts";
import { ruleBroken } from "../support/integration.ts";

describe("whether the person asked about is meant", () => {
  test.each<[string, NameComparison, BirthDateComparison]>([
    ["match", "same", "same"],
    ["match", "same", "notGiven"],
    ["match", "notGiven", "same"],
    ["variant", "variant", "same"],
    ["variant", "variant", "notGiven"],
    ["manualReview", "unreadable", "same"],
    ["manualReview", "unreadable", "notGiven"],
    ["noMatch", "different", "same"],
    ["noMatch", "same", "different"],
    ["noMatch", "variant", "different"],
    ["noMatch", "unreadable", "different"],
    ["noMatch", "notGiven", "different"],
    ["noMatch", "notGiven", "notGiven"],
  ])("§2(4) is %s for a name that is %s and a birth date that is %s", (match, name, birthDate) => {
    expect(judgeIdentity(true, name, false, birthDate)).toBe(match);
  });

  test("§4(1)4 is said of a stranger as of someone whose fields don't fit", () => {
    for (const unreadable of [true, false]) {
      // Whoever gave a birth date got it wrong; whoever gave none got the name wrong.
      for (const birthDate of ["different", "notGiven"] as const) {
        const stranger = judgeIdentity(false, "different", unreadable, birthDate);
        const misfit = judgeIdentity(true, unreadable ? "unreadable" : "different", unreadable, birthDate);
        expect(stranger).toBe(misfit);
      }
    }
  });

  test("§4(1)4 is never told from an unreadable name alone", () => {
    expect(judgeIdentity(true, "unreadable", true, "notGiven")).toBe("manualReview");
    expect(judgeIdentity(false, "different", true, "notGiven")).toBe("manualReview");
  });
});

describe("what is answered", () => {
  const facts = { indigenous: true, listedChecks: new Set(["disability" as const]) };

  test("§2(4) is yes or no for a match and a variant, in the order asked", () => {
    for (const match of ["match", "variant"] as const) {
      const answers = answerChecks(match, facts, ["disability", "resident", "elderlyLivingAlone", "indigenous"]);
      expect(Object.entries(answers)).toEqual([
        ["disability", true],
        ["resident", true],
        ["elderlyLivingAlone", false],
        ["indigenous", true],
      ]);
    }
  });

  test("§4(1)4 is the same without a match, whatever is known", () => {
    const nothing = { resident: false, indigenous: null, elderlyLivingAlone: null, disability: null };
    expect(answerChecks("noMatch", facts, CHECKS)).toEqual(nothing);
    expect(answerChecks("noMatch", undefined, CHECKS)).toEqual(nothing);
  });

  test("§2(4) is left to people in a manual review", () => {
    for (const known of [facts, undefined]) {
      expect(answerChecks("manualReview", known, CHECKS)).toEqual({
        resident: null,
        indigenous: null,
        elderlyLivingAlone: null,
        disability: null,
      });
    }
  });

  test("§2(4) comes from the dataset of each check", () => {
    expect(CHECKS.map(datasetOfCheck)).toEqual([1, 1, 2, 3]);
    expect([1, 2, 3, 4].map(listCheckOf)).toEqual([undefined, "elderlyLivingAlone", "disability", undefined]);
    expect(["resident", "address", "", "__proto__"].map(isCheckCode)).toEqual([true, false, false, false]);
  });
});

describe("a case number and a reason", () => {
  test("§4(2)1 must both say something", () => {
    expect(ruleBroken(() => requireCaseAndReason("113-社-000123", "低收入戶資格審查"))).toBeUndefined();
    for (const nothing of ["", " ", ".", "…", "-/-", "審", "1", "\u3000\u3000", "\u3164\u3164\u3164", "🙂🙂", "___"]) {
      expect(
        ruleBroken(() => requireCaseAndReason(nothing, "低收入戶資格審查")),
        nothing,
      ).toBe("case-number-required");
      expect(
        ruleBroken(() => requireCaseAndReason("113-社-000123", nothing)),
        nothing,
      ).toBe("reason-required");
    }
  });

  test("§4(2)1 may be in any script", () => {
    for (const reason of ["補助", "ab", "12", "ばん", "a 1"])
      expect(
        ruleBroken(() => requireCaseAndReason("A1", reason)),
        reason,
      ).toBeUndefined();
  });

  test("§4(2)1 hold no characters that would not print or would turn a printed line around", () => {
    for (const character of ["\u0000", "\n", "\t", "\u007f", "\u0085", "\u2028", "\u202e", "\u2066"])
      expect(hasControlCharacter(`a${character}b`)).toBe(true);
    for (const text of ["王小明", "a b", "\u3000", "é", "🙂"]) expect(hasControlCharacter(text)).toBe(false);
  });
});

describe("an integration's access", () => {
  const access: ApprovedAccess = {
    state: "active",
    approvedFrom: 1000,
    approvedUntil: 2000,
    scope: new Set(["resident"]),
    addresses: new Set(["192.0.2.1"]),
  };
  const at = (changes: Partial<ApprovedAccess>, address = "192.0.2.1", now = 1500) =>
    ruleBroken(() => requireApprovedAccess({ ...access, ...changes }, address, now));

  test("§3(7) is open to whitelisted addresses only", () => {
    expect(at({})).toBeUndefined();
    expect(at({}, "192.0.2.2")).toBe("address-not-allowed");
    expect(at({ addresses: new Set() })).toBe("address-not-allowed");
  });

  test("§4(1)2 is open from the first to before the last moment of its approved period", () => {
    expect([999, 1000, 1999, 2000].map((now) => at({}, undefined, now))).toEqual([
      "integration-not-active",
      undefined,
      undefined,
      "integration-expired",
    ]);
  });

  test.each([
    ["submitted", "integration-not-active"],
    ["approved", "integration-not-active"],
    ["provisioned", "integration-not-active"],
    ["revoked", "integration-not-active"],
    ["expired", "integration-expired"],
    ["suspended", "integration-suspended"],
  ] as const)("§4(1)2 is closed while it is %s", (state, code) => {
    expect(at({ state })).toBe(code);
  });

  test("§3(10) goes no further than the approved scope", () => {
    expect(ruleBroken(() => requireScope(access, ["resident"]))).toBeUndefined();
    expect(ruleBroken(() => requireScope(access, ["resident", "disability"]))).toBe("check-out-of-scope");
    fc.assert(
      fc.property(fc.subarray([...CHECKS]), fc.subarray([...CHECKS]), (scope, checks) => {
        const broken = ruleBroken(() => requireScope({ ...access, scope: new Set(scope) }, checks));
        expect(broken === undefined).toBe(checks.every((check) => scope.includes(check)));
      }),
    );
  });
});

import { describe, expect, test } from "vitest";
import { TEXTS } from "../../src/console/text/index.ts";
import { POLICY } from "../../src/domain/policy.ts";
import { POLICY_BASIS, POLICY_TOPICS, type PolicyName, policyUnit } from "../../src/domain/policy-basis.ts";
import { CLAUSES } from "../../tools/clause-table.ts";

const NAMES = Object.keys(POLICY) as PolicyName[];

describe("settings", () => {
  test("§3(5) §4(1)5 §4(2)4 all have a basis and a name in both languages, and none is missing on their page", () => {
    expect(Object.keys(POLICY_BASIS).sort()).toEqual([...NAMES].sort());
    for (const text of Object.values(TEXTS)) expect(Object.keys(text.policy.of).sort()).toEqual([...NAMES].sort());
    expect(new Set(Object.values(POLICY_BASIS).map(({ topic }) => topic))).toEqual(new Set(POLICY_TOPICS));
  });

  test.each(NAMES)("§3(5) §4(1)5 %s keeps the bounds that the law or a promise sets, and names a clause that there is", (name) => {
    const { floor = Number.NEGATIVE_INFINITY, cap = Number.POSITIVE_INFINITY, clause } = POLICY_BASIS[name];
    for (const value of [POLICY[name]].flat()) {
      expect(value).toBeGreaterThanOrEqual(floor);
      expect(value).toBeLessThanOrEqual(cap);
    }
    if (clause !== undefined) expect(CLAUSES.map(({ id }) => id)).toContain(clause);
  });

  test("§3(5) say what they count", () => {
    expect([policyUnit("credentialDays"), policyUnit("findingDueDaysCap"), policyUnit("passwordCharacters")]).toEqual([
      "days",
      "days",
      "count",
    ]);
    expect([policyUnit("applicationLetterBytes"), policyUnit("sessionIdleMinutesCap"), policyUnit("diskDaysAhead")]).toEqual([
      ...["bytes", "minutes", "days"],
    ]);
    expect(TEXTS["zh-Hant"].policy.clauseName("4(1)5")).toBe("四、(一)5");
  });
});

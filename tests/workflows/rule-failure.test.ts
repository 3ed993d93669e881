import { ApplicationFailure } from "@temporalio/common";
import { describe, expect, test } from "vitest";
import { asRuleFailure, ruleViolationIn } from "../../src/workflows/rule-failure.ts";

const databaseError = (code: string) => Object.assign(new Error("row (A123456789) is wrong"), { code });

describe("what the database says against a step", () => {
  test.each(["22P02", "22007", "22021", "23505", "23514", "54000", "54001"])(
    "§3(3) is refused for good where asking again changes nothing (%s), and quotes no row",
    (code) => {
      const failure = asRuleFailure(databaseError(code));
      expect(failure).toBeInstanceOf(ApplicationFailure);
      expect(failure).toMatchObject({ type: "record-refused", nonRetryable: true, message: expect.not.stringContaining("A123456789") });
      expect(ruleViolationIn(failure)).toMatchObject({ clause: "3(3)", code: "record-refused" });
    },
  );

  test.each(["08006", "40001", "40P01", "53100", "53300", "55P03", "57P01", "58030", "XX000", "ECONNREFUSED"])(
    "§3(3) is tried again where it may pass (%s)",
    (code) => {
      const error = databaseError(code);
      expect(asRuleFailure(error)).toBe(error);
    },
  );
});

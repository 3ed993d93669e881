import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isKnownPassword } from "../../src/adapters/known-passwords.ts";
import { passwordEnd, requireChangeablePassword, requireStrongPassword, requireUnusedPassword } from "../../src/domain/password-policy.ts";
import { ruleBroken } from "../support/integration.ts";

const DAY = 86_400_000;
const weakness = (password: string, account = "lin.manager") => ruleBroken(() => requireStrongPassword(password, account, isKnownPassword));

describe("passwords", () => {
  test.each([
    ["Ab1!Ab1!Ab1", "password-too-short"],
    ["", "password-too-short"],
    [`Aa1!${"xyzw".repeat(40)}`, "password-too-long"],
    ["correct-horse-battery-9", "password-not-mixed"],
    ["CORRECT-HORSE-BATTERY-9", "password-not-mixed"],
    ["Correct-Horse-Battery", "password-not-mixed"],
    ["CorrectHorseBattery9", "password-not-mixed"],
    ["Aa1!Aa1!Aa1!", "password-monotonous"],
    ["Lin.Manager-2024!", "password-names-account"],
    ["linmanager1234!A", "password-names-account"],
    ["Password1234!", "password-known"],
    ["P@ssw0rd2024!!", "password-known"],
    ["!!Qwertyuiop123", "password-known"],
    ["N@ntou-2024-11", "password-known"],
    ["Correct-Horse-Battery-9", undefined],
    ["風和日麗Tea9#kettle", undefined],
  ])("§3(5) %j: %s", (password, code) => {
    expect(weakness(password)).toBe(code);
  });

  test("§3(5) every class is needed, whatever the rest is", () => {
    const classes = ["abcdefgh", "ABCDEFGH", "23456789", "!#%&*+=?"];
    const picked = fc.tuple(...classes.map((letters) => fc.string({ unit: fc.constantFrom(...letters), minLength: 4, maxLength: 9 })));
    fc.assert(
      fc.property(picked, fc.nat(3), (parts, missing) => {
        const code = weakness(parts.filter((_, index) => index !== missing).join(""));
        expect(["password-too-short", "password-not-mixed"]).toContain(code);
      }),
    );
  });

  test("§3(5) none of the last three may come back; the fourth may", () => {
    expect(ruleBroken(() => requireUnusedPassword([false, false, true]))).toBe("password-used-before");
    expect(ruleBroken(() => requireUnusedPassword([false, false, false, true]))).toBeUndefined();
    expect(ruleBroken(() => requireUnusedPassword([]))).toBeUndefined();
  });

  test("§3(5) is kept for one day, and lasts ninety", () => {
    const setAt = Date.parse("2026-11-24T09:00:00+08:00");
    expect(ruleBroken(() => requireChangeablePassword(setAt, setAt + DAY - 1))).toBe("password-too-young");
    expect(ruleBroken(() => requireChangeablePassword(setAt, setAt + DAY))).toBeUndefined();
    expect(ruleBroken(() => requireChangeablePassword(undefined, setAt))).toBeUndefined();
    expect(passwordEnd(setAt)).toBe(setAt + 90 * DAY);
  });
});

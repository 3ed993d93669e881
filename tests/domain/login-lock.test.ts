import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { giveBackAttempt, type LoginAttempts, NO_ATTEMPTS, takeAttempt } from "../../src/domain/login-lock.ts";
import { ruleBroken } from "../support/integration.ts";

const MINUTE = 60_000;

describe("failures", () => {
  test("§3(5) five lock for fifteen minutes, and then one begins anew", () => {
    let attempts = NO_ATTEMPTS;
    for (let failure = 1; failure <= 5; failure += 1) attempts = takeAttempt(attempts, 1000);
    expect(attempts).toEqual({ failures: 5, lockedUntil: 1000 + 15 * MINUTE });
    expect(ruleBroken(() => takeAttempt(attempts, 1000 + 15 * MINUTE - 1))).toBe("account-locked");
    expect(takeAttempt(attempts, 1000 + 15 * MINUTE)).toEqual({ failures: 1, lockedUntil: undefined });
  });

  test("§3(5) what was right doesn't count, what was wrong before it does", () => {
    const twice = takeAttempt(takeAttempt(NO_ATTEMPTS, 0), 0);
    expect(giveBackAttempt(takeAttempt(twice, 0))).toEqual(twice);
    const atLimit = [1, 2, 3].reduce((attempts) => takeAttempt(attempts, 0), twice);
    expect(giveBackAttempt(atLimit)).toEqual({ failures: 4, lockedUntil: undefined });
  });

  test("§3(5) whenever they come, at most five wrong ones are looked at in any fifteen minutes of a lock", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4 * MINUTE), { maxLength: 60 }), (pauses) => {
        let attempts: LoginAttempts = NO_ATTEMPTS;
        let now = 0;
        let lookedAt = 0;
        for (const pause of pauses) {
          now += pause;
          const wasLocked = attempts.lockedUntil !== undefined && now < attempts.lockedUntil;
          try {
            attempts = takeAttempt(attempts, now);
            lookedAt = attempts.failures === 1 ? 1 : lookedAt + 1;
            expect(wasLocked).toBe(false);
          } catch {
            expect(wasLocked).toBe(true);
          }
          expect(lookedAt).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});

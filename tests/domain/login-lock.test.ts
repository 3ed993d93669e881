import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { giveBackAttempt, type LoginAttempts, loggedIn, NO_ATTEMPTS, takeAttempt } from "../../src/domain/login-lock.ts";
import { ruleBroken } from "../support/integration.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const pick = ({ allFailures, failingSince }: Pick<LoginAttempts, "allFailures" | "failingSince">) => ({ allFailures, failingSince });

describe("failures", () => {
  test("§3(5) five lock for fifteen minutes, and then one begins anew", () => {
    let attempts = NO_ATTEMPTS;
    for (let failure = 1; failure <= 5; failure += 1) attempts = takeAttempt(attempts, 1000);
    expect(attempts).toMatchObject({ failures: 5, lockedUntil: 1000 + 15 * MINUTE });
    expect(ruleBroken(() => takeAttempt(attempts, 1000 + 15 * MINUTE - 1))).toBe("account-locked");
    expect(takeAttempt(attempts, 1000 + 15 * MINUTE)).toMatchObject({ failures: 1, lockedUntil: undefined });
  });

  test("§3(5) what was right doesn't count, what was wrong before it does", () => {
    const twice = takeAttempt(takeAttempt(NO_ATTEMPTS, 0), 0);
    expect(giveBackAttempt(takeAttempt(twice, 0))).toEqual(twice);
    const atLimit = [1, 2, 3].reduce((attempts) => takeAttempt(attempts, 0), twice);
    expect(giveBackAttempt(atLimit)).toMatchObject({ failures: 4, lockedUntil: undefined });
    expect(giveBackAttempt(takeAttempt(NO_ATTEMPTS, 0))).toEqual(NO_ATTEMPTS);
  });

  test("§3(5) a hundred from all networks lock for a day, but for those that the holder came from in the last 90 days", () => {
    const from = (knownSince?: number) => ({ ...NO_ATTEMPTS, knownSince, allFailures: 100, failingSince: 1000 });
    expect(ruleBroken(() => takeAttempt(from(), 1000 + DAY - 1))).toBe("account-locked");
    expect(takeAttempt(from(), 1000 + DAY)).toMatchObject({ failures: 1, allFailures: 1, failingSince: 1000 + DAY });
    const now = 1000 + DAY - 1;
    expect(takeAttempt(from(now - 90 * DAY + 1), now)).toMatchObject({ failures: 1, allFailures: 101, failingSince: 1000 });
    expect(ruleBroken(() => takeAttempt(from(now - 90 * DAY), now))).toBe("account-locked");
  });

  test("§3(5) whoever logs in has what others tried go on counting", () => {
    const tried = { ...takeAttempt(NO_ATTEMPTS, 0), allFailures: 60 };
    expect(loggedIn(tried, 5)).toEqual({ ...NO_ATTEMPTS, knownSince: 5, allFailures: 60, failingSince: 0 });
  });

  test("§3(5) whatever strangers do from however many networks, at most a hundred of a day are looked at, and the holder's network stays open", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 100, maxLength: 400 }), (networks) => {
        let all: Pick<LoginAttempts, "allFailures" | "failingSince"> = NO_ATTEMPTS;
        const own = new Map<number, LoginAttempts>();
        let lookedAt = 0;
        for (const network of networks) {
          try {
            const taken = takeAttempt({ ...NO_ATTEMPTS, ...own.get(network), ...pick(all) }, 1000);
            own.set(network, taken);
            all = taken;
            lookedAt += 1;
          } catch {}
        }
        expect(lookedAt).toBeLessThanOrEqual(100);
        expect(takeAttempt({ ...NO_ATTEMPTS, ...pick(all), knownSince: 0 }, 1000).failures).toBe(1);
      }),
    );
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

import { POLICY } from "./policy.ts";
import { RuleViolation } from "./rule-violation.ts";

const MINUTE = 60_000;

/** Wrong passwords and codes of an account since it last logged in. */
export interface LoginAttempts {
  readonly failures: number;
  /** Epoch milliseconds. */
  readonly lockedUntil: number | undefined;
}

export const NO_ATTEMPTS: LoginAttempts = { failures: 0, lockedUntil: undefined };

/**
 * Counts an attempt before it is looked at, so that many at once can't be more than the policy allows; the last one allowed locks.
 * @throws RuleViolation `account-locked`
 * @clause 3(5)
 */
export function takeAttempt({ failures, lockedUntil }: LoginAttempts, now: number): LoginAttempts {
  if (lockedUntil !== undefined && now < lockedUntil)
    throw new RuleViolation("3(5)", "account-locked", `The account is locked for ${POLICY.lockMinutes} minutes after too many failures.`);
  // A lock that is over has been served.
  const counted = lockedUntil === undefined ? failures + 1 : 1;
  return { failures: counted, lockedUntil: counted >= POLICY.loginFailures ? now + POLICY.lockMinutes * MINUTE : undefined };
}

/** The attempt was right: it doesn't count. Those before it do until the log-in is whole, or a code could be guessed without end. @clause 3(5) */
export function giveBackAttempt({ failures }: LoginAttempts): LoginAttempts {
  return { failures: Math.max(0, failures - 1), lockedUntil: undefined };
}

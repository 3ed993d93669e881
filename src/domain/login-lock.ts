import { POLICY } from "./policy.ts";
import { RuleViolation } from "./rule-violation.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Wrong passwords and codes of an account: from the network that is trying, and from all together. Times are epoch milliseconds. */
export interface LoginAttempts {
  /** From this network, since the holder last logged in from there. */
  readonly failures: number;
  readonly lockedUntil: number | undefined;
  /** When the holder last logged in from this network. */
  readonly knownSince: number | undefined;
  /** From everywhere, since the moment that the day of counting began. */
  readonly allFailures: number;
  readonly failingSince: number | undefined;
}

export const NO_ATTEMPTS: LoginAttempts = {
  failures: 0,
  lockedUntil: undefined,
  knownSince: undefined,
  allFailures: 0,
  failingSince: undefined,
};

/**
 * Counts an attempt before it is looked at, so that many at once can't be more than the policy allows; the last one allowed locks. A stranger
 * locks his own network only; many networks together lock the account for strangers, and leave it open to where its holder comes from.
 * @throws RuleViolation `account-locked`
 * @clause 3(5)
 */
export function takeAttempt(attempts: LoginAttempts, now: number): LoginAttempts {
  const { failures, lockedUntil, failingSince } = attempts;
  if (lockedUntil !== undefined && now < lockedUntil) throw locked();
  const sameDay = failingSince !== undefined && now < failingSince + POLICY.accountFailureHours * HOUR;
  const allFailures = sameDay ? attempts.allFailures : 0;
  if (allFailures >= POLICY.accountFailures && !isKnownNetwork(attempts, now)) throw locked();
  // A lock that is over has been served.
  const counted = lockedUntil === undefined ? failures + 1 : 1;
  return {
    ...attempts,
    failures: counted,
    lockedUntil: counted >= POLICY.loginFailures ? now + POLICY.lockMinutes * MINUTE : undefined,
    allFailures: allFailures + 1,
    failingSince: sameDay ? failingSince : now,
  };
}

/** The attempt was right: it doesn't count. Those before it do until the log-in is whole, or a code could be guessed without end. @clause 3(5) */
export function giveBackAttempt(attempts: LoginAttempts): LoginAttempts {
  const allFailures = Math.max(0, attempts.allFailures - 1);
  return {
    ...attempts,
    failures: Math.max(0, attempts.failures - 1),
    lockedUntil: undefined,
    allFailures,
    failingSince: allFailures === 0 ? undefined : attempts.failingSince,
  };
}

/** The holder is in: from this network nothing counts any more; what others tried goes on counting until their day is over. @clause 3(5) */
export function loggedIn(attempts: LoginAttempts, now: number): LoginAttempts {
  return { ...attempts, failures: 0, lockedUntil: undefined, knownSince: now };
}

function isKnownNetwork({ knownSince }: LoginAttempts, now: number): boolean {
  return knownSince !== undefined && now < knownSince + POLICY.knownNetworkDays * 24 * HOUR;
}

function locked(): RuleViolation {
  return new RuleViolation("3(5)", "account-locked", `The account is locked for ${POLICY.lockMinutes} minutes after too many failures.`);
}

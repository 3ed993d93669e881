import { POLICY } from "./policy.ts";
import { RuleViolation } from "./rule-violation.ts";

const MINUTE = 60_000;

/** A session's clock; epoch milliseconds. */
export interface SessionClock {
  readonly beganAt: number;
  readonly lastSeenAt: number;
}

/** When a session ends unless it is used: after the idle time, and in any case after the policy's hours. @clause 4(2)4 */
export function sessionEnd({ beganAt, lastSeenAt }: SessionClock, idleMinutes: number): number {
  return Math.min(lastSeenAt + idleMinutes * MINUTE, beganAt + POLICY.sessionHours * 60 * MINUTE);
}

/** @throws RuleViolation `idle-time-too-long` @clause 4(2)4 */
export function requireIdleMinutes(minutes: number): void {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > POLICY.sessionIdleMinutesCap)
    throw new RuleViolation("4(2)4", "idle-time-too-long", `A session may be idle for 1 to ${POLICY.sessionIdleMinutesCap} minutes.`);
}

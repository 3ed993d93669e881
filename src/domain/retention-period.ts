import { requireAccount } from "./appointment.ts";
import type { Role } from "./integration-step.ts";
import { requireText } from "./integration-text.ts";
import { POLICY } from "./policy.ts";
import { requireRequestId } from "./request-id.ts";
import type { DisposalRequest } from "./retention.ts";
import { RuleViolation } from "./rule-violation.ts";

/** How long the query log is kept, since when, by whose word (ISO 8601). */
export interface RetentionPeriod {
  readonly years: number;
  readonly account: string;
  readonly role: Role;
  readonly reason: string;
  readonly raisedAt: string;
  /** Of the manager's request; the regulation's own floor has none. */
  readonly requestId?: string;
}

/** A manager's word that the log is kept for longer; `seen` are the years that were shown. */
export interface RaiseRequest extends DisposalRequest {
  readonly years: number;
}

/** What holds: the longest that was ever set, and never less than the regulation says. @clause 4(1)5 @clause 4(2)5 */
export function retentionYears(periods: readonly RetentionPeriod[]): number {
  return Math.max(POLICY.logRetentionFloorYears, ...periods.map(({ years }) => years));
}

/**
 * The setting only ever goes up: what was promised to be kept is.
 * @throws RuleViolation `retention-changed`, `retention-not-raised`, `role-not-allowed` and those of texts
 * @clause 4(1)5
 * @clause 4(2)5
 */
export function raiseRetention(periods: readonly RetentionPeriod[], request: RaiseRequest, now: number): RetentionPeriod {
  const { years, by, reason, seen, requestId } = request;
  const held = retentionYears(periods);
  requireRequestId(requestId, "4(1)5");
  requireAccount(by.account);
  if (by.role !== "manager") throw new RuleViolation("4(1)5", "role-not-allowed", "Only a manager raises how long the log is kept.");
  if (seen !== undefined && seen !== held)
    throw new RuleViolation(
      "4(1)5",
      "retention-changed",
      "Somebody has raised the setting since it was shown: look at it anew, then decide.",
    );
  requireText(reason, "reason");
  if (!Number.isInteger(years) || years <= held || years > POLICY.logRetentionCapYears)
    throw new RuleViolation(
      "4(1)5",
      "retention-not-raised",
      `The log is kept for ${held} years: name more whole years than that, up to ${POLICY.logRetentionCapYears}.`,
    );
  return { years, account: by.account, role: by.role, reason, raisedAt: new Date(now).toISOString(), requestId };
}

import type { AbnormalUse } from "./abnormal-use.ts";
import { requireAccount } from "./appointment.ts";
import type { StepRequest } from "./integration.ts";
import { requireText } from "./integration-text.ts";
import { RuleViolation } from "./rule-violation.ts";

/** `finding`: one was made of it. */
export type AlertState = "open" | "dismissed" | "finding";

/** Alerts that are listed at once, the newest first. */
export const MOST_ALERTS_LISTED = 1000;

/** An alert on record, and what became of it; times are ISO 8601. */
export interface AlertOnRecord extends Omit<AbnormalUse, "from" | "until" | "key"> {
  readonly alertId: number;
  /** Rises when its counts do, while it is open. */
  readonly version: number;
  readonly applicationNumber: string;
  readonly systemName: string;
  readonly from: string;
  readonly until: string;
  readonly foundAt: string;
  readonly state: AlertState;
  /** The finding that was made of it. */
  readonly findingNumber: number | null;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly decidedAt: string | null;
}

/** The dedicated officer's word that an alert is nothing, and why; `seen` is the version that was shown. */
export interface AlertDecision extends StepRequest {
  readonly alertId: number;
}

/**
 * Each alert goes to the dedicated officer, who says why it is nothing, or raises a finding of it; a manager may, too.
 * @throws RuleViolation `role-not-allowed` and those of texts
 * @clause 3(10)
 */
export function requireAlertDecision({ by, reason }: AlertDecision): void {
  requireAccount(by.account);
  requireText(reason, "reason");
  if (by.role !== "dedicatedOfficer" && by.role !== "manager")
    throw new RuleViolation("3(10)", "role-not-allowed", "Alerts are for the dedicated officer or a manager: ask one to decide.");
}

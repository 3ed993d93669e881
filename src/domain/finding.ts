import { type Duty, requireAccount } from "./appointment.ts";
import { requireText } from "./integration-text.ts";
import { POLICY } from "./policy.ts";
import { requireRequestId } from "./request-id.ts";
import { daysBetween, parseDate } from "./roc-date.ts";
import { RuleViolation } from "./rule-violation.ts";

/** `serious`: the integration may be ended at once (clause 5(5)). */
export const SEVERITIES = ["minor", "ordinary", "serious"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Who audits, who joins an investigation, and who watches or decides on the platform. */
export const FINDING_DUTIES: readonly Duty[] = ["dedicatedOfficer", "manager", "auditor", "ethics", "civilAffairs"];

/** What an audit or an alert holds against an integration, to be explained or improved by a day. */
export interface FindingRequest {
  /** A UUID: sent twice, it raises one finding. */
  readonly requestId: string;
  readonly about: { readonly alertId: number } | { readonly integrationNumber: string };
  readonly severity: Severity;
  readonly description: string;
  /** ISO 8601, in Taiwan; the whole day counts. */
  readonly dueOn: string;
  readonly by: { readonly account: string; readonly role: Duty };
}

/** A finding on record. */
export interface Finding {
  readonly findingNumber: number;
  readonly integrationNumber: string;
  readonly systemName: string;
  /** The alert of abnormal use that it was made from; null: an audit found it. */
  readonly alertId: number | null;
  readonly severity: Severity;
  readonly description: string;
  readonly dueOn: string;
  readonly raisedBy: string;
  readonly raisedAs: Duty;
  /** ISO 8601. */
  readonly raisedAt: string;
}

/**
 * @param today ISO 8601, in Taiwan
 * @throws RuleViolation `role-not-allowed`, `severity-unknown`, `due-out-of-range`, `request-malformed` and those of texts
 * @clause 5(2)
 * @clause 3(10)
 */
export function requireFinding({ requestId, severity, description, dueOn, by }: FindingRequest, today: string): void {
  requireAccount(by.account);
  requireText(description, "description");
  if (!FINDING_DUTIES.includes(by.role))
    throw new RuleViolation("5(2)", "role-not-allowed", "Findings are raised by auditors, overseers, the dedicated officer or a manager.");
  if (!SEVERITIES.includes(severity))
    throw new RuleViolation("5(2)", "severity-unknown", `Say how severe it is: ${SEVERITIES.join(", ")}.`);
  const days = parseDate(dueOn) === dueOn ? daysBetween(today, dueOn) : 0;
  if (days < 1 || days > POLICY.findingDueDaysCap)
    throw new RuleViolation(
      "5(2)",
      "due-out-of-range",
      `Name the day by which it is due (YYYY-MM-DD): after today, within ${POLICY.findingDueDaysCap} days.`,
    );
  requireRequestId(requestId, "5(2)");
}

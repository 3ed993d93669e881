import { requireText } from "./integration-text.ts";
import { requireNoNationalId } from "./national-id.ts";
import type { Notice } from "./notice.ts";
import { POLICY } from "./policy.ts";
import { RuleViolation } from "./rule-violation.ts";

/** What the dedicated officer decides about a rejected file. */
export interface QuarantineDecision {
  readonly choice: "destroy" | "retry";
  /** Account of the person who decides. */
  readonly actor: string;
  readonly reason: string;
}

/** A decision as it is sent. */
export interface QuarantineRequest extends QuarantineDecision {
  /** However often it is sent, it decides about one rejection. */
  readonly requestId: string;
}

const MILLISECONDS_A_DAY = 86_400_000;
const LONGEST_REASON = 500;

/**
 * When a rejected file must be gone, counted from its first rejection (epoch milliseconds).
 * @clause 4(4)
 */
export function quarantineEnd(rejectedAt: number): number {
  return rejectedAt + POLICY.quarantineDays * MILLISECONDS_A_DAY;
}

/** Whose notices they are. */
export function aboutImport(importId: string): string {
  return `dataset-import/${importId}`;
}

/**
 * That a rejected file waits is announced at once, and again a day before its time is over.
 * @param until when that is (epoch milliseconds)
 * @clause 4(4)
 */
export function quarantineNotices(importId: string, until: number): Notice[] {
  const about = aboutImport(importId);
  return [POLICY.quarantineDays, 1].map((days) => ({
    key: `${about}/delivery-quarantined/${days}`,
    ...{ kind: "delivery-quarantined", recipient: "dedicatedOfficer", about },
    ...{ dueAt: new Date(until - days * MILLISECONDS_A_DAY).toISOString(), announces: new Date(until).toISOString() },
  }));
}

/**
 * Whether a decision about a rejected file may be taken now.
 * @param waiting whether the file is in quarantine and undecided
 * @throws RuleViolation
 * @clause 4(4)
 */
export function requireDecision(waiting: boolean, decision: QuarantineDecision): void {
  if (!waiting) throw new RuleViolation("4(4)", "not-in-quarantine", "The file does not wait for a decision: look at the import's state.");
  if (decision.choice !== "destroy" && decision.choice !== "retry")
    throw new RuleViolation("4(4)", "unknown-decision", "Decide destroy or retry.");
  if (!isText(decision.actor)) throw new RuleViolation("3(1)", "actor-missing", "Say who decides (--as ACCOUNT).");
  if (!isText(decision.reason)) throw new RuleViolation("4(4)", "reason-missing", "Give a reason for the decision (--reason TEXT).");
  requireNoNationalId(decision.actor, "The account");
  requireText(decision.reason, "The reason");
}

/** Whether it says something, at no great length. */
export function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim().length > 0 && value.length <= LONGEST_REASON;
}

import { RuleViolation } from "./rule-violation.ts";

/**
 * A person's request has an id of its own, under which it stands on record: sent again, by whomever, it does nothing anew.
 * @throws RuleViolation `request-malformed`
 */
export function requireRequestId(requestId: string, clause: string): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(requestId))
    throw new RuleViolation(clause, "request-malformed", "The request has no id of its own: open the form anew.");
}

import { RuleViolation } from "./rule-violation.ts";

/** Whether a text can be a request's id: a UUID. */
export function isRequestId(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/**
 * A person's request has an id of its own, under which it stands on record: sent again, by whomever, it does nothing anew.
 * @throws RuleViolation `request-malformed`
 */
export function requireRequestId(requestId: string, clause: string): void {
  if (!isRequestId(requestId))
    throw new RuleViolation(clause, "request-malformed", "The request has no id of its own: open the form anew.");
}

/** A request that is on record under its id, and says something else than it did then: nothing of that was done. */
export function requestChanged(clause: string): RuleViolation {
  return new RuleViolation(
    clause,
    "request-changed",
    "This was sent before, and said something else then: look at what is on record, then open the form anew.",
  );
}

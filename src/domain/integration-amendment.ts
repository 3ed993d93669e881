import { hasRights, type Integration, type RightsHolder } from "./integration.ts";
import type { AmendmentKind } from "./integration-application.ts";
import { RuleViolation } from "./rule-violation.ts";

/**
 * One application at a time changes an integration that has rights; what is suspended comes back by a reapplication.
 * @throws RuleViolation `step-out-of-order`, `amendment-open`, `reapplication-required`, `not-suspended`
 * @clause 3(3)
 * @clause 5(6)
 */
export function requireAmendable(integration: Integration, kind: AmendmentKind): asserts integration is RightsHolder {
  if (!hasRights(integration)) throw new RuleViolation("3(3)", "step-out-of-order", "The integration has no rights that could change.");
  if (integration.amendment !== undefined)
    throw new RuleViolation(
      "3(3)",
      "amendment-open",
      "Another application of this integration is under way: have it decided or withdraw it.",
    );
  if (integration.state === "suspended" && kind !== "reapplication") throw reapplicationRequired();
  if (integration.state !== "suspended" && kind === "reapplication")
    throw new RuleViolation("5(6)", "not-suspended", "The integration is not suspended: apply for a change or a renewal.");
}

/** What may be applied for now. @clause 3(3) */
export function amendableKinds(integration: Integration): AmendmentKind[] {
  if (!hasRights(integration) || integration.amendment !== undefined) return [];
  return integration.state === "suspended" ? ["reapplication"] : ["renewal", "change"];
}

/** @clause 5(6) */
export function reapplicationRequired(): RuleViolation {
  return new RuleViolation(
    "5(6)",
    "reapplication-required",
    "The integration is suspended: the agency applies for it again, and says what has been improved.",
  );
}

export function nothingChanged(): RuleViolation {
  return new RuleViolation("3(3)", "nothing-changed", "Everything asked for is in force already: say what is to change.");
}

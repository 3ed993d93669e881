import { ApplicationFailure } from "@temporalio/common";
import { RuleViolation } from "../domain/rule-violation.ts";

/** Runs a rule; what it would break crosses Temporal with clause, code and message, and is not tried again. */
export function underRules<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asRuleFailure(error);
  }
}

/** A broken rule as the failure that crosses Temporal; any other error as it is. */
export function asRuleFailure(error: unknown): unknown {
  if (!(error instanceof RuleViolation)) return error;
  const { clause, code, message } = error;
  return ApplicationFailure.create({ message, type: code, nonRetryable: true, details: [clause] });
}

/** The rule that a call through Temporal broke, wherever it lies in the chain of causes; undefined when it failed otherwise. */
export function ruleViolationIn(error: unknown): RuleViolation | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const clause = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
    if (cause instanceof ApplicationFailure && typeof cause.type === "string" && typeof clause === "string") {
      return new RuleViolation(clause, cause.type, cause.message);
    }
  }
  return undefined;
}

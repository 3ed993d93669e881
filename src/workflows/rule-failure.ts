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

/**
 * A broken rule as the failure that crosses Temporal, and so what the records refuse, since asking again would be refused again; any other error
 * as it is.
 */
export function asRuleFailure(error: unknown): unknown {
  const broken = isRefusedByRecords(error) ? recordRefused() : error;
  if (!(broken instanceof RuleViolation)) return error;
  const { clause, code, message } = broken;
  return ApplicationFailure.create({ message, type: code, nonRetryable: true, details: [clause] });
}

/** SQLSTATE classes of what no waiting mends: a value that is none (22), a constraint (23), or more than an index or a statement can hold (54). */
function isRefusedByRecords(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(22|23|54)[0-9A-Z]{3}$/.test(String(error.code));
}

/** The database's own words may quote a row, so they go no further. */
function recordRefused(): RuleViolation {
  return new RuleViolation(
    "3(3)",
    "record-refused",
    "The records refused this, so nothing has changed: look at what stands on record, then try again.",
  );
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

/** A rule of the regulation that a request would break. Its message says what to do next and never holds personal data. */
export class RuleViolation extends Error {
  override name = "RuleViolation";
  /** Clause of the regulation, as in docs/clauses.md: `4(2)1` for 四(二)1. */
  readonly clause: string;
  /** Stable and kebab-case: callers may depend on it. */
  readonly code: string;

  constructor(clause: string, code: string, message: string) {
    super(message);
    this.clause = clause;
    this.code = code;
  }
}

import type { CheckCode } from "./checks.ts";
import type { IntegrationState } from "./integration-step.ts";
import { RuleViolation } from "./rule-violation.ts";

/** What is said about the person asked about; never which field did not fit, nor whether the person exists. */
export type SubjectMatch = "match" | "variant" | "manualReview" | "noMatch";

/** How the asker's name compares with the register's. `unreadable`: one side has a character that nobody can know (domain facts, Names). */
export type NameComparison = "same" | "variant" | "unreadable" | "different" | "notGiven";
export type BirthDateComparison = "same" | "different" | "notGiven";

/** What the datasets hold of one person, without the identity fields. */
export interface KnownFacts {
  readonly indigenous: boolean;
  /** Codes of the list datasets' checks that name this person today. */
  readonly listedChecks: ReadonlySet<CheckCode>;
}

/** Yes, no, or not answered. */
export type Answers = Partial<Record<CheckCode, boolean | null>>;

/**
 * Judges whether the person asked about is who the asker says.
 *
 * Someone who is not in the register and someone whose fields do not fit get the same judgement. An asker's unreadable name proves nothing:
 * without a birth date it leads to `manualReview` whether or not the person exists, so that it can't be used to fish for who exists.
 * @clause 4(1)4
 */
export function judgeIdentity(
  registered: boolean,
  name: NameComparison,
  askedNameUnreadable: boolean,
  birthDate: BirthDateComparison,
): SubjectMatch {
  if (askedNameUnreadable && birthDate === "notGiven") return "manualReview";
  if (!registered || name === "different" || birthDate === "different") return "noMatch";
  if (name === "notGiven" && birthDate === "notGiven") return "noMatch";
  if (name === "unreadable") return "manualReview";
  return name === "variant" ? "variant" : "match";
}

/**
 * Answers the checks asked, in their order. A match or a variant gets yes or no; no match gets `resident: false` and null for the rest;
 * a manual review gets null for all, and the agency's officer settles it with the household office.
 * @clause 2(4)
 */
export function answerChecks(match: SubjectMatch, facts: KnownFacts | undefined, checks: readonly CheckCode[]): Answers {
  const answers: Answers = {};
  for (const check of checks) answers[check] = answerCheck(match, facts, check);
  return answers;
}

function answerCheck(match: SubjectMatch, facts: KnownFacts | undefined, check: CheckCode): boolean | null {
  if (match === "manualReview") return null;
  if (match === "noMatch" || facts === undefined) return check === "resident" ? false : null;
  if (check === "resident") return true;
  return check === "indigenous" ? facts.indigenous : facts.listedChecks.has(check);
}

/**
 * A query needs a case number and a reason that say something: at least two letters or digits, of any script.
 * @throws RuleViolation `case-number-required` or `reason-required`
 * @clause 4(2)1
 */
export function requireCaseAndReason(caseNumber: string, reason: string): void {
  if (!saysSomething(caseNumber)) {
    throw new RuleViolation("4(2)1", "case-number-required", "Every query needs the number of the case it serves: send it in caseNumber.");
  }
  if (!saysSomething(reason)) {
    throw new RuleViolation(
      "4(2)1",
      "reason-required",
      "Every query needs a reason that an auditor can understand: say in reason what the answer is for.",
    );
  }
}

/** A few letters show nothing at all (Hangul fillers); they say nothing either. No `v` flag: bundling for workflows turns its sets into nonsense. */
const TWO_LETTERS_OR_DIGITS = /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}].*?(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/su;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Whether a text holds characters that would not print or would turn a printed line around. */
export function hasControlCharacter(text: string): boolean {
  return CONTROL_CHARACTER.test(text);
}

/** Whether it has at least two letters or digits, of any script, that can be seen. */
export function saysSomething(text: string): boolean {
  return TWO_LETTERS_OR_DIGITS.test(text);
}

/** What an integration may ask, as approved. Times are epoch milliseconds. */
export interface ApprovedAccess {
  readonly state: IntegrationState;
  readonly approvedFrom: number;
  readonly approvedUntil: number;
  readonly scope: ReadonlySet<string>;
  /** Canonical texts of single addresses. */
  readonly addresses: ReadonlySet<string>;
}

/**
 * Nothing is answered outside the approved address, state and period.
 * @param sourceAddress canonical text
 * @param now epoch milliseconds
 * @throws RuleViolation `address-not-allowed`, `integration-suspended`, `integration-not-active` or `integration-expired`
 * @clause 3(7)
 * @clause 4(1)2
 */
export function requireApprovedAccess(access: ApprovedAccess, sourceAddress: string, now: number): void {
  if (!access.addresses.has(sourceAddress)) {
    throw new RuleViolation(
      "3(7)",
      "address-not-allowed",
      "This address is not on the integration's whitelist: apply for a change of addresses.",
    );
  }
  if (access.state === "suspended") {
    throw new RuleViolation(
      "5(5)",
      "integration-suspended",
      "The integration is suspended: apply again when what led to it has been improved.",
    );
  }
  if (access.state === "expired" || now >= access.approvedUntil) {
    throw new RuleViolation("4(1)2", "integration-expired", "The approved period is over: apply for a renewal.");
  }
  if (access.state !== "active" || now < access.approvedFrom) {
    throw new RuleViolation("4(1)2", "integration-not-active", "The integration is not active: its application says which step is next.");
  }
}

/**
 * A query must fit the approved scope.
 * @throws RuleViolation `check-out-of-scope`
 * @clause 3(10)
 */
export function requireScope(access: ApprovedAccess, checks: readonly CheckCode[]): void {
  if (!checks.every((check) => access.scope.has(check))) {
    throw new RuleViolation(
      "3(10)",
      "check-out-of-scope",
      "The integration is not approved for every check asked: apply for a change of scope.",
    );
  }
}

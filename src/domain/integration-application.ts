import { type CheckCode, isCheckCode } from "./checks.ts";
import { type ApprovedPeriod, requirePeriod } from "./integration-period.ts";
import { canonicalAddresses } from "./ip-address.ts";
import { holdsNationalId } from "./national-id.ts";
import { RuleViolation } from "./rule-violation.ts";
import { hasControlCharacter } from "./verification.ts";

/** What an agency asks for: one system's right to query. */
export interface Application extends ApprovedPeriod {
  readonly applicationNumber: string;
  readonly agencyCode: string;
  readonly agencyName: string;
  readonly systemName: string;
  readonly legalBasis: string;
  readonly purpose: string;
  readonly checks: readonly CheckCode[];
  /** Canonical texts of single addresses. */
  readonly addresses: readonly string[];
  /** An office's telephone or mail address; no person's name is needed. */
  readonly contact: string;
}

/** An application as somebody typed it. */
export type ApplicationDraft = Omit<Application, "checks"> & { readonly checks: readonly string[] };

const TEXTS = ["agencyName", "systemName", "legalBasis", "purpose", "contact"] as const;
const CODES = ["applicationNumber", "agencyCode"] as const;
const LONGEST_TEXT = 1000;

/**
 * Checks an application and puts it into the form it is kept in.
 * @param today ISO 8601, in Taiwan
 * @throws RuleViolation `application-incomplete`, `code-malformed`, `unknown-check` and those of texts, addresses and periods
 * @clause 3(3)
 */
export function prepareApplication(draft: ApplicationDraft, today: string): Application {
  for (const field of CODES) requireCode(draft[field], field);
  for (const field of TEXTS) requireText(draft[field], field);
  const checks = [...new Set(draft.checks)];
  if (checks.length === 0)
    throw new RuleViolation("3(3)", "application-incomplete", "The application must list the query permissions it asks for: add checks.");
  if (!checks.every(isCheckCode))
    throw new RuleViolation("3(3)", "unknown-check", "The application asks for a check that the platform does not offer.");
  requirePeriod(draft, today);
  return { ...draft, checks, addresses: canonicalAddresses(draft.addresses) };
}

/** Ends of workflow ids, and what people quote on the telephone. */
function requireCode(code: string, field: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(code)) {
    throw new RuleViolation("3(3)", "code-malformed", `${field} must be 1 to 64 letters, digits, dots, hyphens or underscores.`);
  }
  requireNoNationalId(code, field);
}

/**
 * What officers write stands in records for good, so it must say something and hold nobody's ID number.
 * @throws RuleViolation `application-incomplete`, `text-too-long`, `text-not-printable` or `national-id-in-text`
 * @clause 3(10)
 */
export function requireText(text: string, field: string): void {
  if ((text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) < 2)
    throw new RuleViolation("3(3)", "application-incomplete", `${field} is missing or says nothing: fill it in.`);
  if (text.length > LONGEST_TEXT)
    throw new RuleViolation("3(3)", "text-too-long", `${field} has more than ${LONGEST_TEXT} characters: shorten it.`);
  if (hasControlCharacter(text.replaceAll("\n", " ")))
    throw new RuleViolation("3(3)", "text-not-printable", `${field} holds control characters: remove them.`);
  requireNoNationalId(text, field);
}

function requireNoNationalId(text: string, field: string): void {
  if (holdsNationalId(text)) {
    throw new RuleViolation(
      "3(10)",
      "national-id-in-text",
      `${field} holds what looks like a person's ID number: describe the matter without it.`,
    );
  }
}

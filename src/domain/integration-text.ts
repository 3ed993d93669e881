import { requireNoNationalId } from "./national-id.ts";
import { RuleViolation } from "./rule-violation.ts";
import { hasControlCharacter } from "./verification.ts";

const LONGEST_TEXT = 1000;
const LONGEST_NAME = 200;

/** Ends of workflow ids, and what people quote on the telephone. */
export function requireCode(code: string, field: string): void {
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

/**
 * What an agency calls itself: the records find it by its code and its name, and an index holds no long ones.
 * @throws RuleViolation `name-too-long`, and those of texts
 * @clause 3(3)
 */
export function requireAgencyName(name: string): void {
  if (name.length > LONGEST_NAME)
    throw new RuleViolation("3(3)", "name-too-long", `agencyName has more than ${LONGEST_NAME} characters: shorten it.`);
  requireText(name, "agencyName");
}

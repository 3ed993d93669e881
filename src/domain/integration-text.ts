import { requireNoNationalId } from "./national-id.ts";
import { RuleViolation } from "./rule-violation.ts";
import { hasControlCharacter, saysSomething } from "./verification.ts";

const LONGEST_TEXT = 1000;
const LONGEST_NAME = 200;
/** A printed form has so many on a page. */
const MOST_LINES = 50;
/** They stand in a line of a list with others, on a page, on paper or in a terminal. */
const NAMES: ReadonlySet<string> = new Set(["agencyName", "systemName", "contact", "letterNumber", "letter number"]);

/** Ends of workflow ids, and what people quote on the telephone. */
export function requireCode(code: string, field: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(code)) {
    throw new RuleViolation("3(3)", "code-malformed", `${field} must be 1 to 64 letters, digits, dots, hyphens or underscores.`);
  }
  requireNoNationalId(code, field);
}

/**
 * What officers write stands in records for good, so it must say something and hold nobody's ID number.
 * @throws RuleViolation `application-incomplete`, `name-too-long`, `text-too-long`, `text-not-printable` or `national-id-in-text`
 * @clause 3(10)
 */
export function requireText(text: string, field: string): void {
  if (!saysSomething(text)) throw new RuleViolation("3(3)", "application-incomplete", `${field} is missing or says nothing: fill it in.`);
  const isName = NAMES.has(field);
  if (isName && text.length > LONGEST_NAME)
    throw new RuleViolation("3(3)", "name-too-long", `${field} has more than ${LONGEST_NAME} characters: shorten it.`);
  const lines = text.split("\n");
  if (text.length > LONGEST_TEXT || lines.length > MOST_LINES)
    throw new RuleViolation(
      "3(3)",
      "text-too-long",
      `${field} has more than ${LONGEST_TEXT} characters or ${MOST_LINES} lines: shorten it.`,
    );
  if ((isName && lines.length > 1) || lines.some(hasControlCharacter))
    throw new RuleViolation(
      "3(3)",
      "text-not-printable",
      `${field} holds ${isName ? "line breaks or " : ""}control characters: remove them.`,
    );
  requireNoNationalId(text, field);
}

/** What an agency calls itself: the records find it by its code and its name, and an index holds no long ones. @clause 3(3) */
export function requireAgencyName(name: string): void {
  requireText(name, "agencyName");
}

import { RuleViolation } from "./rule-violation.ts";

/** Values of the area letters A to Z, in order (A10, B11 … I34, O35, W32, Z33). */
const LETTER_VALUES = [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33] as const;
const WEIGHTS = [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1] as const;
const CITIZEN = /^[A-Z][12][0-9]{8}$/;
const RESIDENT_CERTIFICATE = /^[A-Z][89A-D][0-9]{8}$/;
const FULL_WIDTH = /[\uff01-\uff5e]/g;
/** Not `toUpperCase`, which turns letters of other scripts (ſ, ı) into ASCII ones. */
const LOWER_CASE = /[a-z]/g;
const ALREADY_NORMAL = /^[A-Z0-9]{10}$/;

/** The form of an ID number in which it is checked and hashed: half width, upper case, no white space at its ends. */
export function normaliseNationalId(raw: string): string {
  if (ALREADY_NORMAL.test(raw)) return raw;
  return raw
    .trim()
    .replace(FULL_WIDTH, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(LOWER_CASE, (letter) => String.fromCharCode(letter.charCodeAt(0) - 32));
}

/** Whether a normalised text is the ID number of a citizen (國民身分證統一編號), check digit included. */
export function isCitizenId(id: string): boolean {
  return CITIZEN.test(id) && hasValidCheckDigit(id);
}

/** Whether a normalised text is the ID number of a citizen or of the holder of a resident certificate (外來人口統一證號, both formats). */
export function isNationalId(id: string): boolean {
  return (CITIZEN.test(id) || RESIDENT_CERTIFICATE.test(id)) && hasValidCheckDigit(id);
}

/** Ten characters as an ID number has them, valid or not. */
const ID_FORM = /^[A-Z][0-9A-D][0-9]{8}$/;

/**
 * An ID number as screens and lists show it: M12345****. Of what is none, and so could be anything, only the first character.
 * @param id as `normaliseNationalId` gives it
 * @clause 4(2)2
 */
export function maskNationalId(id: string): string {
  return ID_FORM.test(id) ? `${id.slice(0, 6)}****` : `${[...id][0] ?? ""}****`;
}

/**
 * The tenth digit that makes an ID number valid.
 * @param firstNine letter, second character and seven digits
 */
export function checkDigit(firstNine: string): number {
  return (10 - (weightedSum(firstNine, 9) % 10)) % 10;
}

/** By hand, a fifth of the time of `taiwan-id-validator`, since it runs for every row of every import. A test holds it against that library. */
function hasValidCheckDigit(id: string): boolean {
  return (weightedSum(id, 9) + digitAt(id, 9)) % 10 === 0;
}

function weightedSum(id: string, characters: number): number {
  const letter = letterValue(id, 0);
  let sum = Math.floor(letter / 10) * WEIGHTS[0] + (letter % 10) * WEIGHTS[1];
  for (let place = 1; place < characters; place += 1) sum += digitAt(id, place) * (WEIGHTS[place + 1] as number);
  return sum;
}

/** A resident certificate's old second letter counts by the unit digit of its value. */
function digitAt(id: string, place: number): number {
  const code = id.charCodeAt(place);
  return code >= 65 ? letterValue(id, place) % 10 : code - 48;
}

function letterValue(id: string, place: number): number {
  return LETTER_VALUES[id.charCodeAt(place) - 65] ?? 0;
}

/** As citizens' and residents' numbers look, in any width or case; longer runs of letters and digits are something else. */
const LIKE_NATIONAL_ID = /(?<![a-z0-9])[a-z][1289a-d]\d{8}(?![a-z0-9])/i;

/**
 * Whether a text holds what looks like a person's ID number; such a text must not stand anywhere in the clear.
 * @clause 3(10)
 */
export function holdsNationalId(text: string): boolean {
  return LIKE_NATIONAL_ID.test(text.normalize("NFKC"));
}

/**
 * What people write about what they do stands in records for good, so it must hold nobody's ID number.
 * @throws RuleViolation `national-id-in-text`
 * @clause 3(10)
 */
export function requireNoNationalId(text: string, field: string): void {
  if (!holdsNationalId(text)) return;
  throw new RuleViolation("3(10)", "national-id-in-text", `${field} holds what looks like a person's ID number: say it without one.`);
}

/**
 * What narrows a list stands in its URL, which browsers, proxies and logs keep, so it must hold nobody's ID number.
 * @clause 4(2)5
 */
export function nationalIdInFilter(): RuleViolation {
  return new RuleViolation("4(2)5", "national-id-in-filter", "An ID number goes into its own field only: these come to stand in a URL.");
}

/**
 * A text that others chose, with every ID number in it masked.
 * @clause 3(10)
 */
export function hideNationalIds(text: string): string {
  return holdsNationalId(text) ? text.normalize("NFKC").replaceAll(new RegExp(LIKE_NATIONAL_ID, "gi"), maskNationalId) : text;
}

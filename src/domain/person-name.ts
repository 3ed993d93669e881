import { foldVariants } from "./name-variants.ts";
import { RuleViolation } from "./rule-violation.ts";

/** A name in the forms that are hashed. */
export interface NormalisedName {
  /** NFC, half width, no variation selectors, one separator (U+00B7), no spaces, Latin lower case; unreadable characters are ■. */
  readonly exact: string;
  /** `exact` with variant forms folded; the same text where there are none. */
  readonly folded: string;
  /** Code point positions in `exact` of characters that nobody can know. */
  readonly unreadable: readonly number[];
}

/** In characters (code points); `unreadable_positions` has a bit for each. */
const MAXIMUM_LENGTH = 50;
const UNREADABLE = "■";

/** Everyday Han characters only: nothing of what follows would change them but the variant table. */
const PLAIN_HAN = /^[\u4e00-\u9fff]{1,8}$/;
const SEPARATOR = /[.\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb\ufe52\uff65]/g;
/** The Atayal glottal stop is U+2019; keyboards and old systems write it in these other ways. Not `^`: to the Amis that is another sound. */
const GLOTTAL_STOP = /['`\u00b4\u02b9\u02bb\u02bc\u02c8\u2018\u201b\u2032\ua78b\ua78c]/g;
const HYPHEN = /[\u2010\u2011]/g;
/** White space, and what shows nothing at all: variation selectors, joiners, marks of direction. */
const INVISIBLE = /[\s\p{Default_Ignorable_Code_Point}]/gu;
const FULL_WIDTH = /[\uff01-\uff5e]/g;
/** Private use, marks for a missing or masked character, and what a decoder leaves where it could not read: never guessed at. */
const NOBODY_KNOWS = /[?*■□▇█〓○●◯\ufffd\ue000-\uf8ff\u{f0000}-\u{ffffd}\u{100000}-\u{10fffd}]/gu;
const CONTROL_CHARACTER = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
/** A name has at least one letter; 〇 is a number to Unicode and a name's character to people. */
const SAYS_SOMETHING = /[\p{L}〇■]/u;

/**
 * Brings a name into the forms that are hashed and compared.
 * @param raw as the register or the asker writes it, in Han or indigenous (Latin) script
 * @throws RuleViolation `invalid-name` for a text without a letter, more than 50 characters, or control characters
 * @clause 2(4)
 */
export function normaliseName(raw: string): NormalisedName {
  if (PLAIN_HAN.test(raw)) return { exact: raw, folded: foldVariants(raw), unreadable: [] };
  const text = raw.trim();
  if (CONTROL_CHARACTER.test(text)) throw invalid();
  const exact = text
    .toWellFormed()
    .normalize("NFC")
    .replace(INVISIBLE, "")
    .replace(FULL_WIDTH, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(NOBODY_KNOWS, UNREADABLE)
    .replace(SEPARATOR, "\u00b7")
    .replace(GLOTTAL_STOP, "\u2019")
    .replace(HYPHEN, "-")
    .toLowerCase()
    // Marks that stood apart from their letter until now.
    .normalize("NFC");
  const characters = [...exact];
  if (characters.length > MAXIMUM_LENGTH || !SAYS_SOMETHING.test(exact)) throw invalid();
  const unreadable = characters.flatMap((character, position) => (character === UNREADABLE ? [position] : []));
  return { exact, folded: foldVariants(exact), unreadable };
}

/** Unreadable positions as the bitmask stored with a record: bit i for position i. */
export function toPositionMask(positions: readonly number[]): bigint {
  return positions.reduce((mask, position) => mask | (1n << BigInt(position)), 0n);
}

/**
 * The name with ■ at the positions of a mask, so that its readable rest can be compared with a name that is unreadable there.
 * @param mask of `toPositionMask`, as a number: 50 bits are exact in it, and cost a fraction of what they cost in a bigint; 0 for none
 */
export function blankPositions(name: string, mask: number): string {
  let blanked = "";
  let rest = mask;
  for (const character of name) {
    const half = Math.floor(rest / 2);
    blanked += rest === half * 2 ? character : UNREADABLE;
    rest = half;
  }
  return blanked;
}

/** How many characters of a name can be read; separators are none. */
export function readableCharacters(name: string): number {
  let readable = 0;
  for (const character of name) if (character !== UNREADABLE && character !== "\u00b7") readable += 1;
  return readable;
}

/** Circles that stand for the middle of a name, however long it is. */
const MOST_CIRCLES = 4;
const LATIN_WORD = /[^\s\u00b7\u2027\u30fb\uff0e.\u2022\uff65-]+/gu;

/**
 * A name as screens and lists show it: 王○明, 王○, 歐○○明; of a name in Latin script the first letter of each word, S○○ N○○.
 * @clause 4(2)2
 */
export function maskName(name: string): string {
  if (/\p{Script=Latin}/u.test(name)) return name.replace(LATIN_WORD, (word) => `${[...word][0]}○○`);
  const characters = [...name];
  if (characters.length <= 2) return `${characters[0] ?? ""}○`;
  return `${characters[0]}${"○".repeat(Math.min(characters.length - 2, MOST_CIRCLES))}${characters.at(-1)}`;
}

function invalid(): RuleViolation {
  return new RuleViolation(
    "2(4)",
    "invalid-name",
    "A name has 1 to 50 characters and no control characters: send it as the register writes it.",
  );
}

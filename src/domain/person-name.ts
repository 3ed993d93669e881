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

const MAXIMUM_LENGTH = 50;
/** Positions that `unreadable_positions` can mark: a 64-bit number without its sign. */
const MAXIMUM_MARKED_POSITIONS = 63;
const UNREADABLE = "■";

/** Two to four everyday Han characters: nothing of what follows would change them but the variant table. */
const PLAIN_HAN = /^[\u4e00-\u9fff]{1,8}$/;
const SEPARATOR = /[\u00b7\u2027\u30fb\uff0e.\u2022\uff65\u2024]/g;
/** The Atayal glottal stop is U+2019; keyboards and old systems write it in these other ways. */
const GLOTTAL_STOP = /['\u2018\u02bc\u02b9\u00b4`\uff07\u2032]/g;
const VARIATION_SELECTOR = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}\u180b-\u180d]/gu;
const SPACE_OR_FORMAT = /[\s\u200b-\u200d\u2060\ufeff]/gu;
const FULL_WIDTH_LATIN = /[\uff01-\uff5e]/g;
// Private use, missing-character marks, and what a decoder leaves where it could not read: never guessed at.
const NOBODY_KNOWS = /[■□▇█\u3013\u25ef\ufffd\ue000-\uf8ff\u{f0000}-\u{ffffd}\u{100000}-\u{10fffd}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL_CHARACTER = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/**
 * Brings a name into the forms that are hashed and compared.
 * @param raw as the register or the asker writes it, in Han or indigenous (Latin) script
 * @throws RuleViolation `invalid-name` for an empty name, more than 50 characters, or control characters
 * @clause 2(4)
 */
export function normaliseName(raw: string): NormalisedName {
  if (PLAIN_HAN.test(raw)) return { exact: raw, folded: foldVariants(raw), unreadable: [] };
  if (CONTROL_CHARACTER.test(raw)) throw invalid();
  const exact = raw
    .normalize("NFC")
    .replace(VARIATION_SELECTOR, "")
    .replace(NOBODY_KNOWS, UNREADABLE)
    .replace(FULL_WIDTH_LATIN, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(SEPARATOR, "\u00b7")
    .replace(GLOTTAL_STOP, "\u2019")
    .replace(SPACE_OR_FORMAT, "")
    .toLowerCase()
    .normalize("NFC");
  const characters = [...exact];
  if (characters.length === 0 || characters.length > MAXIMUM_LENGTH) throw invalid();
  const unreadable = characters.flatMap((character, position) => (character === UNREADABLE ? [position] : []));
  return { exact, folded: foldVariants(exact), unreadable };
}

/** Unreadable positions as the bitmask stored with a record: bit i for position i. */
export function toPositionMask(positions: readonly number[]): bigint {
  return positions.reduce((mask, position) => (position < MAXIMUM_MARKED_POSITIONS ? mask | (1n << BigInt(position)) : mask), 0n);
}

/** The name with ■ at the positions of a mask, so that its readable rest can be compared with a name that is unreadable there. */
export function blankPositions(exact: string, mask: bigint): string {
  return [...exact].map((character, position) => ((mask >> BigInt(position)) & 1n ? UNREADABLE : character)).join("");
}

/** A name as screens show it: 王○明, 王○. */
export function maskName(name: string): string {
  const characters = [...name];
  if (characters.length <= 2) return `${characters[0] ?? ""}○`;
  return `${characters[0]}${"○".repeat(characters.length - 2)}${characters.at(-1)}`;
}

function invalid(): RuleViolation {
  return new RuleViolation("2(4)", "invalid-name", "A name has 1 to 50 characters and no control characters: send it as the register writes it.");
}

import { POLICY } from "./policy.ts";
import { RuleViolation } from "./rule-violation.ts";

const DAY = 86_400_000;
/** Longer ones would only make the hashing slow. */
const LONGEST = 128;
const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}\s]/u];
const FEWEST_DIFFERENT = 6;
/** Shorter names of accounts stand in many a good password by chance. */
const SHORTEST_NAME = 4;

/**
 * Long, mixed of all four classes, not made of few characters, not the account, and not one that attackers try first.
 * @param isKnown whether a word, in small letters, is a password that is known to be bad
 * @throws RuleViolation `password-too-short`, `password-too-long`, `password-not-mixed`, `password-monotonous`, `password-names-account`, `password-known`
 * @clause 3(5)
 */
export function requireStrongPassword(password: string, account: string, isKnown: (word: string) => boolean): void {
  const characters = [...password.normalize("NFC")];
  if (characters.length < POLICY.passwordCharacters)
    throw broken("password-too-short", `A password has at least ${POLICY.passwordCharacters} characters: make it longer.`);
  if (characters.length > LONGEST) throw broken("password-too-long", `A password has at most ${LONGEST} characters: shorten it.`);
  if (!CLASSES.every((characterClass) => characterClass.test(password)))
    throw broken("password-not-mixed", "A password mixes small and capital letters, digits and symbols: add what is missing.");
  if (new Set(characters).size < FEWEST_DIFFERENT)
    throw broken("password-monotonous", `A password has at least ${FEWEST_DIFFERENT} different characters: repeat less.`);
  const words = coreWords(password);
  const names = [account, lettersOf(account)].filter(({ length }) => length >= SHORTEST_NAME);
  if (words.some((word) => names.some((name) => word.includes(name))))
    throw broken("password-names-account", "The password holds the account's name: choose one that doesn't.");
  if (words.some((word) => isKnown(word)))
    throw broken("password-known", "This password is a well-known one with little added: choose one that nobody would try.");
}

/** The new password fits, but is one of the last ones. @param sameAs for each remembered password, newest first, whether the new one is it @clause 3(5) */
export function requireUnusedPassword(sameAs: readonly boolean[]): void {
  if (sameAs.slice(0, POLICY.passwordsRemembered).includes(true))
    throw broken("password-used-before", `The password is one of the last ${POLICY.passwordsRemembered}: choose another.`);
}

/**
 * A password is kept for a day at least, or one could run through the last three back to the old one.
 * @param setAt epoch milliseconds; undefined: there is none yet, or it must be changed
 * @throws RuleViolation `password-too-young`
 * @clause 3(5)
 */
export function requireChangeablePassword(setAt: number | undefined, now: number): void {
  if (setAt !== undefined && now < setAt + POLICY.passwordMinimumDays * DAY)
    throw broken("password-too-young", `A password is kept for ${POLICY.passwordMinimumDays} day at least: change it tomorrow.`);
}

/** When a password must be changed at the latest (epoch milliseconds); from then on it only opens the page that changes it. @clause 3(5) */
export function passwordEnd(setAt: number): number {
  return setAt + POLICY.passwordMaximumDays * DAY;
}

const LOOKALIKES: Readonly<Record<string, string>> = {
  "@": "a",
  "4": "a",
  "3": "e",
  "1": "l",
  "!": "i",
  "0": "o",
  $: "s",
  "5": "s",
  "7": "t",
};

/** What is left of a password as attackers see it: small letters, the usual stand-ins undone, digits and symbols at both ends cut off. */
function coreWords(password: string): string[] {
  const small = password.normalize("NFKC").toLowerCase();
  const bare = small.replace(/^[^a-z]+|[^a-z]+$/g, "");
  const undone = (text: string) => text.replace(/[@431!0$57]/g, (character) => LOOKALIKES[character] ?? character);
  return [...new Set([small, bare, undone(bare), undone(small), lettersOf(small), lettersOf(undone(bare))])].filter((word) => word !== "");
}

function lettersOf(text: string): string {
  return text.replace(/[^a-z]/g, "");
}

function broken(code: string, message: string): RuleViolation {
  return new RuleViolation("3(5)", code, message);
}

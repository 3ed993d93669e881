import { dictionary } from "@zxcvbn-ts/language-common";

/** Words that stand for this office: attackers try them first. */
const LOCAL = ["nantou", "nantoucounty", "taiwan", "verification", "household", "platform"];

/** Some 49,000 passwords from known leaks, in small letters; the short ones would refuse too much. */
const KNOWN = new Set([...dictionary["passwords-common"], ...LOCAL].filter((word) => word.length >= 4));

/** Whether a word, in small letters, is a password that attackers try first. */
export function isKnownPassword(word: string): boolean {
  return KNOWN.has(word);
}

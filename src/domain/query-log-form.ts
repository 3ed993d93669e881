import { CHECKS } from "./checks.ts";

/** What the canonical text of an entry says of its derived columns, as JSON writes it, and its two times. */
export interface CanonicalEntry {
  readonly entryId: string;
  readonly askedAt: string;
  /** JSON texts: a number, a text in quotation marks, or null. */
  readonly integration: string;
  readonly operator: string;
  readonly operationCode: string;
  readonly outcome: string;
  readonly caseNumberIndex: string;
  readonly subjectIndex: string;
}

const CHECK = `"(?:${CHECKS.join("|")})"`;
const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const DATE = String.raw`\d{4}-\d{2}-\d{2}`;
const KEYED = `null|"[0-9a-f]{32}"`;
const listOf = (item: string) => `(?:${item}(?:,${item})*)?`;

/** Every member of version 1, in order, with the form of its value. What stands in brackets is taken out. */
const MEMBERS: readonly (readonly [name: string, form: string])[] = [
  ["version", "1"],
  ["entryId", `"(${UUID.replace("-[0-9a-f]{4}-[89", "-7[0-9a-f]{3}-[89")})"`],
  ["askedAt", `"(${DATE}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z)"`],
  ["integration", "(null|[1-9]\\d{0,9})"],
  ["credential", `(?:null|"${UUID}")`],
  ["sourceAddress", '"(?:unknown|[0-9a-f.:]{2,45})"'],
  ["operator", '(null|"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")'],
  ["operationCode", '(null|"[A-Z][A-Z0-9-]{0,15}")'],
  ["checks", `\\[${listOf(CHECK)}\\]`],
  ["outcome", '("(?:match|variant|manualReview|noMatch|refused:[a-z0-9-]{1,64})")'],
  ["answers", `\\{${listOf(`${CHECK}:(?:true|false|null)`)}\\}`],
  ["asOf", `\\{${listOf(`"[a-z0-9-]{1,64}":"${DATE}"`)}\\}`],
  ["caseNumberIndex", `(${KEYED})`],
  ["subjectIndex", `(${KEYED})`],
  ["keyId", '"[A-Za-z0-9._-]{1,64}"'],
  // Base64; any other printable ASCII is let pass, since asking for each character takes as long as all the rest.
  ["sealed", String.raw`"[ -!#-[\]-~]*"`],
  ["salt", '"[0-9a-f]{32}"'],
];
const FORM = new RegExp(`^\\{${MEMBERS.map(([name, form]) => `"${name}":${form}`).join(",")}\\}$`);

/**
 * Reads an entry's canonical text, version 1 (`canonicalEntry`): these members, in this order, no others, every value in its form. All of it is ASCII.
 * @param text a character for each byte
 * @returns undefined for anything else
 * @clause 4(2)5
 */
export function readCanonicalEntry(text: string): CanonicalEntry | undefined {
  const found = FORM.exec(text);
  if (found === null) return undefined;
  const [, entryId, askedAt, integration, operator, operationCode, outcome, caseNumberIndex, subjectIndex] = found as unknown as string[];
  return { entryId, askedAt, integration, operator, operationCode, outcome, caseNumberIndex, subjectIndex } as CanonicalEntry;
}

/** The time in an entry's id (UUID version 7), epoch milliseconds. */
export function timeOfEntryId(entryId: string): number {
  return Number.parseInt(entryId.slice(0, 8) + entryId.slice(9, 13), 16);
}

/** The month (`2026-11`, of Asia/Taipei) whose partition holds an entry: that of the time in its id. */
export function monthOfEntry(epochMilliseconds: number): string {
  return new Date(epochMilliseconds + TAIPEI_OFFSET).toISOString().slice(0, 7);
}

/** When a month (`2026-11`) of Asia/Taipei begins, or the one that comes so many months later; epoch milliseconds. */
export function startOfMonth(month: string, later = 0): number {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return Date.UTC(year, number - 1 + later, 1) - TAIPEI_OFFSET;
}

const TAIPEI_OFFSET = 8 * 3_600_000;

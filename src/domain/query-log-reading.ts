import { requireAccount } from "./appointment.ts";
import { startOfDay } from "./integration-period.ts";
import { requireText } from "./integration-text.ts";
import { maskNationalId, normaliseNationalId } from "./national-id.ts";
import { maskName } from "./person-name.ts";
import { canonicalEntry, type QueryLogEntry, type SealedPart } from "./query-log.ts";
import { RuleViolation } from "./rule-violation.ts";
import { saysSomething } from "./verification.ts";

/** What the log is opened for. */
export type OpeningPurpose = "audit" | "subject-access" | "record-list" | "search";
/** In what capacity somebody reads the log. */
export type ReaderRole = "caseOfficer" | "dedicatedOfficer" | "auditor" | "ethics" | "civilAffairs";

/** What every opening of entries says; it is on record before anything is shown. */
export interface OpeningRequest {
  readonly by: { readonly account: string; readonly role: ReaderRole };
  readonly purpose: OpeningPurpose;
  readonly reason: string;
  /** The number of the person's request, or the month of a list; null where there is none. */
  readonly reference: string | null;
}

const READERS: Readonly<Record<OpeningPurpose, readonly ReaderRole[]>> = {
  search: ["caseOfficer", "dedicatedOfficer", "auditor", "ethics", "civilAffairs"],
  "record-list": ["caseOfficer", "dedicatedOfficer", "auditor"],
  "subject-access": ["caseOfficer", "dedicatedOfficer"],
  audit: ["auditor", "ethics", "civilAffairs"],
};

/**
 * Whether the log may be opened: by whom it may be for this purpose, and with a reason that says something.
 * @throws RuleViolation `account-malformed`, `reader-not-allowed`, `request-number-required` and those of texts
 * @clause 4(2)2
 */
export function requireOpening({ by, purpose, reason, reference }: OpeningRequest): void {
  requireAccount(by.account);
  if (!READERS[purpose].includes(by.role))
    throw new RuleViolation("4(2)2", "reader-not-allowed", `The log is opened for this (${purpose}) by others: --help says by whom.`);
  if (purpose === "subject-access") requireRequestNumber(reference);
  else if (reference !== null) requireText(reference, "reference");
  requireText(reason, "reason");
}

/** What a person's request is found by again. @throws RuleViolation `request-number-required` and those of texts @clause 4(2)2 */
export function requireRequestNumber(reference: string | null): void {
  if (reference === null || !saysSomething(reference))
    throw new RuleViolation("4(2)2", "request-number-required", "Give the number of the person's request.");
  requireText(reference, "reference");
}

/** A row of the log as the database holds it: derived columns, and the canonical bytes as text. Hashes are hexadecimal. */
export interface LogRow {
  readonly entryId: string;
  /** Epoch milliseconds. */
  readonly askedAt: number;
  readonly integrationId: number | null;
  readonly operator: string | null;
  readonly operationCode: string | null;
  readonly outcome: string;
  readonly caseNumberIndex: string | null;
  readonly subjectIndex: string | null;
}

/** Why an entry is not shown: what the database says of it does not agree with itself. */
export type EntryFault =
  | "entry-unreadable"
  | "entry-not-canonical"
  | "tree-disagrees"
  | "leaf-hash-disagrees"
  | "columns-disagree"
  | "key-missing"
  | "sealed-part-unreadable"
  | "subject-disagrees"
  | "case-number-disagrees";

/**
 * Reads an entry from its canonical text; the columns must repeat it, or else nobody knows which of them is the truth.
 * @clause 4(2)5
 */
export function readEntry(row: LogRow, canonicalText: string): QueryLogEntry | EntryFault {
  let entry: QueryLogEntry;
  try {
    entry = JSON.parse(canonicalText);
    if (canonicalEntry(entry) !== canonicalText) return "entry-not-canonical";
  } catch {
    return "entry-unreadable";
  }
  const agrees =
    entry.entryId === row.entryId &&
    Date.parse(entry.askedAt) === row.askedAt &&
    entry.integration === row.integrationId &&
    entry.operator === row.operator &&
    entry.operationCode === row.operationCode &&
    entry.outcome === row.outcome &&
    entry.caseNumberIndex === row.caseNumberIndex &&
    entry.subjectIndex === row.subjectIndex;
  return agrees ? entry : "columns-disagree";
}

/** The person as the asker named them; what was not sent is left out. */
export interface AskedPerson {
  readonly nationalId?: string | undefined;
  readonly name?: string | undefined;
  readonly birthDate?: string | undefined;
}

/** An entry that agrees with itself, opened. */
export interface OpenedEntry {
  readonly entry: QueryLogEntry;
  readonly caseNumber: string | undefined;
  readonly reason: string | undefined;
  readonly subject: AskedPerson;
}

/**
 * Puts an entry and its opened part together; the blind indexes must be those of what was sealed.
 * @param indexOf the blind index of a normalised ID number or of a case number
 */
export function joinSealedPart(
  entry: QueryLogEntry,
  sealed: SealedPart,
  indexOf: (kind: "subject" | "case-number", value: string) => string,
): OpenedEntry | EntryFault {
  const { caseNumber, reason } = sealed;
  const subject = (sealed.subject ?? {}) as AskedPerson;
  const nationalId = normaliseNationalId(subject.nationalId ?? "");
  if (entry.subjectIndex !== (nationalId === "" ? null : indexOf("subject", nationalId))) return "subject-disagrees";
  if (entry.caseNumberIndex !== (caseNumber === undefined ? null : indexOf("case-number", caseNumber))) return "case-number-disagrees";
  return { entry, caseNumber, reason, subject };
}

/**
 * A person as lists show them, one line for the ID number and one for the name: M12345****, 王○明.
 * @clause 4(2)2
 */
export function maskPerson({ nationalId, name }: AskedPerson): string {
  const parts = [nationalId && maskNationalId(normaliseNationalId(nationalId)), name && maskName(name)];
  return parts.filter((part) => part).join("\n") || "○○○";
}

/**
 * The moments between which a month lies, in Taiwan: from the first until just before the second (epoch milliseconds).
 * @param month YYYY-MM
 * @throws RuleViolation `month-malformed`
 */
export function monthMoments(month: string): { from: number; until: number } {
  const [, year = "", number = ""] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? [];
  if (year === "") throw new RuleViolation("5(1)", "month-malformed", "Give the month as YYYY-MM.");
  const next = number === "12" ? `${Number(year) + 1}-01` : `${year}-${String(Number(number) + 1).padStart(2, "0")}`;
  return { from: startOfDay(`${month}-01`), until: startOfDay(`${next}-01`) };
}

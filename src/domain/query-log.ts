import type { CheckCode } from "./checks.ts";
import type { Answers, SubjectMatch } from "./verification.ts";

/** The outcome of a query: what was said about the subject, or the code of the refusal. */
export type Outcome = SubjectMatch | `refused:${string}`;

/** The part of an entry that says who was asked about and why. It is stored encrypted and opened only for an audit. */
export interface SealedPart {
  readonly caseNumber?: string | undefined;
  readonly reason?: string | undefined;
  readonly subject?: unknown;
}

/**
 * One entry of the query log: who asked, when, under which operation code, about whom, for which case and why, and what was answered.
 * The texts `sealed`, `caseNumberIndex` and `subjectIndex` are base64 and hexadecimal forms of keyed or encrypted bytes.
 */
export interface QueryLogEntry {
  readonly entryId: string;
  /** ISO 8601 in UTC, milliseconds; the time in `entryId`. */
  readonly askedAt: string;
  readonly integration: number | null;
  readonly credential: string | null;
  readonly sourceAddress: string;
  readonly operator: string | null;
  readonly operationCode: string | null;
  readonly checks: readonly CheckCode[];
  readonly outcome: Outcome;
  readonly answers: Answers;
  /** Dataset code → as-of date of the generation that answered. */
  readonly asOf: Readonly<Record<string, string>>;
  readonly caseNumberIndex: string | null;
  readonly subjectIndex: string | null;
  readonly keyId: string;
  /** AES-256-GCM: 12 bytes initialisation vector, ciphertext, 16 bytes tag; additional data is `entryId`. */
  readonly sealed: string;
  /** 16 random bytes, so that a leaf hash can't be found by guessing the entry. */
  readonly salt: string;
}

/**
 * The canonical bytes of an entry are the UTF-8 form of this text: JSON without spaces, members in this order, never any other.
 * The leaf hash is taken over them, so changing the order or a name is a new `version`.
 * @clause 4(2)5
 */
export function canonicalEntry(entry: QueryLogEntry): string {
  return JSON.stringify({
    version: 1,
    entryId: entry.entryId,
    askedAt: entry.askedAt,
    integration: entry.integration,
    credential: entry.credential,
    sourceAddress: entry.sourceAddress,
    operator: entry.operator,
    operationCode: entry.operationCode,
    checks: entry.checks,
    outcome: entry.outcome,
    answers: entry.answers,
    asOf: entry.asOf,
    caseNumberIndex: entry.caseNumberIndex,
    subjectIndex: entry.subjectIndex,
    keyId: entry.keyId,
    sealed: entry.sealed,
    salt: entry.salt,
  });
}

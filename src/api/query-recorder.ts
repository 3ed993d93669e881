import type { KeyObject } from "node:crypto";
import type { Pool } from "pg";
import { type Appended, appendRequests, type IdempotencyClaim, type LoggedQuery, type RequestEntries } from "../../db/queries/query-log.ts";
import type { KeyStore } from "../adapters/key-store.ts";
import { createSealer } from "../adapters/sealed-part.ts";
import { logIndexOf } from "../adapters/subject-keys.ts";
import type { CheckCode } from "../domain/checks.ts";
import { canonicalEntry, type Outcome } from "../domain/query-log.ts";
import type { Answers } from "../domain/verification.ts";
import { leafHashOfText } from "../transparency/leaf.ts";
import { createRandomHex, entryIds } from "./entry-id.ts";
import { type SharedStatementLimits, shareStatement } from "./shared-statement.ts";
import { NEXT_STAGE } from "./turn.ts";

/** One subject of a request: what was asked, and what is said. */
export interface RecordedSubject {
  /** As the caller sent it. */
  readonly asked: { readonly nationalId?: string | undefined; readonly name?: string | undefined; readonly birthDate?: string | undefined };
  /** Normalised, for the blind index; null when nothing usable was sent. */
  readonly nationalId: string | null;
  readonly outcome: Outcome;
  readonly answers: Answers;
}

/** What one request leaves in the log. */
export interface RecordedRequest {
  /** Epoch milliseconds. */
  readonly askedAt: number;
  readonly integrationId: number | null;
  readonly credentialId: string | null;
  readonly sourceAddress: string;
  readonly operator: string | null;
  readonly operationCode: string | null;
  readonly caseNumber: string | undefined;
  readonly reason: string | undefined;
  readonly checks: readonly CheckCode[];
  readonly asOf: Readonly<Record<string, string>>;
  readonly subjects: readonly RecordedSubject[];
  /** Whether the subjects count against the daily quota. */
  readonly counted: boolean;
  /** The access register's version that the answers were judged by; a refusal has none. */
  readonly judgedBy?: string;
  readonly claim?: IdempotencyClaim | undefined;
}

/** The durable entries of a request. */
export interface RecordedEntries extends Appended {
  readonly entries: readonly LoggedQuery[];
}

/**
 * Records requests in the query log; resolves when their entries are durable, and rejects when they may not be, with AccessChanged when the
 * request is to be judged again.
 * @param write the statement; the bench compares another
 * @clause 4(1)5
 * @clause 4(2)5
 */
export function createQueryRecorder(
  pool: Pool,
  keyStore: KeyStore,
  limits: SharedStatementLimits,
  write: typeof appendRequests = appendRequests,
): (request: RecordedRequest) => Promise<RecordedEntries> {
  const seal = createSealer(keyStore.logEncryption.current);
  const randomHex = createRandomHex();
  const share = () =>
    shareStatement<RequestEntries, Appended>(
      (requests) => write(pool, requests),
      (request) => request.entries.length,
      limits,
    );
  // Refusals stand whatever has changed: they don't ride with answers, which may have to be judged again.
  const [appendAnswers, appendRefusals] = [share(), share()];

  return async (request) => {
    const { caseNumber, reason, subjects } = request;
    const ids = entryIds(request.askedAt, subjects.length, randomHex);
    const caseNumberIndex = indexOrNull(keyStore.logIndex, "case-number", caseNumber);
    const subjectIndexes = subjects.map(({ nationalId }) => indexOrNull(keyStore.logIndex, "subject", nationalId));
    await NEXT_STAGE;
    const sealed = subjects.map(({ asked }, place) => seal({ caseNumber, reason, subject: asked }, ids[place] as string));
    await NEXT_STAGE;
    const askedAt = new Date(request.askedAt).toISOString();
    const entries = subjects.map((subject, place): LoggedQuery => {
      const entryId = ids[place] as string;
      const subjectIndex = subjectIndexes[place] as string | null;
      const entry = canonicalEntry({
        entryId,
        askedAt,
        integration: request.integrationId,
        credential: request.credentialId,
        sourceAddress: request.sourceAddress,
        operator: request.operator,
        operationCode: request.operationCode,
        checks: request.checks,
        outcome: subject.outcome,
        answers: subject.answers,
        asOf: request.asOf,
        caseNumberIndex,
        subjectIndex,
        keyId: keyStore.logEncryption.currentId,
        sealed: sealed[place] as string,
        salt: randomHex(16),
      });
      return {
        entryId,
        integrationId: request.integrationId,
        operator: request.operator,
        operationCode: request.operationCode,
        outcome: subject.outcome,
        caseNumberIndex,
        subjectIndex,
        leafHash: leafHashOfText(entry),
        entry,
      };
    });
    const { judgedBy, claim } = request;
    const countedFor = request.counted ? request.integrationId : null;
    return { ...(await (judgedBy === undefined ? appendRefusals : appendAnswers)({ entries, countedFor, judgedBy, claim })), entries };
  };
}

function indexOrNull(key: KeyObject, kind: "subject" | "case-number", value: string | null | undefined): string | null {
  return value == null ? null : logIndexOf(key, kind, value);
}

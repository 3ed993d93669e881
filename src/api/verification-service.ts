import { AccessChanged, type DayUsage, findClaimedRequest, type IdempotencyClaim, type LoggedQuery } from "../../db/queries/query-log.ts";
import type { CheckCode } from "../domain/checks.ts";
import { isNationalId, normaliseNationalId } from "../domain/national-id.ts";
import { normaliseName } from "../domain/person-name.ts";
import { parseDate, taipeiDate } from "../domain/roc-date.ts";
import { type Answers, answerChecks, requireCaseAndReason, requireScope, type SubjectMatch } from "../domain/verification.ts";
import { leafHash } from "../transparency/leaf.ts";
import type { AccessSnapshot, CredentialAccess } from "./access-snapshot.ts";
import type { ApiContext } from "./context.ts";
import type { AsOf, AvailableData } from "./dataset-register.ts";
import { type FieldProblem, type ProblemCode, Refusal } from "./problem.ts";
import type { NormalisedSubject } from "./subject-lookup.ts";
import type { AskedSubject } from "./verification-schema.ts";

/** A well-formed question about one or more subjects, from an integration that may ask. */
export interface Question {
  readonly operator: string;
  readonly operationCode: string;
  readonly caseNumber: string;
  readonly reason: string;
  readonly checks: readonly CheckCode[];
  readonly subjects: readonly AskedSubject[];
  /** Where the subject stands in the request: an RFC 6901 pointer. */
  readonly pointerOf: (place: number) => string;
}

export interface Caller {
  readonly credential: CredentialAccess;
  /** The register as it was when the caller's rights were judged. */
  readonly snapshot: AccessSnapshot;
  /** Judges them by another. @throws Refusal or RuleViolation when they are no longer what they were */
  readonly judge: (snapshot: AccessSnapshot) => CredentialAccess;
  readonly sourceAddress: string;
  readonly claim: IdempotencyClaim | undefined;
}

/** What is answered about one subject. */
export interface SubjectAnswer {
  readonly entryId: string;
  readonly subject: SubjectMatch;
  readonly answers: Answers;
  readonly receipt: { readonly leafHash: string; readonly leafIndex: number };
}

export interface AnsweredQuestion {
  readonly results: readonly SubjectAnswer[];
  readonly asOf: AsOf;
}

/**
 * Answers a question and records it; the answer is given only after its log entries are durable.
 * @throws Refusal or RuleViolation when it must not be answered
 * @clause 2(4)
 */
export async function answerQuestion(context: ApiContext, question: Question, caller: Caller): Promise<AnsweredQuestion> {
  const { integration } = caller.credential;
  const askedAt = context.now();
  const today = taipeiDate(askedAt);
  requireCaseAndReason(question.caseNumber, question.reason);
  requireScope(integration, question.checks);
  const subjects = normaliseSubjects(question, today);
  const data = caller.snapshot.datasets.requireAvailable(question.checks, today);

  const settle = context.limits.reserve(integration, subjects.length, today);
  let usage: DayUsage | undefined;
  try {
    const { recorded, answered, asOf } = await recordAnswer(context, question, caller, subjects, askedAt, data);
    usage = recorded.usage;
    const { firstIndex } = recorded;
    if (firstIndex === undefined) return await answerOfFirstTry(context, caller.claim as IdempotencyClaim);
    context.neighbours.note(integration.integrationId, subjects);
    return {
      results: answered.map(({ outcome, answers }, place) => {
        const { entryId, leafHash } = recorded.entries[place] as LoggedQuery;
        return { entryId, subject: outcome, answers, receipt: { leafHash, leafIndex: firstIndex + place } };
      }),
      asOf,
    };
  } finally {
    settle(usage);
  }
}

/** As often may rights or data change while a question is under way; each time it is judged anew. */
const JUDGED_AT_MOST = 50;

/** Judges and records, until the log takes what was judged: it takes nothing if rights or data have changed meanwhile (ADR 31). */
async function recordAnswer(
  context: ApiContext,
  question: Question,
  { credential, snapshot: first, judge, sourceAddress, claim }: Caller,
  subjects: readonly NormalisedSubject[],
  askedAt: number,
  available: AvailableData,
) {
  let snapshot = first;
  let data = available;
  let { credentialId, integration } = credential;
  for (let judged = 1; ; judged += 1) {
    const { asOf } = data;
    const answered = context.lookUp(subjects, data).map(({ match, facts }, place) => ({
      asked: question.subjects[place] as AskedSubject,
      nationalId: (subjects[place] as NormalisedSubject).nationalId,
      outcome: match,
      answers: answerChecks(match, facts, question.checks),
    }));
    try {
      const recorded = await context.record({
        ...question,
        askedAt,
        integrationId: integration.integrationId,
        credentialId,
        sourceAddress,
        asOf,
        subjects: answered,
        counted: true,
        judgedBy: snapshot.version,
        claim,
      });
      return { recorded, answered, asOf };
    } catch (error) {
      if (!(error instanceof AccessChanged) || judged === JUDGED_AT_MOST) throw error;
    }
    const known = context.register.current();
    snapshot = known.version === snapshot.version ? await context.register.refresh() : known;
    ({ credentialId, integration } = judge(snapshot));
    requireScope(integration, question.checks);
    data = snapshot.datasets.requireAvailable(question.checks, taipeiDate(askedAt));
  }
}

async function answerOfFirstTry(context: ApiContext, claim: IdempotencyClaim): Promise<AnsweredQuestion> {
  const answered = await findAnswerOfFirstTry(context, claim);
  if (answered !== undefined) return answered;
  throw new Refusal("overloaded", "The first request with this Idempotency-Key is not finished: try again shortly.", { retryAfter: 1 });
}

/**
 * The answer that the first request with the same idempotency key got, read back from its log entries; undefined when there was none.
 * @throws Refusal `idempotency-key-reused`
 */
export async function findAnswerOfFirstTry(context: ApiContext, claim: IdempotencyClaim): Promise<AnsweredQuestion | undefined> {
  const first = await findClaimedRequest(context.pool, claim.integrationId, claim.keyIndex);
  if (first === undefined) return undefined;
  if (first.requestFingerprint !== claim.requestFingerprint) {
    throw new Refusal("idempotency-key-reused", "This Idempotency-Key was used for another request: take a new key for each request.");
  }
  const entries = first.entries.map((entry) => ({
    ...JSON.parse(entry.toString("utf8")),
    leafHash: leafHash(entry).toString("hex"),
  }));
  return {
    results: entries.map((entry, place) => ({
      entryId: entry.entryId,
      subject: entry.outcome,
      answers: entry.answers,
      receipt: { leafHash: entry.leafHash, leafIndex: first.firstIndex + place },
    })),
    asOf: entries[0].asOf,
  };
}

function normaliseSubjects({ subjects: asked, pointerOf }: Question, today: string): NormalisedSubject[] {
  const fields: FieldProblem[] = [];
  const subjects = asked.map((subject, place): NormalisedSubject => {
    const complain = (field: keyof AskedSubject, code: ProblemCode) => {
      fields.push({ pointer: `${pointerOf(place)}/${field}`, code });
    };
    const nationalId = normaliseNationalId(subject.nationalId);
    if (!isNationalId(nationalId)) complain("nationalId", "invalid-national-id");
    return { nationalId, name: readName(subject.name, complain), birthDate: readBirthDate(subject.birthDate, today, complain) };
  });
  const first = fields[0];
  if (first !== undefined) {
    throw new Refusal(first.code as ProblemCode, "A field of the subject is not valid: errors names each place.", {
      fields: fields.slice(0, 20),
    });
  }
  return subjects;
}

function readName(name: string | undefined, complain: (field: "name", code: ProblemCode) => void): NormalisedSubject["name"] {
  if (name === undefined) return undefined;
  try {
    return normaliseName(name);
  } catch {
    complain("name", "invalid-name");
    return undefined;
  }
}

function readBirthDate(
  birthDate: string | undefined,
  today: string,
  complain: (field: "birthDate", code: ProblemCode) => void,
): string | undefined {
  if (birthDate === undefined) return undefined;
  const date = /^\d{4}-\d{2}-\d{2}$/.test(birthDate) ? parseDate(birthDate) : undefined;
  if (date === undefined || date > today) complain("birthDate", "invalid-birth-date");
  return date;
}

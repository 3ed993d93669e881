import { isCheckCode } from "../domain/checks.ts";
import { holdsNationalId, normaliseNationalId } from "../domain/national-id.ts";
import { taipeiDate } from "../domain/roc-date.ts";
import type { CredentialAccess, IntegrationAccess } from "./access-snapshot.ts";
import type { ApiContext } from "./context.ts";
import { type LoggedRefusal, problemResponse, Refusal, toRefusal, whoseDoing } from "./problem.ts";
import type { RecordedEntries, RecordedRequest, RecordedSubject } from "./query-recorder.ts";
import { MAXIMUM_SUBJECTS, OPERATION_CODE, OPERATOR } from "./verification-schema.ts";

/** Characters kept of a text that no schema has bounded. */
const KEPT_CHARACTERS = 200;

/** How long a caller waits for the log to take a refusal while the platform is in trouble (milliseconds). */
const TROUBLE_PATIENCE = 1000;

interface Refused {
  readonly body: unknown;
  readonly credential: CredentialAccess | undefined;
  /** Undefined while nothing but the credential speaks for the caller: limits are not told to it. */
  readonly counted: IntegrationAccess | undefined;
  readonly sourceAddress: string;
}

/** Records the refusal if it named a subject, then tells it; a refusal that can't be recorded says no more than that the platform can't. */
export async function refuse(
  context: ApiContext,
  refusal: Refusal,
  cause: unknown,
  { body, credential, counted, sourceAddress }: Refused,
): Promise<Response> {
  const integrationId = credential?.integration.integrationId ?? null;
  context.metrics.refusals.inc({ code: refusal.code });
  context.logger.info(
    { code: refusal.code, integration: integrationId, cause: refusal === cause ? undefined : describe(cause) },
    "refused",
  );
  try {
    const caller = { integrationId, credentialId: credential?.credentialId ?? null, sourceAddress, askedAt: context.now() };
    const query = toRefusedQuery(body, refusal.code, caller);
    // Whoever meets the platform's own trouble is told so to the end, yet even that fills no log without a bound.
    const whose = whoseDoing(refusal);
    const tolerated = await context.limits.tolerateRefusal(caller, query?.subjects.length ?? 0, whose);
    if (!tolerated && whose === "theirs") {
      context.metrics.refusals.inc({ code: "too-many-refusals" });
      return problemResponse(
        new Refusal("too-many-refusals", "You have been refused too often: correct the request, then try again.", { retryAfter: 60 }),
      );
    }
    const recording = tolerated && query !== undefined ? context.record(query) : undefined;
    // What is wrong may be the log itself: then the caller hears so soon, and the entry is written if it still can be.
    const recorded = whose === "ours" ? await atMost(TROUBLE_PATIENCE, recording) : await recording;
    return problemResponse(
      refusal,
      recorded && firstEntry(recorded),
      counted && context.limits.headers(counted, taipeiDate(caller.askedAt)),
    );
  } catch (error) {
    const unrecorded = toRefusal(error);
    context.logger.error({ code: unrecorded.code, cause: describe(error) }, "a refusal could not be recorded");
    return problemResponse(unrecorded);
  }
}

function firstEntry({ entries: [first], firstIndex }: RecordedEntries): LoggedRefusal | undefined {
  if (first === undefined || firstIndex === undefined) return undefined;
  return { entryId: first.entryId, receipt: { leafHash: first.leafHash, leafIndex: firstIndex } };
}

/** What comes within a time; undefined when it takes longer. @throws what the promise rejects with in time */
async function atMost<T>(milliseconds: number, promise: Promise<T> | undefined): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  promise?.catch(() => undefined);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * What a refused request leaves in the log, if it named a subject: a refusal is recorded as much as an answer (clause 4(2)5).
 * The body may be anything; what is not a short text is left out, and texts outside the sealed part must be of the form that the schema asks.
 * @returns undefined when the body names no subject
 */
function toRefusedQuery(
  body: unknown,
  code: string,
  caller: Pick<RecordedRequest, "askedAt" | "integrationId" | "credentialId" | "sourceAddress">,
): RecordedRequest | undefined {
  const questions = unwrapped(body).slice(0, MAXIMUM_SUBJECTS);
  const [question] = questions;
  if (question === undefined) return undefined;
  const subjects = questions
    .flatMap(({ subject, subjects: several }) => [...unwrapped(subject), ...unwrapped(several)])
    .map((subject) => toSubject(subject, code))
    .filter((subject) => subject !== undefined)
    .slice(0, MAXIMUM_SUBJECTS);
  if (subjects.length === 0) return undefined;
  return {
    ...caller,
    operator: plainText(question["operator"], OPERATOR),
    operationCode: plainText(question["operationCode"], OPERATION_CODE),
    caseNumber: shortText(question["caseNumber"]),
    reason: shortText(question["reason"]),
    checks: Array.isArray(question["checks"])
      ? [...new Set(question["checks"].filter((check) => typeof check === "string").filter(isCheckCode))]
      : [],
    asOf: {},
    subjects,
    counted: false,
  };
}

function toSubject(subject: Record<string, unknown>, code: string): RecordedSubject | undefined {
  const asked = {
    nationalId: shortText(subject["nationalId"]),
    name: shortText(subject["name"]),
    birthDate: shortText(subject["birthDate"]),
  };
  if (asked.nationalId === undefined && asked.name === undefined && asked.birthDate === undefined) return undefined;
  const nationalId = normaliseNationalId(asked.nationalId ?? "");
  return { asked, nationalId: nationalId === "" ? null : nationalId, outcome: `refused:${code}`, answers: {} };
}

/** The object that a value is, or those that it is a list of. */
function unwrapped(value: unknown): Record<string, unknown>[] {
  return [value].flat().filter(isObject);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shortText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, KEPT_CHARACTERS) : undefined;
}

/** These texts stand in the log in the clear, so they must be what they are meant to be, and nobody's ID number. */
function plainText(value: unknown, form: RegExp): string | null {
  return typeof value === "string" && form.test(value) && !holdsNationalId(value) ? value : null;
}

/** Names of errors only: messages of the database may quote what was sent. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error ? `${error.name} ${String(error.code)}` : error.name;
}

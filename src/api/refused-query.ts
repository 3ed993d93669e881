import { isCheckCode } from "../domain/checks.ts";
import { normaliseNationalId } from "../domain/national-id.ts";
import { hasControlCharacter } from "../domain/verification.ts";
import type { RecordedRequest, RecordedSubject } from "./query-recorder.ts";
import { MAXIMUM_SUBJECTS } from "./verification-schema.ts";

/** Characters kept of a text that no schema has bounded. */
const KEPT_CHARACTERS = 200;

/**
 * What a refused request leaves in the log, if it named a subject: a refusal is recorded as much as an answer (clause 4(2)5).
 * The body may be anything; what is not a short text is left out, and texts outside the sealed part must be of the form that the schema asks.
 * @returns undefined when the body names no subject
 */
export function toRefusedQuery(
  body: unknown,
  code: string,
  caller: Pick<RecordedRequest, "askedAt" | "integrationId" | "credentialId" | "sourceAddress">,
): RecordedRequest | undefined {
  if (!isObject(body)) return undefined;
  const named = Array.isArray(body["subjects"]) ? body["subjects"] : [body["subject"]];
  const subjects = named
    .slice(0, MAXIMUM_SUBJECTS)
    .filter(isObject)
    .map((subject) => toSubject(subject, code))
    .filter((subject) => subject !== undefined);
  if (subjects.length === 0) return undefined;
  return {
    ...caller,
    operator: plainText(body["operator"], /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/),
    operationCode: plainText(body["operationCode"], /^[A-Z][A-Z0-9-]{0,15}$/),
    caseNumber: shortText(body["caseNumber"]),
    reason: shortText(body["reason"]),
    checks: Array.isArray(body["checks"])
      ? [...new Set(body["checks"].filter((check) => typeof check === "string").filter(isCheckCode))]
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shortText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, KEPT_CHARACTERS) : undefined;
}

function plainText(value: unknown, form: RegExp): string | null {
  return typeof value === "string" && form.test(value) && !hasControlCharacter(value) ? value : null;
}

import { z } from "@hono/zod-openapi";
import { CHECKS } from "../domain/checks.ts";
import { holdsNationalId } from "../domain/national-id.ts";
import { hasControlCharacter } from "../domain/verification.ts";
import { type FieldProblem, PROBLEM_CODES, type ProblemCode, Refusal } from "./problem.ts";

/** Subjects that one batch may ask about. */
export const MAXIMUM_SUBJECTS = 1000;

/** An account at the agency; not itself personal data. */
export const OPERATOR = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
export const OPERATION_CODE = /^[A-Z][A-Z0-9-]{0,15}$/;

const MATCHES = ["match", "variant", "manualReview", "noMatch"] as const;

/** A text whose problems carry the code that callers see. */
function text(code: ProblemCode, maximumLength: number) {
  return z
    .string({ error: code })
    .min(1, { error: code })
    .max(maximumLength, { error: code })
    .refine((value) => !hasControlCharacter(value), { error: "control-character" });
}

/** A short name of something that is no personal data, in a form that says how long it is and what it holds. */
function code(error: ProblemCode, form: RegExp) {
  return z
    .string({ error })
    .regex(form, { error })
    .refine((value) => !holdsNationalId(value), { error });
}

/** Code units in which a name may be written: 50 characters (normaliseName counts them) with their marks, spaces and separators apart. */
const NAME_UNITS = 200;

const subject = z
  .strictObject({
    nationalId: text("invalid-national-id", 20).openapi({ example: "M123456789" }),
    name: text("invalid-name", NAME_UNITS)
      .optional()
      .openapi({ description: "At most 50 characters, spaces not counted, in whatever form of Unicode.", example: "王小明" }),
    birthDate: text("invalid-birth-date", 10).optional().openapi({ example: "1980-01-31", format: "date" }),
  })
  .refine((value) => value.name !== undefined || value.birthDate !== undefined, { error: "identity-field-required" })
  .openapi("Subject", { description: "The person asked about: an ID number and at least one more identity field." });

const question = {
  operator: code("invalid-operator", OPERATOR).openapi({
    description: "Account, at the agency, of the person the query is made for; not itself personal data.",
    example: "tax-042",
  }),
  operationCode: code("invalid-operation-code", OPERATION_CODE).openapi({ example: "V01" }),
  caseNumber: text("case-number-required", 64).openapi({ example: "113-社-000123" }),
  reason: text("reason-required", 200).openapi({ example: "低收入戶資格審查" }),
  checks: z
    .array(z.enum(CHECKS, { error: "unknown-check" }), { error: "unknown-check" })
    .min(1, { error: "unknown-check" })
    .max(CHECKS.length, { error: "unknown-check" })
    .refine((checks) => new Set(checks).size === checks.length, { error: "unknown-check" })
    .openapi({ description: "What to answer, each once." }),
};

export const verificationRequest = z.strictObject({ ...question, subject }).openapi("VerificationRequest");
export const batchRequest = z
  .strictObject({ ...question, subjects: z.array(subject).min(1).max(MAXIMUM_SUBJECTS, { error: "too-many-subjects" }) })
  .openapi("BatchRequest");

export const requestHeaders = z.object({
  "idempotency-key": z.string().min(1).max(128).optional().openapi({ description: "Makes a retry safe: the same answer, one log entry." }),
});

export const answerHeaders = z.object({
  "credential-expires": z.iso.datetime().optional().openapi({
    description: "In the last 14 days of the credential that was sent: when it ends. Change it with POST /v1/credentials.",
  }),
});

export type VerificationRequest = z.infer<typeof verificationRequest>;
export type BatchRequest = z.infer<typeof batchRequest>;
export type AskedSubject = z.infer<typeof subject>;

const answers = z
  .partialRecord(z.enum(CHECKS), z.boolean().nullable())
  .openapi("Answers", { description: "Yes, no, or null where nothing can be said.", example: { resident: true, indigenous: false } });
const asOf = z
  .record(z.string(), z.iso.date())
  .openapi({ description: "As-of date of each dataset that answered.", example: { household: "2026-11-01" } });
const receipt = z.object({ leafHash: z.string().regex(/^[0-9a-f]{64}$/), leafIndex: z.int().min(0) }).openapi("Receipt", {
  description: "SHA-256(0x00 ‖ entry) of RFC 6962, and the entry's place in the log: /v1/log/leaves/{leafIndex}/proof proves it.",
});
const answered = {
  entryId: z.uuid().openapi({ description: "The query log entry that records this answer." }),
  subject: z.enum(MATCHES).openapi({
    description:
      "match; variant (the name is written with a variant form); manualReview (a character that nobody can know: ask the household office); noMatch (no such person, or the fields don't fit: never told apart).",
  }),
  answers,
  receipt,
};

export const verificationAnswer = z.object({ ...answered, asOf }).openapi("VerificationAnswer");
export const batchAnswer = z.object({ results: z.array(z.object(answered)), asOf }).openapi("BatchAnswer");
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(PROBLEM_CODES as [ProblemCode, ...ProblemCode[]]),
    errors: z.array(z.object({ pointer: z.string(), code: z.string() })).optional(),
    entryId: z.uuid().optional(),
    receipt: receipt.optional(),
  })
  .openapi("Problem", { description: "RFC 9457. `code` is stable; `entryId` names the log entry of a refused query." });

/**
 * Parses a body by a schema.
 * @throws Refusal whose code is that of the first problem and whose fields list all of them, without the values
 */
export function parseBody<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  requireBoundedLists(body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 20).map((issue): FieldProblem => {
    const code = issue.code === "unrecognized_keys" ? "unknown-field" : asCode(issue.message);
    return { pointer: issue.path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""), code };
  });
  const code = asCode(fields[0]?.code ?? "");
  throw new Refusal(code, "The request does not fit the schema: errors names each place; /docs describes it.", { fields });
}

/** Before the schema looks at each item: half a million of them in one body would keep everybody else waiting. */
function requireBoundedLists(body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  const { subjects, checks } = body as Record<string, unknown>;
  if (Array.isArray(subjects) && subjects.length > MAXIMUM_SUBJECTS) {
    throw new Refusal("too-many-subjects", `A batch has at most ${MAXIMUM_SUBJECTS} subjects: split it.`, {
      fields: [{ pointer: "/subjects", code: "too-many-subjects" }],
    });
  }
  if (Array.isArray(checks) && checks.length > CHECKS.length) {
    throw new Refusal("unknown-check", "Name each check once: /docs lists them.", {
      fields: [{ pointer: "/checks", code: "unknown-check" }],
    });
  }
}

function asCode(message: string): ProblemCode {
  return (PROBLEM_CODES as string[]).includes(message) ? (message as ProblemCode) : "invalid-request";
}

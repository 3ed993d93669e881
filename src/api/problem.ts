import { RuleViolation } from "../domain/rule-violation.ts";

/** A place in the request body that is wrong: an RFC 6901 pointer and a stable code, never the value. */
export interface FieldProblem {
  readonly pointer: string;
  readonly code: string;
}

/** HTTP status of every code that the API answers with. Codes are stable; a new one is a change of the API. */
const STATUS_OF = {
  "malformed-json": 400,
  "invalid-idempotency-key": 400,
  "missing-credential": 401,
  "unknown-credential": 401,
  "expired-credential": 401,
  "revoked-credential": 401,
  "address-not-allowed": 403,
  "integration-suspended": 403,
  "integration-expired": 403,
  "integration-not-active": 403,
  "check-out-of-scope": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "too-many-credentials": 409,
  "body-too-large": 413,
  "unsupported-media-type": 415,
  "invalid-request": 422,
  "unknown-field": 422,
  "unknown-check": 422,
  "too-many-subjects": 422,
  "case-number-required": 422,
  "reason-required": 422,
  "identity-field-required": 422,
  "invalid-operator": 422,
  "invalid-operation-code": 422,
  "invalid-national-id": 422,
  "invalid-name": 422,
  "invalid-birth-date": 422,
  "control-character": 422,
  "idempotency-key-reused": 422,
  "rate-limit-exceeded": 429,
  "daily-quota-exceeded": 429,
  "too-many-refusals": 429,
  "internal-error": 500,
  "data-not-available": 503,
  "data-out-of-date": 503,
  "dataset-not-approved": 503,
  "not-yet-signed": 503,
  "service-unavailable": 503,
  overloaded: 503,
} as const;

export type ProblemCode = keyof typeof STATUS_OF;
/** Every code, for the OpenAPI document and its page. */
export const PROBLEM_CODES = Object.keys(STATUS_OF) as ProblemCode[];

/** Whether a refusal is the caller's doing, or the platform's own trouble. */
export function whoseDoing({ code }: Refusal): "theirs" | "ours" {
  return code === "service-unavailable" || code === "overloaded" || code === "internal-error" ? "ours" : "theirs";
}

/** A request that gets no answer, and why. The message says what to do next and never repeats what was sent. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly code: ProblemCode;
  readonly fields: readonly FieldProblem[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, message: string, options: { fields?: readonly FieldProblem[]; retryAfter?: number } = {}) {
    super(message);
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfter = options.retryAfter;
  }
}

/** The refusal that an error of the rules, the schema or the machine amounts to. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof RuleViolation && error.code in STATUS_OF) return new Refusal(error.code as ProblemCode, error.message);
  if (error instanceof Error && (error.name === "Overloaded" || error.name === "AccessChanged"))
    return new Refusal("overloaded", "The platform is busy: try again shortly.", { retryAfter: 1 });
  return new Refusal(
    "service-unavailable",
    "The platform can't write its log or read its data now, so it answers nothing: try again shortly.",
    { retryAfter: 2 },
  );
}

/** Where a refusal stands in the log, as answers tell it too. */
export interface LoggedRefusal {
  readonly entryId: string;
  readonly receipt: { readonly leafHash: string; readonly leafIndex: number };
}

/** problem+json (RFC 9457) for a refusal; `logged` names the first log entry that records it. */
export function problemResponse(refusal: Refusal, logged?: LoggedRefusal, headers: Record<string, string> = {}): Response {
  const status = STATUS_OF[refusal.code];
  const body = {
    type: `urn:verification-platform:problem:${refusal.code}`,
    title: refusal.code.replaceAll("-", " "),
    status,
    detail: refusal.message,
    code: refusal.code,
    ...(refusal.fields.length > 0 && { errors: refusal.fields }),
    ...logged,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(refusal.retryAfter !== undefined && { "retry-after": String(refusal.retryAfter) }),
      ...(status === 401 && { "www-authenticate": "Bearer" }),
      ...headers,
    },
  });
}

import type { HttpBindings } from "@hono/node-server";
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { findCredential, readClaim, requireValidCaller } from "./caller.ts";
import type { ApiContext } from "./context.ts";
import { problemResponse, Refusal, toRefusal } from "./problem.ts";
import { toRefusedQuery } from "./refused-query.ts";
import { parseJson, readBody } from "./request-body.ts";
import * as schema from "./verification-schema.ts";
import { type AnsweredQuestion, answerQuestion, type Question } from "./verification-service.ts";

type Environment = { Bindings: HttpBindings };

interface Endpoint<Request> {
  readonly path: string;
  readonly label: string;
  readonly request: z.ZodType<Request>;
  readonly toQuestion: (request: Request) => Question;
  readonly toBody: (answered: AnsweredQuestion) => unknown;
}

const single: Endpoint<schema.VerificationRequest> = {
  path: "/v1/verifications",
  label: "single",
  request: schema.verificationRequest,
  toQuestion: ({ subject, ...question }) => ({ ...question, subjects: [subject], pointerOf: () => "/subject" }),
  toBody: ({ results: [result], asOf }) => ({ ...result, asOf }),
};

const batch: Endpoint<schema.BatchRequest> = {
  path: "/v1/verifications/batch",
  label: "batch",
  request: schema.batchRequest,
  toQuestion: (request) => ({ ...request, pointerOf: (place) => `/subjects/${place}` }),
  toBody: (answered) => answered,
};

/** The two endpoints that answer questions, and their part of the OpenAPI document. */
export function verificationRoutes(context: ApiContext): OpenAPIHono<Environment> {
  const routes = new OpenAPIHono<Environment>();
  mount(routes, context, single, schema.verificationAnswer, "Ask about one person");
  mount(routes, context, batch, schema.batchAnswer, "Ask about up to 1,000 persons: answers in order, all or nothing");
  return routes;
}

/** The document describes the very schemas that the handler parses with; the handler reads the body itself, since a refused query is logged too. */
function mount<Request>(
  routes: OpenAPIHono<Environment>,
  context: ApiContext,
  endpoint: Endpoint<Request>,
  answer: z.ZodType,
  summary: string,
): void {
  const refused = {
    description: "Refused: `code` says why, and what to do next.",
    content: { "application/problem+json": { schema: schema.problem } },
  };
  routes.openAPIRegistry.registerPath(
    createRoute({
      method: "post",
      path: endpoint.path,
      tags: ["查驗 Verification"],
      summary,
      security: [{ credential: [] }],
      request: { headers: schema.requestHeaders, body: { required: true, content: { "application/json": { schema: endpoint.request } } } },
      responses: {
        200: {
          description: "Answered and recorded.",
          headers: schema.answerHeaders,
          content: { "application/json": { schema: answer } },
        },
        "4XX": refused,
        "5XX": refused,
      },
    }),
  );
  routes.post(endpoint.path, (c) => handle(context, endpoint, c));
}

async function handle<Request>(context: ApiContext, endpoint: Endpoint<Request>, c: Context<Environment>): Promise<Response> {
  const started = performance.now();
  const { incoming } = c.env;
  const forwardedFor = incoming.headers["x-forwarded-for"];
  const sourceAddress = context.sourceAddress(
    incoming.socket.remoteAddress,
    Array.isArray(forwardedFor) ? forwardedFor.join(",") : forwardedFor,
  );
  let body: unknown;
  let integrationId: number | null = null;
  let credentialId: string | null = null;
  let limitHeaders: Record<string, string> = {};
  let admitted = false;
  try {
    const bytes = await readBody(incoming);
    body = attempt(() => parseJson(incoming, bytes));
    const credential = findCredential(context.register.current(), incoming.headers.authorization);
    const { integration } = credential;
    integrationId = integration.integrationId;
    credentialId = credential.credentialId;
    const now = context.now();
    requireValidCaller(credential, sourceAddress, now);
    if (body instanceof Refusal) throw body;
    const claim = readClaim(incoming.headers, context.logIndexKey, integrationId, endpoint.path, bytes);
    const question = endpoint.toQuestion(schema.parseBody(endpoint.request, body));
    await context.limits.admit(integration, question.subjects.length);
    admitted = true;
    limitHeaders = context.limits.headers(integration);
    if (now >= credential.announcedFrom) Object.assign(limitHeaders, credential.announcement);
    const answered = await answerQuestion(context, question, { credential, sourceAddress, claim });
    context.metrics.answered(endpoint.label, answered.results, performance.now() - started);
    return new Response(JSON.stringify(endpoint.toBody(answered)), {
      headers: { "content-type": "application/json", "cache-control": "no-store", ...limitHeaders },
    });
  } catch (error) {
    return refuse(context, toRefusal(error), error, { body, integrationId, credentialId, sourceAddress, limitHeaders, admitted });
  }
}

interface Refused {
  readonly body: unknown;
  readonly integrationId: number | null;
  readonly credentialId: string | null;
  readonly sourceAddress: string;
  readonly limitHeaders: Record<string, string>;
  /** Whether the integration's rate has counted it. */
  readonly admitted: boolean;
}

/** Records the refusal if it named a subject, then tells it; a refusal that can't be recorded says no more than that the platform can't. */
async function refuse(
  context: ApiContext,
  refusal: Refusal,
  cause: unknown,
  { body, limitHeaders, admitted, ...caller }: Refused,
): Promise<Response> {
  context.metrics.refusals.inc({ code: refusal.code });
  context.logger.info(
    { code: refusal.code, integration: caller.integrationId, cause: refusal === cause ? undefined : describe(cause) },
    "refused",
  );
  try {
    const query = toRefusedQuery(body, refusal.code, { ...caller, askedAt: context.now() });
    const who = `${caller.integrationId ?? ""} ${caller.sourceAddress}`;
    if (!admitted && !(await context.limits.tolerateRefusal(who, query?.subjects.length ?? 0))) {
      return problemResponse(
        new Refusal("too-many-refusals", "You have been refused too often: correct the request, then try again.", { retryAfter: 60 }),
      );
    }
    const entryId = query && (await context.record(query)).entries[0]?.entryId;
    return problemResponse(refusal, entryId, limitHeaders);
  } catch (error) {
    const unrecorded = toRefusal(error);
    context.logger.error({ code: unrecorded.code, cause: describe(error) }, "a refusal could not be recorded");
    return problemResponse(unrecorded);
  }
}

function attempt(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return error;
  }
}

/** Names of errors only: messages of the database may quote what was sent. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error ? `${error.name} ${String(error.code)}` : error.name;
}

import type { HttpBindings } from "@hono/node-server";
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { IdempotencyClaim } from "../../db/queries/query-log.ts";
import { taipeiDate } from "../domain/roc-date.ts";
import { requireScope } from "../domain/verification.ts";
import type { AccessSnapshot, CredentialAccess, IntegrationAccess } from "./access-snapshot.ts";
import { findCredential, readClaim, requireValidCaller } from "./caller.ts";
import type { ApiContext } from "./context.ts";
import { type ProblemCode, Refusal, toRefusal } from "./problem.ts";
import { refuse } from "./refused-query.ts";
import { CallerGone, limitOf, parseJson, readBody, requireJson, type Sender } from "./request-body.ts";
import * as schema from "./verification-schema.ts";
import { type AnsweredQuestion, answerQuestion, findAnswerOfFirstTry, type Question } from "./verification-service.ts";

type Environment = { Bindings: HttpBindings };

interface Endpoint<Request> {
  readonly path: string;
  readonly label: "single" | "batch";
  readonly request: z.ZodType<Request>;
  readonly toQuestion: (request: Request) => Question;
  readonly toBody: (answered: AnsweredQuestion) => unknown;
}

const single: Endpoint<schema.VerificationRequest> = {
  path: "/v1/verifications",
  label: "single",
  request: schema.verificationRequest,
  toQuestion: (request) => ({ ...request, subjects: [request.subject], pointerOf: () => "/subject" }),
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
  let credential: CredentialAccess | undefined;
  let counted: IntegrationAccess | undefined;
  let claim: IdempotencyClaim | undefined;
  let question: Question | undefined;
  const answer = (answered: AnsweredQuestion, { integration, announcedFrom, announcement }: CredentialAccess): Response => {
    context.metrics.answered(endpoint.label, answered.results, performance.now() - started);
    const now = context.now();
    const headers = {
      ...context.limits.headers(integration, taipeiDate(now)),
      "content-type": "application/json",
      "cache-control": "no-store",
    };
    return new Response(JSON.stringify(endpoint.toBody(answered)), {
      headers: now >= announcedFrom ? { ...headers, ...announcement } : headers,
    });
  };
  const judge = (snapshot: AccessSnapshot): CredentialAccess => {
    const presented = findCredential(snapshot, incoming.headers.authorization);
    const told = counted;
    credential = presented;
    counted = undefined;
    requireValidCaller(presented, sourceAddress, context.now());
    counted = told && presented.integration;
    return presented;
  };
  /** What the same request was answered before, for a caller that may still ask it; undefined when it wasn't. */
  const hearAgain = async (): Promise<Response | undefined> => {
    if (claim === undefined || question === undefined) return undefined;
    const first = await findAnswerOfFirstTry(context, claim).catch(() => undefined);
    if (first === undefined) return undefined;
    const presented = judge(await context.register.refresh());
    requireScope(presented.integration, question.checks);
    return answer(first, presented);
  };
  try {
    const senderOf = (): Sender => {
      const error = attempt(() => void judge(context.register.current()));
      return { known: credential !== undefined, error };
    };
    const bytes = await readBody(incoming, limitOf(incoming, context.bodyRoom, senderOf));
    // Whether a caller may ask is judged when all has come: that may have taken long.
    body = attempt(() => parseJson(bytes));
    const snapshot = context.register.current();
    credential = judge(snapshot);
    requireJson(incoming);
    if (body instanceof Refusal) throw body;
    counted = credential.integration;
    await context.limits.countRequest(counted);
    claim = readClaim(incoming.headers, context.logIndexKey, counted.integrationId, endpoint.path, bytes);
    question = endpoint.toQuestion(schema.parseBody(endpoint.request, body));
    return answer(await answerQuestion(context, question, { credential, snapshot, judge, sourceAddress, claim }), credential);
  } catch (thrown) {
    // Nobody hears it, and it is no trouble of ours.
    if (thrown instanceof CallerGone) return new Response(null, { status: 400 });
    let error = thrown;
    try {
      if (MAY_HAVE_BEEN_ANSWERED.has(toRefusal(thrown).code)) {
        const again = await hearAgain();
        if (again !== undefined) return again;
      }
    } catch (later) {
      error = later;
    }
    return refuse(context, toRefusal(error), error, { body, credential, counted, sourceAddress });
  }
}

/** What stands against asking anew, not against hearing once more what the same request was answered. */
const MAY_HAVE_BEEN_ANSWERED: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "daily-quota-exceeded",
  "data-not-available",
  "data-out-of-date",
  "dataset-not-approved",
]);

function attempt(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return error;
  }
}

import type { HttpBindings } from "@hono/node-server";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiContext } from "./context.ts";
import { credentialRoutes } from "./credential-routes.ts";
import { documentationRoutes, OPENAPI_INFORMATION } from "./documentation-routes.ts";
import { logRoutes } from "./log-routes.ts";
import { refuseMisplaced } from "./misplaced-question.ts";
import { operationRoutes } from "./operation-routes.ts";
import { problemResponse, Refusal, toRefusal } from "./problem.ts";
import { verificationRoutes } from "./verification-routes.ts";

/** The verification API: every route, and what is said where there is none. */
export function createApp(context: ApiContext): OpenAPIHono<{ Bindings: HttpBindings }> {
  const app = new OpenAPIHono<{ Bindings: HttpBindings }>();
  app.openAPIRegistry.registerComponent("securitySchemes", "credential", {
    type: "http",
    scheme: "bearer",
    description: "The integration's credential, at most 90 days old, sent from a whitelisted address.",
  });
  app.route("/", verificationRoutes(context));
  app.route("/", credentialRoutes(context));
  app.route("/", logRoutes(context));
  app.route("/", operationRoutes(context));
  app.route("/", documentationRoutes());
  // Made once: it takes milliseconds, and anybody may ask for it.
  const description = JSON.stringify(app.getOpenAPI31Document(OPENAPI_INFORMATION));
  app.get("/openapi.json", (c) => c.body(description, 200, { "content-type": "application/json" }));
  // Not routes of their own: a path with two handlers takes the way through all of them for every question.
  app.notFound(async (c) => {
    const known = POSTED_TO.has(c.req.path);
    const refusal = known ? wrongMethod() : nothingHere();
    const answer = c.req.path.startsWith(QUESTIONS) ? await refuseMisplaced(context, c, refusal) : problemResponse(refusal);
    if (known) answer.headers.set("allow", "POST");
    return answer;
  });
  app.onError((error) => {
    context.logger.error({ error: error.name }, "a request failed");
    return problemResponse(toRefusal(error));
  });
  return app;
}

/** What comes here is meant as a question, even beside the paths that answer one. */
const QUESTIONS = "/v1/verifications";
/** Paths that know one method only. */
const POSTED_TO: ReadonlySet<string> = new Set([QUESTIONS, `${QUESTIONS}/batch`, "/v1/credentials"]);

function nothingHere(): Refusal {
  return new Refusal("not-found", "There is nothing here: /docs lists what there is.");
}

function wrongMethod(): Refusal {
  return new Refusal("method-not-allowed", "This is asked with POST.");
}

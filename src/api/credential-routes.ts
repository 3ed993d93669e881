import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { rotateCredential } from "../../db/queries/credential.ts";
import { createSecret, hashSecret, proveSecret } from "../adapters/credential-secret.ts";
import { rotateCredential as rotationOf } from "../domain/credential.ts";
import { taipeiDate } from "../domain/roc-date.ts";
import type { AccessSnapshot } from "./access-snapshot.ts";
import { findCredential, presentedToken, requireValidCaller } from "./caller.ts";
import type { ApiContext } from "./context.ts";
import { problemResponse, Refusal, toRefusal, whoseDoing } from "./problem.ts";
import { problem } from "./verification-schema.ts";

type Environment = { Bindings: HttpBindings };

const freshCredential = z
  .object({
    credentialId: z.uuid(),
    secret: z.string().openapi({ description: "Shown this once: only its hash is kept.", example: "vp_…" }),
    validFrom: z.iso.datetime(),
    validUntil: z.iso.datetime(),
    presentValidUntil: z.iso.datetime().openapi({ description: "Until when the credential that asked still holds." }),
  })
  .openapi("FreshCredential");

/** The endpoint by which a system changes its own credential, and its part of the OpenAPI document. */
export function credentialRoutes(context: ApiContext): OpenAPIHono<Environment> {
  const routes = new OpenAPIHono<Environment>();
  const refused = {
    description: "Refused: `code` says why, and what to do next.",
    content: { "application/problem+json": { schema: problem } },
  };
  routes.openAPIRegistry.registerPath(
    createRoute({
      method: "post",
      path: "/v1/credentials",
      tags: ["憑證 Credentials"],
      summary: "Change the credential: a new one for at most 90 days; the present one holds for up to 14 days more",
      security: [{ credential: [] }],
      responses: {
        201: { description: "Made and recorded.", content: { "application/json": { schema: freshCredential } } },
        "4XX": refused,
        "5XX": refused,
      },
    }),
  );
  routes.post("/v1/credentials", async (c) => {
    const sourceAddress = context.sourceAddress(c.env.incoming.socket.remoteAddress, c.req.header("x-forwarded-for"));
    try {
      return await rotate(context, c, sourceAddress);
    } catch (error) {
      const refusal = toRefusal(error);
      context.metrics.refusals.inc({ code: refusal.code });
      const whose = whoseDoing(refusal);
      if (!(await context.limits.tolerateRefusal({ integrationId: null, sourceAddress }, 1, whose)) && whose === "theirs") {
        return problemResponse(new Refusal("too-many-refusals", "You have been refused too often: try again later.", { retryAfter: 60 }));
      }
      context.logger.info({ code: refusal.code, sourceAddress }, "a change of credential was refused");
      return problemResponse(refusal);
    }
  });
  return routes;
}

/**
 * The new secret leaves after it is on record; a system that loses the answer has the dedicated officer revoke it, and asks again.
 * @throws Refusal `too-many-credentials` and those of callers
 * @clause 3(5)
 */
async function rotate(context: ApiContext, c: Context<Environment>, sourceAddress: string): Promise<Response> {
  const { incoming } = c.env;
  const now = context.now();
  const judge = (snapshot: AccessSnapshot) => {
    const presented = findCredential(snapshot, incoming.headers.authorization);
    requireValidCaller(presented, sourceAddress, now);
    return presented;
  };
  await context.limits.countRequest(judge(context.register.current()).integration);
  // A secret is given out by what stands on record now, not by what this process has heard.
  const credential = judge(await context.register.refresh());
  const { credentialId: presentId, integration } = credential;
  const secret = createSecret();
  const freshId = randomUUID();
  const rotation = {
    presentId,
    proof: proveSecret(presentedToken(incoming.headers.authorization)),
    freshId,
    freshHash: hashSecret(secret),
    ...rotationOf(credential.validUntil, integration.approvedUntil, now),
  };
  const made = await rotateCredential(context.pool, rotation);
  if (made.outcome === "too-many-credentials") {
    throw new Refusal(
      "too-many-credentials",
      "Two credentials are valid already: wait until the older one has ended, or have one revoked.",
    );
  }
  if (made.outcome !== "rotated")
    throw new Refusal("integration-not-active", "The integration or the credential has just ended: ask the dedicated officer.");
  // Whoever takes the secret may use it at once.
  await context.register.refresh();
  const [validFrom, validUntil, presentValidUntil] = [made.validFrom, made.validUntil, made.presentValidUntil].map((at) =>
    new Date(at).toISOString(),
  );
  const body = { credentialId: freshId, secret, validFrom, validUntil, presentValidUntil };
  return c.json(body, 201, { "cache-control": "no-store", ...context.limits.headers(integration, taipeiDate(now)) });
}

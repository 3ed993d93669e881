import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { CredentialAccess } from "./access-snapshot.ts";
import { findCredential } from "./caller.ts";
import type { ApiContext } from "./context.ts";
import type { Refusal } from "./problem.ts";
import { refuse } from "./refused-query.ts";
import { CallerGone, limitOf, parseJson, readBody } from "./request-body.ts";

/**
 * Refuses what is asked by another method or at a path beside the right one; whom it names is on record, as with any question that is refused.
 * @clause 4(2)5
 */
export async function refuseMisplaced(context: ApiContext, c: Context<{ Bindings: HttpBindings }>, refusal: Refusal): Promise<Response> {
  const { incoming } = c.env;
  const sourceAddress = context.sourceAddress(incoming.socket.remoteAddress, c.req.header("x-forwarded-for"));
  let credential: CredentialAccess | undefined;
  let body: unknown;
  try {
    credential = findCredential(context.register.current(), incoming.headers.authorization);
  } catch {
    // A stranger's: it is refused and on record as much.
  }
  try {
    const sender = { known: credential !== undefined, error: refusal };
    body = parseJson(
      await readBody(
        incoming,
        limitOf(incoming, context.bodyRoom, () => sender),
      ),
    );
  } catch (error) {
    if (error instanceof CallerGone) return new Response(null, { status: 400 });
    // No question, or too large a one: what stands against it is the same.
  }
  return refuse(context, refusal, refusal, { body, credential, counted: undefined, sourceAddress });
}

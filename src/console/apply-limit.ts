import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { networkOf } from "../adapters/source-address.ts";
import { applyMessage } from "./apply-routes.ts";
import type { ConsoleContext } from "./context.ts";
import { type ConsoleRequest, readVisit } from "./visit.ts";

/** What one network may do without being known: an office fills in and saves, a machine doesn't fill the database. */
const FORMS = { points: 60, duration: 300 };
const DRAFTS = { points: 10, duration: 3600 };

/** Where a request of the public form comes from. */
export function addressOf(context: ConsoleContext, c: ConsoleRequest): string {
  return context.sourceAddress(c.env.incoming.socket.remoteAddress, c.req.header("x-forwarded-for"));
}

/** Tells whether an address may begin another draft. */
export function createDraftLimit(): (address: string) => Promise<boolean> {
  return within(new RateLimiterMemory(DRAFTS));
}

/** Before anything that was sent is read. Looking at pages is free; guessing links isn't. */
export function applyLimit(context: ConsoleContext): MiddlewareHandler<{ Bindings: HttpBindings }> {
  const withinLimit = within(new RateLimiterMemory(FORMS));
  return async (c, next) => {
    const counts = c.req.method !== "GET" || c.req.path.startsWith("/apply/open/");
    if (!counts || (await withinLimit(addressOf(context, c)))) return next();
    const visit = await readVisit(context, c, { looksOnly: true });
    return applyMessage(c, { ...visit, here: "/apply" }, 429, visit.text.apply.message.busy);
  };
}

function within(limiter: RateLimiterMemory): (address: string) => Promise<boolean> {
  return (address) =>
    limiter.consume(networkOf(address)).then(
      () => true,
      () => false,
    );
}

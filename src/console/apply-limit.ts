import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { findDraft } from "../../db/queries/application-draft.ts";
import { createNetworkLimit } from "../adapters/network-limit.ts";
import { hashToken, sameSecret } from "../adapters/session-token.ts";
import { networkOf, siteOf } from "../adapters/source-address.ts";
import type { ConsoleContext } from "./context.ts";
import { APPLICATION_COOKIE, readToken } from "./cookies.ts";
import { type Html, NOTHING } from "./layout.ts";
import { LONGEST_UPLOAD } from "./letter-file.ts";
import { sentTexts } from "./pages/application-fields.ts";
import { messagePage } from "./pages/message.ts";
import { PAGE_OF, readForm } from "./routes.ts";
import { type ConsoleBindings, type ConsoleRequest, readVisit, type Visit } from "./visit.ts";

/** What one network may do without being known: an office fills in and saves, a machine doesn't fill the database. */
const FORMS = { points: 60, duration: 300 };
const DRAFTS = { points: 10, duration: 3600 };
/** Room for every text of the longest form, and for one that is too long, which is told so beside its field. */
export const LONGEST_FORM = 256 * 1024;
const UPLOADS_AT_ONCE = 20;
const UPLOADS_OF_ONE = 4;

/** Where a request of the public form comes from. */
export function addressOf(context: ConsoleContext, c: ConsoleRequest): string {
  return context.sourceAddress(c.env.incoming.socket.remoteAddress, c.req.header("x-forwarded-for"));
}

/** Tells whether an address may begin another draft. */
export function createDraftLimit(): (address: string) => Promise<boolean> {
  return createNetworkLimit(DRAFTS, siteOf);
}

/** Before anything that was sent is used. Looking at pages is free; guessing links and printing aren't. */
export function applyLimit(context: ConsoleContext): MiddlewareHandler<{ Bindings: ConsoleBindings }> {
  const withinLimit = createNetworkLimit(FORMS);
  return async (c, next) => {
    const counts = c.req.method !== "GET" || c.req.path.startsWith("/apply/open/") || c.req.path.endsWith(".pdf");
    if (!counts || (await withinLimit(addressOf(context, c)))) return next();
    const visit = await readVisit(context, c, { looksOnly: true });
    return messagePage(c, { ...visit, here: "/apply" }, 429, { ...visit.text.apply.message.busy, sent: await sentAgain(c, visit) });
  };
}

/** What somebody typed who is told to wait; of a form that isn't ours, or longer than one is, nothing. */
async function sentAgain(c: ConsoleRequest, visit: Visit): Promise<Html> {
  const isForm = c.req.header("content-type")?.startsWith("application/x-www-form-urlencoded") === true;
  if (c.req.method !== "POST" || !isForm || !(Number(c.req.header("content-length")) <= LONGEST_FORM)) return NOTHING;
  const form = await readForm(c);
  return sameSecret(form.one("formToken"), visit.formToken) ? sentTexts(visit, form) : NOTHING;
}

/** More than a letter may have: that one is told so beside its field. What is larger still is told on a page of its own, and read no further. */
export function uploadSize(context: ConsoleContext): MiddlewareHandler {
  return bodyLimit({
    maxSize: LONGEST_UPLOAD,
    async onError(given) {
      const c: ConsoleRequest = given;
      const visit = await readVisit(context, c, { looksOnly: true });
      const { tooLarge } = visit.text.apply.message;
      const back = { path: c.req.path, label: visit.text.apply.letterFile };
      return messagePage(c, visit, 413, { ...tooLarge, back });
    },
  });
}

/** Scans are as large as letters; nothing is read of one from somebody who isn't logged in. */
export function scanSize(context: ConsoleContext): MiddlewareHandler {
  const limit = uploadSize(context);
  return async (given, next) => {
    const c: ConsoleRequest = given;
    const { stage } = await readVisit(context, c, { looksOnly: true });
    return stage === "full" ? limit(given, next) : c.redirect(PAGE_OF[stage], 303);
  };
}

/**
 * Letters are read of whoever has an application, and of few at once: some megabytes are held until all of one has come. Of one network fewer still,
 * so that one that sends slowly keeps nobody else's out.
 */
export function uploadLimit(context: ConsoleContext): MiddlewareHandler<{ Bindings: ConsoleBindings }> {
  const underWay: string[] = [];
  return async (c, next) => {
    if (c.req.method !== "POST") return next();
    const token = readToken(c, context.settings.consoleOrigin, APPLICATION_COOKIE);
    const known = token === undefined ? undefined : await findDraft(context.db, hashToken(token));
    const network = networkOf(addressOf(context, c));
    const ofOne = underWay.filter((one) => one === network).length;
    if (known === undefined || underWay.length >= UPLOADS_AT_ONCE || ofOne >= UPLOADS_OF_ONE) {
      const visit = await readVisit(context, c, { looksOnly: true });
      const { noCase, busy } = visit.text.apply.message;
      return messagePage(c, { ...visit, here: "/apply" }, known === undefined ? 404 : 503, known === undefined ? noCase : busy);
    }
    underWay.push(network);
    try {
      await next();
    } finally {
      underWay.splice(underWay.indexOf(network), 1);
    }
  };
}

import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { formTokenOf, sameSecret } from "../adapters/session-token.ts";
import { CONSOLE_ACTIONS, type ConsoleAction, type LoginStage } from "../domain/console-action.ts";
import type { ConsoleContext } from "./context.ts";
import { readToken } from "./cookies.ts";
import { keep } from "./kept.ts";
import { messagePage } from "./pages/message.ts";
import { logInPage } from "./pages/step-page.ts";
import { type SentForm, sentForm } from "./sent-form.ts";
import { type ConsoleBindings, type ConsoleRequest, readVisit, type Visit } from "./visit.ts";

type Answer = Response | Promise<Response>;

/** The only way to mount a page: nothing is served that doesn't say which action of the table it is. */
export interface ConsoleRoutes {
  get(path: string, action: ConsoleAction, answer: (c: ConsoleRequest, visit: Visit) => Answer, options?: { looksOnly?: boolean }): void;
  post(path: string, action: ConsoleAction, answer: (c: ConsoleRequest, visit: Visit, form: SentForm) => Answer): void;
  /** The page at a path, or the nearest one above it: what only takes forms can't be come back to. */
  pageAt(path: string): string;
  /** Answers with the page at a path, in the session that has just begun, without a detour by the browser: it would lose what was kept. */
  goOn(c: ConsoleRequest, path: string, goingOn: NonNullable<ConsoleBindings["goingOn"]>): Promise<Response>;
  readonly app: Hono<{ Bindings: ConsoleBindings }>;
}

/** Where somebody goes on who has come so far. */
export const PAGE_OF: Readonly<Record<LoginStage, string>> = {
  none: "/console/log-in",
  code: "/console/code",
  setUp: "/console/password",
  password: "/console/password",
  enrol: "/console/authenticator",
  full: "/console",
};

/** No page has a longer path; whoever sends one doesn't have us look for each folder above it. */
const LONGEST_PATH = 200;

export function createRoutes(context: ConsoleContext): ConsoleRoutes {
  const app = new Hono<{ Bindings: ConsoleBindings }>();

  /** Undefined: they may. */
  async function refusal(c: ConsoleRequest, visit: Visit, action: ConsoleAction): Promise<Response | undefined> {
    if (visit.may(action)) return undefined;
    if (visit.stage !== "full") return c.redirect(PAGE_OF[visit.stage], 303);
    // Who is set up and logged in has no business at the steps before.
    if (!(CONSOLE_ACTIONS[action].stages as readonly LoginStage[]).includes("full")) return c.redirect(PAGE_OF.full, 303);
    await visit.note(action, c.req.path, "action-not-allowed");
    return messagePage(c, visit, 403, visit.text.message.notAllowed, action);
  }

  function requireAction(path: string, action: ConsoleAction): void {
    if (!Object.hasOwn(CONSOLE_ACTIONS, action)) throw new Error(`The page ${path} names no action of the table, so it can't be served.`);
  }

  function pageAt(path: string): string {
    const [bare = ""] = path.split("?");
    if (bare.length > LONGEST_PATH) return PAGE_OF.full;
    if (app.router.match("GET", bare)[0].length > 0) return path;
    const above = bare.slice(0, bare.lastIndexOf("/"));
    return above.startsWith(PAGE_OF.full) || above.startsWith("/apply") ? pageAt(above) : PAGE_OF.full;
  }

  return {
    app,
    pageAt,
    async goOn(c, path, goingOn) {
      const request = new Request(new URL(path, c.req.url), { headers: c.req.raw.headers });
      const page = await app.fetch(request, { ...c.env, goingOn });
      // What is no page (a document, a detour) is the browser's to fetch.
      if (page.headers.get("content-type")?.startsWith("text/html") !== true) {
        await page.body?.cancel();
        const { pathname, search } = new URL(request.url);
        return c.redirect(pathname + search, 303);
      }
      return c.html(await page.text(), page.status as ContentfulStatusCode);
    },
    get(path, action, answer, options) {
      requireAction(path, action);
      app.get(path, async (c) => {
        const visit = await readVisit(context, c, options);
        return (await refusal(c, visit, action)) ?? answer(c, visit);
      });
    },
    post(path, action, answer) {
      requireAction(path, action);
      app.post(path, async (c) => {
        const form = await readForm(c);
        const token = readToken(c, context.settings.consoleOrigin);
        const ours = token !== undefined && sameSecret(form.one("formToken"), formTokenOf(token));
        // A form of another session's is no use of this one.
        const visit = await readVisit(context, c, { looksOnly: !ours });
        const refused = await refusal(c, visit, action);
        if (refused !== undefined && visit.stage !== "none") return refused;
        // The session ended while somebody typed.
        if (refused !== undefined) {
          const kept = ours ? keep(c.req.path, form) : undefined;
          return kept === undefined ? refused : logInPage(c, visit, { kept });
        }
        if (!ours) return messagePage(c, visit, 403, visit.text.message.strangeForm);
        return answer(c, visit, form);
      });
    },
  };
}

/** What was sent. */
export async function readForm(c: ConsoleRequest): Promise<SentForm> {
  const body = await c.req.parseBody({ all: true }).catch(brokenForm);
  return sentForm(Object.entries(body).flatMap(([name, values]) => [values].flat().map((value) => [name, value] as const)));
}

/** What is no form is the sender's trouble, not ours. */
function brokenForm(error: unknown): never {
  throw error instanceof TypeError ? new HTTPException(400, { cause: error }) : error;
}

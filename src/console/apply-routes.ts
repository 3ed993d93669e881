import { html } from "hono/html";
import { formTokenOf, sameSecret } from "../adapters/session-token.ts";
import { type ApplicantCase, openCase } from "./application-draft.ts";
import type { ConsoleContext } from "./context.ts";
import { APPLICATION_COOKIE, isTls, readToken } from "./cookies.ts";
import { formToken, type Html } from "./layout.ts";
import { sentTexts } from "./pages/application-fields.ts";
import { messagePage } from "./pages/message.ts";
import type { ConsoleRoutes } from "./routes.ts";
import type { SentForm } from "./sent-form.ts";
import type { ConsoleRequest, Visit } from "./visit.ts";

/** Where the form stands, and after it the status. */
export const CASE_PATH = "/apply/case";
/** The agency's letter is sent there, and nothing else. */
export const LETTER_PATH = "/apply/letter";

type Answer = Response | Promise<Response>;

/** Pages of whoever came by a private link. */
export interface ApplyRoutes {
  get(path: string, answer: (c: ConsoleRequest, visit: Visit, opened: ApplicantCase) => Answer): void;
  post(path: string, answer: (c: ConsoleRequest, visit: Visit, opened: ApplicantCase, form: SentForm) => Answer): void;
}

/** What ties a form to the browser, and to the application that it was shown for: another one may have been opened meanwhile. */
export function caseToken(visit: Visit, { token }: ApplicantCase): Html {
  return html`${formToken(visit)}<input type="hidden" name="case" value="${formTokenOf(token)}">`;
}

/** Has this browser forget the private link. */
export function leaveForm(visit: Visit): Html {
  return html`<form method="post" action="/apply/leave">${formToken(visit)}<button class="link">${visit.text.apply.leave}</button></form>`;
}

/** The one way back: shown to whoever came by it, kept nowhere. */
export function privateLink(
  c: ConsoleRequest,
  { text: { apply } }: Visit,
  { settings: { consoleOrigin: origin } }: ConsoleContext,
  { token }: ApplicantCase,
): Html {
  const base = isTls(origin) && origin !== undefined ? new URL(origin).origin : `http://${c.req.header("host")}`;
  return html`<section class="private-link"><h2 class="ds-heading" data-size="xs">${apply.link}</h2><p>${apply.linkIntro}</p><p><code>${base}/apply/open/${token}</code></p></section>`;
}

export function createApplyRoutes(routes: ConsoleRoutes, context: ConsoleContext): ApplyRoutes {
  const open = (c: ConsoleRequest) => openCase(context, readToken(c, context.settings.consoleOrigin, APPLICATION_COOKIE));
  const none = (c: ConsoleRequest, visit: Visit) => messagePage(c, visit, 404, visit.text.apply.message.noCase);
  return {
    get(path, answer) {
      routes.get(
        path,
        "apply",
        async (c, visit) => {
          const opened = await open(c);
          return opened === undefined ? none(c, visit) : answer(c, visit, opened);
        },
        { looksOnly: true },
      );
    },
    post(path, answer) {
      routes.post(path, "apply", async (c, visit, form) => {
        const opened = await open(c);
        if (opened === undefined) return none(c, visit);
        if (!sameSecret(form.one("case"), formTokenOf(opened.token)))
          return messagePage(c, visit, 409, { ...visit.text.apply.message.otherCase, sent: sentTexts(visit, form) });
        return answer(c, visit, opened, form);
      });
    },
  };
}

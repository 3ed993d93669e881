import { html } from "hono/html";
import { formTokenOf } from "../../adapters/session-token.ts";
import { type ApplicantCase, beginDraft, openCase } from "../application-draft.ts";
import { addressOf, createDraftLimit } from "../apply-limit.ts";
import { CASE_PATH, createApplyRoutes, privateLink } from "../apply-routes.ts";
import type { ConsoleContext } from "../context.ts";
import { APPLICATION_COOKIE, forgetToken, readToken, writeToken } from "../cookies.ts";
import { formToken, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { applyFormPages } from "./apply-form.ts";
import { applyLetterPages } from "./apply-letter.ts";
import { applyStatusPages } from "./apply-status.ts";
import { messagePage } from "./message.ts";

/** 申請介接服務: for agencies, without accounts. A private link leads back to each application, and to nothing else. */
export function applyPages(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { consoleOrigin } = context.settings;
  const withinLimit = createDraftLimit();

  routes.get(
    "/apply",
    "apply",
    (c, visit) => {
      const { apply } = visit.text;
      const opened = readToken(c, consoleOrigin, APPLICATION_COOKIE) !== undefined;
      const body = html`<div class="narrow"><h1 class="ds-heading" data-size="md">${apply.title}</h1>
${c.req.query("left") === undefined ? NOTHING : html`<p class="ds-alert" data-color="success">${apply.left}</p>`}
<p>${apply.intro}</p><h2 class="ds-heading" data-size="xs">${apply.needs}</h2><ul>${apply.needsList.map((need) => html`<li>${need}</li>`)}</ul>
${opened ? html`<p><a class="ds-button" href="${CASE_PATH}">${apply.goOn}</a></p>` : NOTHING}
<form method="post" action="/apply/begin">${formToken(visit)}<button class="ds-button"${
        opened ? html` data-variant="secondary"` : NOTHING
      }>${apply.begin}</button></form>
<p class="quiet">${apply.back}</p></div>`;
      return page(c, visit, { title: apply.title, body });
    },
    { looksOnly: true },
  );

  routes.post("/apply/begin", "apply", async (c, visit, form) => {
    const { message, begin } = visit.text.apply;
    const before = await openCase(context, readToken(c, consoleOrigin, APPLICATION_COOKIE));
    if (before !== undefined && form.one("instead") !== formTokenOf(before.token)) {
      const instead = html`<input type="hidden" name="instead" value="${formTokenOf(before.token)}">`;
      return askToSwap(c, visit, context, before, { path: "/apply/begin", field: instead, label: begin });
    }
    if (!(await withinLimit(addressOf(context, c)))) return messagePage(c, visit, 429, message.busy);
    const token = await beginDraft(context);
    if (token === undefined) return messagePage(c, visit, 503, message.full);
    writeToken(c, consoleOrigin, token, APPLICATION_COOKIE);
    return c.redirect(CASE_PATH, 303);
  });

  // The one address with the token in it: it is exchanged for a cookie, so that no page, no form and no referrer has it.
  routes.get(
    "/apply/open/:token",
    "apply",
    async (c, visit) => {
      const token = c.req.param("token") ?? "";
      const here = { ...visit, here: "/apply" };
      if ((await openCase(context, token)) === undefined) return messagePage(c, here, 404, visit.text.apply.message.noCase);
      const before = readToken(c, consoleOrigin, APPLICATION_COOKIE);
      // Somebody who was sent a link shall not go on in another application than they think.
      const other = before === token ? undefined : await openCase(context, before);
      if (other !== undefined) {
        // The token goes on in the form, not in another address.
        const field = html`<input type="hidden" name="token" value="${token}">`;
        return askToSwap(c, here, context, other, { path: "/apply/open", field, label: visit.text.apply.message.otherOpen.swap });
      }
      writeToken(c, consoleOrigin, token, APPLICATION_COOKIE);
      return c.redirect(CASE_PATH, 303);
    },
    { looksOnly: true },
  );

  routes.post("/apply/open", "apply", async (c, visit, form) => {
    const token = form.one("token");
    if ((await openCase(context, token)) === undefined) return messagePage(c, visit, 404, visit.text.apply.message.noCase);
    writeToken(c, consoleOrigin, token, APPLICATION_COOKIE);
    return c.redirect(CASE_PATH, 303);
  });

  routes.post("/apply/leave", "apply", (c) => {
    forgetToken(c, consoleOrigin, APPLICATION_COOKIE);
    return c.redirect("/apply?left", 303);
  });

  const applicants = createApplyRoutes(routes, context);
  applyFormPages(applicants, context);
  applyLetterPages(applicants, context);
  applyStatusPages(applicants, context);
}

/** Before another application takes the place of the one that is open: only its link leads back to that, so it is shown once more. */
function askToSwap(
  c: ConsoleRequest,
  visit: Visit,
  context: ConsoleContext,
  before: ApplicantCase,
  { path, field, label }: { readonly path: string; readonly field: Html; readonly label: string },
): Response | Promise<Response> {
  const { title, body, stay } = visit.text.apply.message.otherOpen;
  const asked = html`<div class="narrow"><h1 class="ds-heading" data-size="md">${title}</h1><p>${body}</p>${privateLink(c, visit, context, before)}
<form method="post" action="${path}">${formToken(visit)}${field}<div class="buttons"><a class="ds-button" href="${CASE_PATH}">${stay}</a><button class="ds-button" data-variant="secondary">${label}</button></div></form></div>`;
  return page(c, visit, { title, body: asked });
}

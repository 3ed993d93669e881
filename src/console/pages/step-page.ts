import { html } from "hono/html";
import { type Fault, faultSummary, field } from "../fields.ts";
import { type Kept, keptFields } from "../kept.ts";
import { formToken, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";

type Answer = Response | Promise<Response>;

/** What the log-in page shows again, or carries on. */
interface LogInPage {
  readonly account?: string;
  readonly fault?: Fault;
  readonly kept?: Kept | undefined;
}

/** The first page on the way in. */
export function logInPage(c: ConsoleRequest, visit: Visit, { account = "", fault, kept }: LogInPage = {}): Answer {
  const { text } = visit;
  const notice = (sentence: string) => html`<p class="ds-alert" data-color="info">${sentence}</p>`;
  const ended = fault === undefined && c.req.query("ended") !== undefined ? notice(text.logIn.ended) : NOTHING;
  const body = html`${kept === undefined ? ended : notice(text.logIn.kept)}<p>${text.logIn.intro}</p>
${field({ name: "account", label: text.form.account, value: account, autocomplete: "username" })}
${field({ name: "password", label: text.logIn.password, type: "password", autocomplete: "current-password" })}${keptFields(kept)}`;
  const more = html`<p><a class="ds-link" href="/console/set-up">${text.logIn.setUp}</a></p>`;
  return stepPage(c, visit, { ...text.logIn, body, more, path: "/console/log-in", fault });
}

/** One of the narrow pages on the way in: a heading, a form, one button. */
export function stepPage(
  c: ConsoleRequest,
  visit: Visit,
  {
    title,
    body,
    more = NOTHING,
    path,
    submit,
    fault,
  }: { title: string; body: Html; more?: Html; path: string; submit: string; fault: Fault | undefined },
): Answer {
  return page(c, visit, {
    title,
    status: fault === undefined ? 200 : 422,
    body: html`<div class="narrow"><h1 class="ds-heading" data-size="md">${title}</h1>
${faultSummary(visit.text, fault)}
<form method="post" action="${path}" class="stack">${formToken(visit)}${body}<button class="ds-button">${submit}</button></form>${more}</div>`,
  });
}

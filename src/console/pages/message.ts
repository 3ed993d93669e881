import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { page } from "../layout.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";

/** A page that says one thing, and leads on. */
export function messagePage(
  c: ConsoleRequest,
  visit: Visit,
  status: ContentfulStatusCode,
  message: { readonly title: string; readonly body: string },
): Response | Promise<Response> {
  const onward = visit.stage === "full" ? visit.text.message.back : visit.text.message.toLogIn;
  const body = html`<h1 class="ds-heading" data-size="md">${message.title}</h1><p>${message.body}</p><p><a class="ds-link" href="/console">${onward}</a></p>`;
  return page(c, visit, { title: message.title, body, status });
}

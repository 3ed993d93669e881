import { randomUUID } from "node:crypto";
import { html } from "hono/html";
import type { Html } from "./layout.ts";
import type { SentForm } from "./sent-form.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a form makes has an id from when the form is shown: sent twice, by a second click or a reloaded page, it makes one. */
export function requestField(form?: SentForm): Html {
  return html`<input type="hidden" name="requestId" value="${form === undefined ? randomUUID() : requestIn(form)}">`;
}

/** The id that a form came with; one that says none makes something of its own. */
export function requestIn(form: SentForm): string {
  const sent = form.one("requestId");
  return UUID.test(sent) ? sent : randomUUID();
}

import { randomUUID } from "node:crypto";
import { html } from "hono/html";
import { isRequestId } from "../domain/request-id.ts";
import type { Html } from "./layout.ts";
import type { SentForm } from "./sent-form.ts";

/** What a form makes has an id from when the form is shown: sent twice, by a second click or a reloaded page, it makes one. */
export function requestField(form?: SentForm): Html {
  return requestIdField(form === undefined ? randomUUID() : requestIn(form));
}

/** The same, of a form that has one. */
export function requestIdField(requestId: string): Html {
  return html`<input type="hidden" name="requestId" value="${requestId}">`;
}

/** The id that a form came with; one that says none makes something of its own. */
export function requestIn(form: SentForm): string {
  const sent = form.one("requestId");
  return isRequestId(sent) ? sent : randomUUID();
}

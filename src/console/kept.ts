import { html } from "hono/html";
import { type Html, NOTHING } from "./layout.ts";

/**
 * A reason that was typed into a form whose session had ended. It goes through the log-in in the forms themselves, so that it is stored nowhere, and
 * is shown again on the page that it was typed on; what is decided on it is asked anew.
 */
export interface Kept {
  /** Where it was sent to. */
  readonly path: string;
  readonly reason: string;
}

const [PATH, REASON] = ["keptPath", "keptReason"];

/** What a form of the log-in carries on. */
export function keptIn(form: { one(name: string): string }): Kept | undefined {
  const [path, reason] = [form.one(PATH), form.one(REASON)];
  // Browsers and URLs take a backslash for a slash, so one may lead out of the console.
  return reason === "" || !path.startsWith("/console/") || path.includes("\\") ? undefined : { path, reason };
}

/** Carries it on. */
export function keptFields(kept: Kept | undefined): Html {
  if (kept === undefined) return NOTHING;
  return html`<input type="hidden" name="${PATH}" value="${kept.path}"><input type="hidden" name="${REASON}" value="${kept.reason}">`;
}

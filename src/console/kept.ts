import { html } from "hono/html";
import { hideNationalIds } from "../domain/national-id.ts";
import { type Html, NOTHING } from "./layout.ts";
import { type SentForm, sentForm } from "./sent-form.ts";
import type { Visit } from "./visit.ts";

/**
 * A form whose session had ended when it was sent. What was typed into it goes through the log-in in the forms themselves, so that it is stored
 * nowhere, and is shown again in the form that it was typed into; what is decided on it is asked anew.
 */
export interface Kept {
  /** Where it was sent to. */
  readonly path: string;
  readonly form: SentForm;
}

const PATH = "keptPath";
const FIELD = "kept.";

/** What goes nowhere but where it was sent: secrets, and what tells of a registered person. ID numbers that stand in other fields are masked. */
const UNKEPT: ReadonlySet<string> = new Set([
  ...["formToken", "account", "username", "password", "current", "repeated", "code", "token", "publicKey"],
  ...["nationalId", "subject", "case"],
]);

/** Characters of all fields, more than those of any form at their longest: nine bytes each as forms are sent, so that the log-in's still has room. */
const LONGEST = 24_000;

/** What is kept of a form that was sent to a path; undefined when nothing of it can be. */
export function keep(path: string, form: SentForm): Kept | undefined {
  const before = keptIn(form);
  if (before !== undefined) return before;
  const names = form.names.filter((name) => !UNKEPT.has(name) && !name.startsWith(FIELD));
  const fields = names.flatMap((name) => form.all(name).map((value) => [name, hideNationalIds(value)] as const));
  const length = fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const said = fields.some(([name, value]) => name !== "seen" && name !== "requestId" && value.trim() !== "");
  return said && length <= LONGEST ? { path, form: sentForm(fields) } : undefined;
}

/** What a form of the log-in carries on. */
export function keptIn(form: SentForm): Kept | undefined {
  const path = form.one(PATH);
  const names = form.names.filter((name) => name.startsWith(FIELD));
  // Browsers and URLs take a backslash for a slash, so one may lead out of the console.
  if (names.length === 0 || !path.startsWith("/console/") || path.includes("\\")) return undefined;
  const fields = names.flatMap((name) => form.all(name).map((value) => [name.slice(FIELD.length), value] as const));
  return { path, form: sentForm(fields) };
}

/** Carries it on. */
export function keptFields(kept: Kept | undefined): Html {
  if (kept === undefined) return NOTHING;
  const { path, form } = kept;
  const hidden = (name: string, value: string) => html`<input type="hidden" name="${name}" value="${value}">`;
  return html`${hidden(PATH, path)}${form.names.map((name) => form.all(name).map((value) => hidden(FIELD + name, value)))}`;
}

/** What was typed before the log-in into the form that is sent to this path: a page may have others. */
export function keptFor({ kept }: Visit, path: string): SentForm | undefined {
  // Paths of requests are decoded, those of pages aren't.
  const plain = (one: string) => new URL(one, "http://console").pathname;
  return kept !== undefined && plain(kept.path) === plain(path) ? kept.form : undefined;
}

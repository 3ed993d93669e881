import { html } from "hono/html";
import type { ConsoleAction } from "../domain/console-action.ts";
import { holdsNationalId, nationalIdInFilter } from "../domain/national-id.ts";
import { BYTE_ORDER_MARK, csvLine } from "../reports/csv.ts";
import { type Fault, faultOf } from "./fields.ts";
import { keptFor } from "./kept.ts";
import { formToken, type Html, NOTHING } from "./layout.ts";
import type { ConsoleRoutes } from "./routes.ts";
import type { Text } from "./text/index.ts";
import type { ConsoleRequest, Visit } from "./visit.ts";

/** Lines on a page of a list. */
export const LINES = 50;

/** A list, and what it can be narrowed to, by the names of its fields. */
export interface List<Name extends string> {
  readonly path: string;
  readonly action: ConsoleAction;
  readonly filters: readonly Name[];
  /** What some of them may be, by their names in the catalogue; anything else narrows nothing. */
  readonly choices?: (text: Text) => Partial<Record<Name, object>>;
}

/** No name is longer; and a URL that holds what is longer is refused on the way, before any page can say so. */
const LONGEST_FILTER = 200;

/** What a list is asked for. */
export interface Asked<Name extends string> {
  readonly filter: Readonly<Partial<Record<Name, string>>>;
  /** From 1 on. */
  readonly pageNumber: number;
  /** A filter was refused. */
  readonly fault: Fault | undefined;
}

type Answer = Response | Promise<Response>;

/**
 * Mounts a list whose filters live in its URL, so that it can be kept, sent on and come back to. Its form is sent by POST and leads to that URL:
 * a person's ID number is refused on the way, and one that was typed into a URL is taken out of it.
 */
export function listPage<Name extends string>(
  routes: ConsoleRoutes,
  list: List<Name>,
  show: (c: ConsoleRequest, visit: Visit, asked: Asked<Name>) => Answer,
): void {
  routes.get(list.path, list.action, (c, visit) => {
    const asked = askedInUrl(c, visit, list);
    return asked instanceof Response ? asked : show(c, visit, asked);
  });
  routes.post(list.path, list.action, (c, { text }, form) => {
    const { filter, refused } = readFilter(list, text, (name) => form.one(name));
    return c.redirect(listUrl(list.path, { ...filter, refused }), 303);
  });
}

/** What a URL asks of a list; the way to the list itself when it holds an ID number. */
export function askedInUrl<Name extends string>(c: ConsoleRequest, visit: Visit, list: Omit<List<Name>, "action">): Asked<Name> | Response {
  const { text } = visit;
  const kept = keptFor(visit, list.path);
  const { filter, refused } = readFilter(list, text, (name) => kept?.one(name) ?? c.req.query(name));
  if (refused !== undefined) return c.redirect(listUrl(list.path, { ...filter, refused }), 303);
  const field = list.filters.find((name) => name === c.req.query("refused"));
  const [, page = "1"] = /^([1-9]\d{0,5})$/.exec(c.req.query("page") ?? "") ?? [];
  return { filter, pageNumber: Number(page), fault: field && { ...faultOf(text, nationalIdInFilter()), field } };
}

function readFilter<Name extends string>(
  { filters, choices }: Omit<List<Name>, "action">,
  text: Text,
  read: (name: Name) => string | undefined,
): { readonly filter: Readonly<Partial<Record<Name, string>>>; readonly refused: Name | undefined } {
  const all = filters.map((name) => [name, read(name)?.replaceAll("\0", "").trim() ?? ""] as const).filter(([, value]) => value !== "");
  const known: Partial<Record<Name, object>> = choices?.(text) ?? {};
  const isOne = (name: Name, value: string) => Object.hasOwn(known[name] ?? { [value]: value }, value);
  const kept = all.filter(([name, value]) => !holdsNationalId(value) && isOne(name, value));
  return {
    filter: Object.fromEntries(kept.map(([name, value]) => [name, value.slice(0, LONGEST_FILTER)])) as Readonly<
      Partial<Record<Name, string>>
    >,
    refused: all.find(([, value]) => holdsNationalId(value))?.[0],
  };
}

/** A list's address with what it is narrowed to. */
export function listUrl(path: string, filter: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams(Object.entries(filter).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : [])));
  return query.size === 0 ? path : `${path}?${query}`;
}

/** The form above a list. */
export function filterForm<Name extends string>(visit: Visit, { path }: List<Name>, fields: Html): Html {
  return html`<form method="post" action="${path}" class="filter" role="search">${formToken(visit)}${fields}
<button class="ds-button" data-variant="secondary">${visit.text.list.filter}</button></form>`;
}

/** One of a few states, each a link with how many there are; the present one is marked. */
export function stateLinks<Name extends string>(
  { text }: Visit,
  { path }: List<Name>,
  name: Name,
  { filter }: Asked<Name>,
  states: readonly (readonly [value: string, label: string, count: number])[],
): Html {
  const link = ([value, label, count]: readonly [string, string, number]) =>
    html`<li><a href="${listUrl(path, { ...filter, [name]: value })}"${(filter[name] ?? "") === value ? html` aria-current="true"` : NOTHING}>${label} <span class="quiet">${count}</span></a></li>`;
  return html`<nav class="states" aria-label="${text.list.byState}"><ul>${states.map(link)}</ul></nav>`;
}

/** How many lines there are of how many, and the way to the file of them. */
export function listHead<Name extends string>(
  { text }: Visit,
  { path }: List<Name>,
  { filter }: Asked<Name>,
  found: number,
  all: number,
): Html {
  return html`<p class="list-head"><span>${text.list.count(found, all)}</span><a class="ds-link" href="${listUrl(`${path}.csv`, filter)}">${text.list.csv}</a></p>`;
}

/** That nothing fits, and the way back to everything. */
export function noLines<Name extends string>({ text }: Visit, { path }: List<Name>, { filter }: Asked<Name>, none: string): Html {
  return html`<p class="empty">${none}${Object.keys(filter).length === 0 ? NOTHING : html` <a class="ds-link" href="${path}">${text.list.clear}</a>`}</p>`;
}

/** The ways to the pages before and after. */
export function pager<Name extends string>(
  { text }: Visit,
  { path }: List<Name>,
  { filter, pageNumber }: Asked<Name>,
  found: number,
): Html {
  const last = Math.max(1, Math.ceil(found / LINES));
  if (last === 1 && pageNumber === 1) return NOTHING;
  const link = (to: number, word: string, rel: string) =>
    to < 1 || to > last
      ? NOTHING
      : html`<a class="ds-link" rel="${rel}" href="${listUrl(path, { ...filter, page: to === 1 ? undefined : String(to) })}">${word}</a>`;
  return html`<nav class="pager" aria-label="${text.list.pages}">${link(Math.min(pageNumber - 1, last), text.list.before, "prev")}<span>${text.list.page(
    pageNumber,
    last,
  )}</span>${link(pageNumber + 1, text.list.after, "next")}</nav>`;
}

/** A table as a file for spreadsheets. */
export function csvTable(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  return BYTE_ORDER_MARK + [titles, ...lines].map(csvLine).join("");
}

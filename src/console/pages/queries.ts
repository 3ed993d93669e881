import { html } from "hono/html";
import { maskPerson } from "../../domain/query-log-reading.ts";
import { DOCUMENT_FORMATS } from "../../query-log-document.ts";
import { openQueryLog } from "../../query-log-reader.ts";
import type { ListedEntry } from "../../reports/listed-entry.ts";
import type { ConsoleContext } from "../context.ts";
import { downloadEntries } from "../download.ts";
import { type Fault, faultSummary, field } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { clock, formToken, type Html, NOTHING, page } from "../layout.ts";
import { askedInUrl } from "../list.ts";
import {
  begin,
  OPEN_FILTERS,
  openingOf,
  questionOf,
  readingFault,
  type Search,
  searchInForm,
  searchInUrl,
  searchUrl,
} from "../log-reading.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { SentForm } from "../sent-form.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { outcomeTag } from "../words.ts";

const PAGE_LENGTH = 50;
/** Entries of a search that go into a document at most. */
const MOST_LISTED = 1000;
const PATH = "/console/queries";
const ENTRY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** 查詢紀錄: searched by integration, operator, case, person and period; masked, page by page, each page with its opening on record. */
export function queriesPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  /** Reads what a form asks for; each page's opening is on record before it is given out. */
  async function read(visit: Visit, search: Search, extent: { newest: number; after?: string | undefined }) {
    const question = questionOf(search);
    const opening = openingOf(visit, "searchLog", { purpose: "search", reason: search.reason });
    const entries = await visit.onTrail("searchLog", "query-log", () =>
      begin(openQueryLog(context.db, context.logKeys, question, opening, extent)),
    );
    return { question, entries };
  }

  async function answer(c: ConsoleRequest, visit: Visit, form: SentForm, use: (search: Search) => Promise<Response>): Promise<Response> {
    let search = asTyped(c, visit, form);
    try {
      search = searchInForm(context, form);
      return await use(search);
    } catch (error) {
      return show(c, visit, search, { fault: readingFault(visit, error) });
    }
  }

  routes.get(PATH, "searchLog", (c, visit) => {
    const asked = askedInUrl(c, visit, { path: PATH, filters: OPEN_FILTERS });
    if (asked instanceof Response) return asked;
    const kept = keptFor(visit, PATH);
    if (kept !== undefined) return show(c, visit, asTyped(c, visit, kept));
    return show(c, visit, searchInUrl(c, visit), asked.fault === undefined ? {} : { fault: asked.fault });
  });

  routes.post(PATH, "searchLog", (c, visit, form) =>
    answer(c, visit, form, async (search) => {
      const after = form.one("after");
      const { entries } = await read(visit, search, { newest: PAGE_LENGTH, after: ENTRY_ID.test(after) ? after : undefined });
      const found: ListedEntry[] = [];
      for await (const entry of entries) found.push(entry);
      return show(c, visit, search, { found });
    }),
  );

  for (const format of DOCUMENT_FORMATS) {
    // For whoever reloads a page that said what was wrong, or reads it in the other language.
    routes.get(`${PATH}/list.${format}`, "searchLog", (c) => c.redirect(PATH, 303));
    routes.post(`${PATH}/list.${format}`, "searchLog", (c, visit, form) =>
      answer(c, visit, form, async (search) => {
        const { question, entries } = await read(visit, search, { newest: MOST_LISTED });
        const conditions = { ...question, byCase: search.case !== "", byPerson: search.subject !== "" };
        const document = { kind: "search", conditions, limit: MOST_LISTED, entries } as const;
        return downloadEntries(context, c, visit, { document, format, name: [visit.text.queries.title, visit.text.typedDay(visit.today)] });
      }),
    );
  }
}

/** What was typed is shown again; but not a person's ID number. */
function asTyped(c: ConsoleRequest, visit: Visit, form: SentForm): Search {
  const typed = [...OPEN_FILTERS, "case" as const, "reason" as const].map((name) => [name, form.one(name).replaceAll("\0", "").trim()]);
  return { ...searchInUrl(c, visit), ...Object.fromEntries(typed) };
}

async function show(
  c: ConsoleRequest,
  visit: Visit,
  search: Search,
  { fault, found }: { fault?: Fault; found?: readonly ListedEntry[] } = {},
): Promise<Response> {
  const { queries } = visit.text;
  const documents = [
    visit.may("writeRecordList") ? html`<a class="ds-link" href="${PATH}/record-list">${queries.recordListTitle}</a>` : NOTHING,
    visit.may("answerSubjectAccess") ? html`<a class="ds-link" href="${PATH}/subject-access">${queries.subjectAccessTitle}</a>` : NOTHING,
  ];
  const body = html`<h1 class="ds-heading" data-size="md">${queries.title} <span class="ds-tag" data-color="danger">${visit.text.confidential}</span></h1>
<p class="quiet">${queries.intro}</p><p class="side-by-side">${documents}</p>
${faultSummary(visit.text, fault)}
${searchForm(visit, search, fault)}
${found === undefined ? NOTHING : results(visit, search, found)}`;
  return page(c, visit, { confidential: true, title: queries.title, body, status: fault === undefined ? 200 : 422 });
}

function searchForm(visit: Visit, search: Search, fault: Fault | undefined): Html {
  const { queries, form, decision } = visit.text;
  const filter = (name: "integration" | "operator" | "case" | "from" | "until", hint?: string) =>
    field({ name, label: queries[name], value: search[name], fault, ...(hint !== undefined && { hint }) });
  return html`<form method="post" action="${PATH}" class="filter search-log" role="search">${formToken(visit)}
${filter("integration")}${filter("operator")}${filter("from", decision.dayHint)}${filter("until", decision.dayHint)}
${filter("case")}${field({ name: "nationalId", label: queries.nationalId, hint: search.subject === "" ? queries.nationalIdHint : queries.nationalIdKept, fault })}
${search.subject === "" ? NOTHING : html`<input type="hidden" name="subject" value="${search.subject}">`}
${field({ name: "reason", label: form.reason, hint: queries.reasonHint, value: search.reason, fault })}
<button class="ds-button">${queries.search}</button></form>`;
}

function results(visit: Visit, search: Search, found: readonly ListedEntry[]): Html {
  const { queries } = visit.text;
  const last = found.at(-1);
  const bookmark = html`<a class="ds-link" href="${searchUrl(PATH, search)}">${queries.bookmark}</a>`;
  if (last === undefined) return html`<p class="empty">${queries.none}</p><p>${bookmark}</p>`;
  const lastId = "fault" in last ? last.entryId : last.entry.entryId;
  const kept = (Object.keys(search) as (keyof Search)[]).map((name) => html`<input type="hidden" name="${name}" value="${search[name]}">`);
  const more =
    found.length < PAGE_LENGTH ? NOTHING : html`<button class="ds-button" name="after" value="${lastId}">${queries.older}</button>`;
  return html`<section><h2 class="ds-heading" data-size="xs">${queries.found}</h2>
<p class="list-head"><span>${queries.shown(found.length)}</span>${bookmark}</p>
${table(visit, found)}
<form method="post" action="${searchUrl(PATH, search)}" class="buttons">${formToken(visit)}${kept}${more}<button class="ds-button" data-variant="secondary" formaction="${PATH}/list.csv">${queries.csv}</button><button class="ds-button" data-variant="secondary" formaction="${PATH}/list.pdf">${queries.pdf}</button></form></section>`;
}

function table(visit: Visit, found: readonly ListedEntry[]): Html {
  const { text } = visit;
  const { queries } = text;
  const opens = visit.may("openLogEntry");
  const line = (listed: ListedEntry) => {
    if ("fault" in listed)
      return html`<tr><th scope="row"><code>${listed.entryId}</code></th><td colspan="${opens ? 6 : 5}"><span class="ds-tag" data-color="danger">${queries.fault[listed.fault]}</span></td></tr>`;
    const { entry, asker, subject } = listed;
    return html`<tr><th scope="row" class="number">${clock(text, Date.parse(entry.askedAt))}</th>
<td data-label="${queries.asker}">${asker === undefined ? queries.unknownAsker : html`${asker.agencyName}　${asker.systemName}`}</td>
<td data-label="${queries.operator}">${entry.operator ?? "—"}</td><td data-label="${queries.operationCode}">${entry.operationCode ?? "—"}</td>
<td data-label="${queries.subject}">${maskPerson(subject).replace("\n", " ")}</td>
<td data-label="${queries.outcome}">${outcomeTag(text, entry.outcome)}</td>${
      opens
        ? html`<td><a class="ds-link" href="${PATH}/${entry.entryId}" aria-label="${queries.openEntry(clock(text, Date.parse(entry.askedAt)))}">${queries.open}</a></td>`
        : NOTHING
    }</tr>`;
  };
  const titles = [queries.when, queries.asker, queries.operator, queries.operationCode, queries.subject, queries.outcome];
  return html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}${
    opens ? html`<th scope="col">${queries.opening}</th>` : NOTHING
  }</tr></thead><tbody>${found.map(line)}</tbody></table>`;
}

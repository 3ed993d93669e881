import { html } from "hono/html";
import { listOpenings, type OpeningOnRecord } from "../../../db/queries/query-log-reading.ts";
import type { ConsoleContext } from "../context.ts";
import { field } from "../fields.ts";
import { clock, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";

const PATH = "/console/system/openings";
const PAGE_LENGTH = 50;

/** 查閱軌跡: who read the query log, when, in which duty and why; the newest first, older ones page by page. */
export function openingsPage(routes: ConsoleRoutes, { db }: ConsoleContext): void {
  routes.get(PATH, "seeOpenings", async (c, visit) => {
    const { text } = visit;
    const { openings } = text;
    const account = c.req.query("account")?.replaceAll("\0", "").trim() || undefined;
    const before = /^\d{1,18}$/.exec(c.req.query("before") ?? "")?.[0];
    const found = await listOpenings(db, { account, before }, PAGE_LENGTH);
    const last = found.length === PAGE_LENGTH ? found.at(-1)?.openingId : undefined;
    const onward = new URLSearchParams({ ...(account && { account }), ...(last && { before: last }) });
    const what = ({ purpose, reference, entryId }: OpeningOnRecord) =>
      html`<span>${openings.purposeOf[purpose]}${reference === null ? NOTHING : `　${reference}`}${
        purpose === "audit" && entryId !== null ? html`　<code class="long">${entryId}</code>` : NOTHING
      }</span>`;
    const line = (opening: OpeningOnRecord) => html`<tr><th scope="row" class="number">${clock(text, opening.openedAt)}</th>
<td data-label="${openings.account}">${opening.account}</td><td data-label="${openings.duty}">${text.duty[opening.role]}</td>
<td data-label="${openings.purpose}">${what(opening)}</td><td data-label="${openings.reason}">${opening.reason}</td>
<td data-label="${openings.entries}" class="number">${opening.entries}</td></tr>`;
    const titles = [openings.when, openings.account, openings.duty, openings.purpose, openings.reason];
    const body = html`<h1 class="ds-heading" data-size="md">${openings.title}</h1><p class="quiet">${openings.intro}</p>
<form method="get" action="${PATH}" class="filter" role="search">${field({ name: "account", label: openings.account, value: account ?? "" })}
<button class="ds-button" data-variant="secondary">${openings.filter}</button></form>
${
  found.length === 0
    ? html`<p class="empty">${openings.none}</p>`
    : html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}<th scope="col" class="number">${
        openings.entries
      }</th></tr></thead><tbody>${found.map(line)}</tbody></table>`
}
${last === undefined ? NOTHING : html`<p><a class="ds-link" href="${PATH}?${onward.toString()}">${openings.older}</a></p>`}`;
    return page(c, visit, { title: openings.title, body });
  });
}

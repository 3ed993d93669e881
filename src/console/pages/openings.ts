import { html } from "hono/html";
import { listOpenings, type OpeningOnRecord } from "../../../db/queries/query-log-reading.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary, field } from "../fields.ts";
import { clock, NOTHING, page } from "../layout.ts";
import { filterForm, type List, listPage, listUrl } from "../list.ts";
import type { ConsoleRoutes } from "../routes.ts";

const LIST: List<"account"> = { path: "/console/system/openings", action: "seeOpenings", filters: ["account"] };
const PAGE_LENGTH = 50;

/** 查閱軌跡: who read the query log, when, in which duty and why; the newest first, older ones page by page. */
export function openingsPage(routes: ConsoleRoutes, { db }: ConsoleContext): void {
  listPage(routes, LIST, async (c, visit, asked) => {
    const { text } = visit;
    const { openings } = text;
    const { account } = asked.filter;
    const before = /^\d{1,18}$/.exec(c.req.query("before") ?? "")?.[0];
    const found = await listOpenings(db, { account, before }, PAGE_LENGTH);
    const last = found.length === PAGE_LENGTH ? found.at(-1)?.openingId : undefined;
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
${faultSummary(text, asked.fault)}
${filterForm(visit, LIST, field({ name: "account", label: openings.account, value: account ?? "", fault: asked.fault }))}
${
  found.length === 0
    ? html`<p class="empty">${openings.none}</p>`
    : html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}<th scope="col" class="number">${
        openings.entries
      }</th></tr></thead><tbody>${found.map(line)}</tbody></table>`
}
${last === undefined ? NOTHING : html`<p><a class="ds-link" href="${listUrl(LIST.path, { account, before: last })}">${openings.older}</a></p>`}`;
    return page(c, visit, { title: openings.title, body });
  });
}

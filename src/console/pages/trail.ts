import { html } from "hono/html";
import { listTrail } from "../../../db/queries/admin-trail.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary, field, select } from "../fields.ts";
import { clock, NOTHING, page } from "../layout.ts";
import { filterForm, type List, listPage, listUrl } from "../list.ts";
import type { ConsoleRoutes } from "../routes.ts";

const PAGE_LENGTH = 100;
const LIST: List<"account" | "action"> = {
  ...{ path: "/console/trail", action: "seeTrail", filters: ["account", "action"] },
  choices: (text) => ({ action: text.action }),
};

/** 操作軌跡: who did what, when, from where, and with what outcome; the newest first, older ones page by page. */
export function trailPage(routes: ConsoleRoutes, { db }: ConsoleContext): void {
  listPage(routes, LIST, async (c, visit, asked) => {
    const { text } = visit;
    const { trail } = text;
    const { account, action } = asked.filter;
    const older = c.req.query("before");
    const before = older !== undefined && /^\d{1,18}$/.test(older) ? older : undefined;
    const entries = await listTrail(db, { account, action, before }, PAGE_LENGTH);
    const actions = Object.entries(text.action);
    const actionName = (code: string) => (text.action as Readonly<Record<string, string>>)[code] ?? code;
    const outcomeName = (code: string) => (code === "done" ? trail.done : ((text.rule as Readonly<Record<string, string>>)[code] ?? code));
    const rows = entries.map(
      (entry) => html`<tr><th scope="row" class="number">${clock(text, entry.takenAt)}</th>
<td data-label="${trail.account}">${entry.account ?? trail.unknown}</td><td data-label="${trail.action}">${actionName(entry.action)}</td>
<td data-label="${trail.object}">${entry.object === "" ? "—" : entry.object}</td><td data-label="${trail.address}"><code>${entry.address ?? "—"}</code></td>
<td data-label="${trail.outcome}">${outcomeName(entry.outcome)}${entry.reason === undefined ? NOTHING : html`<br><span class="quiet">${entry.reason}</span>`}</td></tr>`,
    );
    const last = entries.length === PAGE_LENGTH ? entries.at(-1)?.trailId : undefined;
    const titles = [trail.when, trail.account, trail.action, trail.object, trail.address, trail.outcome];
    const body = html`<h1 class="ds-heading" data-size="md">${trail.title}</h1><p class="quiet">${trail.intro}</p>
${faultSummary(text, asked.fault)}
${filterForm(
  visit,
  LIST,
  html`${field({ name: "account", label: trail.account, value: account ?? "", fault: asked.fault })}${select("action", trail.action, [["", trail.everyAction], ...actions], action ?? "")}`,
)}
${
  entries.length === 0
    ? html`<p class="empty">${trail.none}</p>`
    : html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`
}
${last === undefined ? NOTHING : html`<p><a class="ds-link" href="${listUrl(LIST.path, { account, action, before: last })}">${trail.older}</a></p>`}`;
    return page(c, visit, { title: trail.title, body });
  });
}

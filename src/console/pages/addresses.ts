import { html } from "hono/html";
import { type ListedAddress, listAddresses } from "../../../db/queries/address-list.ts";
import { listForeignAddresses } from "../../adapters/taiwan-addresses.ts";
import { type AddressFlaw, findFlawedAddresses, inventoryTerm } from "../../domain/ip-inventory.ts";
import type { ConsoleContext } from "../context.ts";
import { download } from "../download.ts";
import { faultSummary, field } from "../fields.ts";
import { type Html, NOTHING, page } from "../layout.ts";
import { type Asked, askedInUrl, csvTable, filterForm, LINES, type List, listHead, listPage, noLines, pager, stateLinks } from "../list.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Text } from "../text/index.ts";
import type { Visit } from "../visit.ts";
import { casePath, stateTag } from "../words.ts";
import { reviewsSection } from "./ip-inventories.ts";

/** What may be said of an address, by the rule of the half-yearly review, and of where it seems to be. */
const MARKS = ["duplicate", "idle", "expired", "foreign"] as const;
const LIST: List<"search" | "mark"> = {
  ...{ path: "/console/addresses", action: "seeInventories", filters: ["search", "mark"] },
  choices: () => ({ mark: Object.fromEntries(MARKS.map((mark) => [mark, mark])) }),
};
type Mark = AddressFlaw | "foreign";
type Marked = ListedAddress & { readonly marks: readonly Mark[] };
type AddressList = { readonly all: readonly Marked[]; readonly searched: readonly Marked[]; readonly found: readonly Marked[] };

/** 白名單: every address that may ask, whose it is, since when, and when it did last; with the half-yearly reviews. @clause 3(7) @clause 3(8) */
export function addressesPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  listPage(routes, LIST, async (c, visit, asked) => {
    const { text } = visit;
    const { all, searched, found } = await read(context, visit, asked.filter);
    const shown = found.slice((asked.pageNumber - 1) * LINES, asked.pageNumber * LINES);
    const states = MARKS.map((mark) => [mark, markName(text, mark), searched.filter(({ marks }) => marks.includes(mark)).length] as const);
    const mark = asked.filter.mark === undefined ? NOTHING : html`<input type="hidden" name="mark" value="${asked.filter.mark}">`;
    const fields = html`${mark}${field({
      ...{ name: "search", label: text.list.search, hint: text.addresses.searchHint, value: asked.filter.search ?? "", type: "search" },
      fault: asked.fault,
    })}`;
    const body = html`<h1 class="ds-heading" data-size="md">${text.addresses.title}</h1><p class="quiet">${text.addresses.intro}</p>
${faultSummary(text, asked.fault)}
${stateLinks(visit, LIST, "mark", asked, [["", text.addresses.everyMark, searched.length], ...states])}
${filterForm(visit, LIST, fields)}
${listHead(visit, LIST, asked, found.length, all.length)}
${shown.length === 0 ? noLines(visit, LIST, asked, text.addresses.none) : table(visit, shown)}
${pager(visit, LIST, asked, found.length)}
${await reviewsSection(visit, context)}`;
    return page(c, visit, { title: text.addresses.title, body });
  });

  routes.get(`${LIST.path}.csv`, "exportAddresses", async (c, visit) => {
    const asked = askedInUrl(c, visit, LIST);
    if (asked instanceof Response) return asked;
    const { text } = visit;
    const { found } = await visit.onTrail("exportAddresses", c.req.path, () => read(context, visit, asked.filter));
    const { addresses, integrations } = text;
    const titles = [addresses.address, addresses.marks, integrations.number, integrations.agency, integrations.system, integrations.state];
    const lines = found.map((row) => [
      ...[row.address, markNames(text, row), row.integrationNumber, row.agencyName, row.systemName, text.state[row.state]],
      ...[row.addedOn, row.lastUsedOn ?? ""],
    ]);
    return download(
      c,
      { name: [addresses.title, text.typedDay(visit.today)], format: "csv" },
      csvTable([...titles, addresses.since, addresses.lastUsed], lines),
    );
  });
}

async function read(
  { db }: ConsoleContext,
  { now }: Visit,
  { search = "", mark }: Asked<"search" | "mark">["filter"],
): Promise<AddressList> {
  const every = await listAddresses(db);
  const key = ({ integrationNumber, address }: Pick<ListedAddress, "integrationNumber" | "address">) => `${integrationNumber}/${address}`;
  const flaws = new Map(findFlawedAddresses(every, inventoryTerm(now).usedSince).map((flawed) => [key(flawed), flawed.flaws]));
  const foreign = new Set(listForeignAddresses(every.map(({ address }) => address)));
  const all = every.map((row) => ({
    ...row,
    marks: [...(flaws.get(key(row)) ?? []), ...(foreign.has(row.address) ? (["foreign"] as const) : [])],
  }));
  const wanted = search.toLowerCase();
  const searched = all.filter((row) =>
    [row.address, row.integrationNumber, row.agencyName, row.systemName].some((text) => text.toLowerCase().includes(wanted)),
  );
  return {
    all,
    searched,
    found: mark === undefined ? searched : searched.filter(({ marks }) => (marks as readonly string[]).includes(mark)),
  };
}

function markName({ inventory, integration }: Text, mark: Mark): string {
  return mark === "foreign" ? integration.foreign : inventory.flaw[mark];
}

function markNames(text: Text, { marks }: Marked): string {
  return marks.map((mark) => markName(text, mark)).join(text.separator);
}

function table({ text }: Visit, rows: readonly Marked[]): Html {
  const { addresses, integrations } = text;
  const tag = (mark: Mark) => html`<span class="ds-tag" data-color="warning">${markName(text, mark)}</span> `;
  const line = (row: Marked) => html`<tr><th scope="row"><code>${row.address}</code></th>
<td data-label="${addresses.marks}">${row.marks.length === 0 ? "—" : row.marks.map(tag)}</td>
<td data-label="${addresses.of}"><a class="ds-link" href="${casePath(row.integrationNumber)}">${row.integrationNumber}</a></td>
<td data-label="${integrations.agency}">${row.agencyName}</td><td data-label="${integrations.system}">${row.systemName}</td>
<td data-label="${integrations.state}">${stateTag(text, row.state)}</td>
<td data-label="${addresses.since}" class="day">${text.day(row.addedOn)}</td>
<td data-label="${addresses.lastUsed}" class="day">${row.lastUsedOn === null ? text.inventory.never : text.day(row.lastUsedOn)}</td></tr>`;
  const titles = [
    ...[addresses.address, addresses.marks, addresses.of, integrations.agency, integrations.system, integrations.state],
    ...[addresses.since, addresses.lastUsed],
  ];
  return html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${rows.map(line)}</tbody></table>`;
}

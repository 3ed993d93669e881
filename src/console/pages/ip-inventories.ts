import { html } from "hono/html";
import { type FindingOnRecord, type InventoryOnRecord, listFindings, listInventories } from "../../../db/queries/ip-inventory.ts";
import { lastDayOf } from "../../domain/due.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { type Fault, faultSummary } from "../fields.ts";
import { clock, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { messagePage } from "./message.ts";

/** A review's address. */
export function inventoryPath(inventoryNumber: string): string {
  return `/console/addresses/${encodeURIComponent(inventoryNumber)}`;
}

/** What each half-yearly review of addresses found. @clause 3(8) */
export function ipInventoryPages(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get("/console/addresses/:review", "seeInventories", (c, visit) => showInventory(c, visit, context));
}

/** The reviews that there were, beside the addresses that they look at. */
export async function reviewsSection(visit: Visit, { db }: ConsoleContext): Promise<Html> {
  const { inventory } = visit.text;
  const all = await listInventories(db);
  const found = await Promise.all(all.map(({ inventoryNumber }) => listFindings(db, inventoryNumber)));
  return html`<section><h2 class="ds-heading" data-size="xs">${inventory.title}</h2><p class="quiet">${inventory.intro}</p>
${all.length === 0 ? html`<p class="empty">${inventory.none}</p>` : reviewsTable(visit, all, found)}</section>`;
}

/** The review that a path names. */
export async function findInventory({ db }: ConsoleContext, c: ConsoleRequest): Promise<InventoryOnRecord | undefined> {
  return (await listInventories(db)).find(({ inventoryNumber }) => inventoryNumber === c.req.param("review"));
}

/** @param fault what stands against a decision that was just tried */
export async function showInventory(c: ConsoleRequest, visit: Visit, context: ConsoleContext, fault?: Fault): Promise<Response> {
  const review = await findInventory(context, c);
  if (review === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
  const { text, today } = visit;
  const { inventory } = text;
  const findings = await listFindings(context.db, review.inventoryNumber);
  const waiting = findings.filter(({ outcome }) => outcome === null).length;
  const lead =
    waiting > 0
      ? inventory.leadOpen(waiting, text.dayAhead(lastDayOf(review.deadlineAt.getTime()), today))
      : findings.length === 0
        ? inventory.leadClean(review.addressCount)
        : inventory.leadDone(review.addressCount, findings.length);
  const title = inventory.one(text.day(taipeiDate(review.openedAt.getTime())));
  const body = html`<p class="quiet"><a class="ds-link" href="/console/addresses">${text.addresses.title}</a></p>
<h1 class="ds-heading" data-size="md">${title} ${openTag(visit, review)}</h1>
${faultSummary(text, fault)}<p class="lead">${lead}</p><p class="quiet">${inventory.since(text.day(review.usedSince))}</p>
<p class="list-head"><span></span><a class="ds-link" href="${inventoryPath(review.inventoryNumber)}/report.pdf">${inventory.report}</a></p>
${findings.length === 0 ? NOTHING : findingsTable(visit, review, findings)}`;
  return page(c, visit, { title, body, status: fault === undefined ? 200 : 422 });
}

function openTag({ text }: Visit, { closedAt }: InventoryOnRecord): Html {
  const [colour, word] = closedAt === null ? (["warning", text.inventory.open] as const) : (["neutral", text.inventory.closed] as const);
  return html`<span class="ds-tag" data-color="${colour}">${word}</span>`;
}

function reviewsTable(visit: Visit, all: readonly InventoryOnRecord[], found: readonly (readonly FindingOnRecord[])[]): Html {
  const { text, today } = visit;
  const { inventory } = text;
  const rows = all.map((review, index) => {
    const findings = found[index] ?? [];
    const waiting = findings.filter(({ outcome }) => outcome === null).length;
    const deadline = lastDayOf(review.deadlineAt.getTime());
    return html`<tr><th scope="row"><a class="ds-link" href="${inventoryPath(review.inventoryNumber)}">${text.day(
      taipeiDate(review.openedAt.getTime()),
    )}</a></th><td data-label="${inventory.state}">${openTag(visit, review)}</td>
<td data-label="${inventory.addresses}" class="number">${review.addressCount}</td><td data-label="${inventory.found}" class="number">${findings.length}</td>
<td data-label="${inventory.waiting}" class="number">${waiting}</td>
<td data-label="${inventory.deadline}" class="day">${review.closedAt === null ? text.dayAhead(deadline, today) : text.day(deadline)}</td></tr>`;
  });
  const number = (title: string) => html`<th scope="col" class="number">${title}</th>`;
  return html`<table class="ds-table cards"><thead><tr><th scope="col">${inventory.review}</th><th scope="col">${inventory.state}</th>${number(
    inventory.addresses,
  )}${number(inventory.found)}${number(inventory.waiting)}<th scope="col">${inventory.deadline}</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function findingsTable(visit: Visit, review: InventoryOnRecord, findings: readonly FindingOnRecord[]): Html {
  const { text } = visit;
  const { inventory } = text;
  const answerable = review.closedAt === null && visit.may("decideAddress");
  const outcomeOf = (finding: FindingOnRecord) => {
    const { outcome, decidedBy, reason, decidedAt, integrationNumber, address } = finding;
    if (outcome === null) {
      const path = `${inventoryPath(review.inventoryNumber)}/${encodeURIComponent(integrationNumber)}/${encodeURIComponent(address)}`;
      return answerable ? html`<a class="ds-link" href="${path}">${inventory.answer}</a>` : inventory.waiting;
    }
    if (decidedBy === "platform") return html`${inventory.overdue}<br><span class="quiet">${clock(text, decidedAt?.getTime() ?? 0)}</span>`;
    return html`${inventory[outcome]}　${reason}<br><span class="quiet">${inventory.by(decidedBy ?? "", clock(text, decidedAt?.getTime() ?? 0))}</span>`;
  };
  const rows = findings.map(
    (finding) => html`<tr><th scope="row"><code>${finding.address}</code></th>
<td data-label="${inventory.flaws}">${flawNames(visit, finding)}</td>
<td data-label="${inventory.of}"><a class="ds-link" href="${casePath(finding.integrationNumber)}">${finding.integrationNumber}</a>　${finding.agencyName}　${
      finding.systemName
    }</td><td data-label="${inventory.lastUsed}" class="day">${finding.lastUsedOn === null ? inventory.never : text.day(finding.lastUsedOn)}</td>
<td data-label="${inventory.outcome}">${outcomeOf(finding)}</td></tr>`,
  );
  const titles = [inventory.address, inventory.flaws, inventory.of, inventory.lastUsed, inventory.outcome];
  return html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}

/** What was found about an address, in words. */
export function flawNames({ text }: Visit, { flaws }: Pick<FindingOnRecord, "flaws">): string {
  return flaws.map((flaw) => text.inventory.flaw[flaw]).join(text.separator);
}

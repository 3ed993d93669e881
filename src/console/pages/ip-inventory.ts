import { html } from "hono/html";
import { type FindingOnRecord, type InventoryOnRecord, listFindings } from "../../../db/queries/ip-inventory.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import { type InventoriedAddress, writeIpInventoryReport } from "../../reports/ip-inventory-report.ts";
import type { ConsoleContext } from "../context.ts";
import { downloadWritten } from "../download.ts";
import { type Fault, faultOf, faultSummary, textFaults } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { formToken, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { reasonField } from "./integration-typed.ts";
import { findInventory, flawNames, inventoryPath, showInventory } from "./ip-inventories.ts";
import { messagePage } from "./message.ts";

/** The dedicated officer's word on one found address, and the review's record on paper. @clause 3(8) */
export function ipInventoryDecision(routes: ConsoleRoutes, context: ConsoleContext): void {
  const path = "/console/addresses/:review/:number/:address";

  routes.get("/console/addresses/:review/report.pdf", "printInventory", async (c, visit) => {
    const review = await findInventory(context, c);
    if (review === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const { inventoryNumber, usedSince, openedAt, addressCount } = review;
    const findings = await visit.onTrail("printInventory", `ip-inventory/${inventoryNumber}`, () =>
      listFindings(context.db, inventoryNumber),
    );
    const report = {
      ...{ documentNumber: `IP-${inventoryNumber}`, from: usedSince, until: taipeiDate(openedAt.getTime()), addressCount },
      ...{ addresses: findings.map(asPrinted), printedAt: visit.now, printedBy: visit.account ?? "" },
    };
    const file = { name: [visit.text.inventory.title, inventoryNumber], format: "pdf" } as const;
    return downloadWritten(context, c, file, (sink) => writeIpInventoryReport(report, sink));
  });

  routes.get(path, "decideAddress", async (c, visit) => {
    const found = await findFinding(context, c);
    if (found === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    // Decided meanwhile: the record says so, and by whom.
    return found.finding.outcome === null
      ? decisionPage(c, visit, found.finding, undefined, keptFor(visit, c.req.path)?.one("reason"))
      : c.redirect(inventoryPath(found.review.inventoryNumber), 303);
  });

  routes.post(path, "decideAddress", async (c, visit, form) => {
    const found = await findFinding(context, c);
    if (found === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const { review, finding } = found;
    const { integrationNumber, address } = finding;
    const [reason, choice] = [form.one("reason"), form.one("choice") === "remove" ? ("remove" as const) : ("keep" as const)];
    const decision = { by: visit.actor("decideAddress"), reason, integrationNumber, address, choice };
    try {
      const object = `ip-inventory/${review.inventoryNumber}/${integrationNumber}/${address}`;
      await visit.onTrail("decideAddress", object, () => context.decideFoundAddress(review.workflowId, decision));
      return c.redirect(inventoryPath(review.inventoryNumber), 303);
    } catch (error) {
      if (error instanceof RuleViolation) {
        const fault = faultOf(visit.text, error, textFaults("reason"));
        // Decided meanwhile: the record says by whom, the form would not.
        return (await findFinding(context, c))?.finding.outcome === null
          ? decisionPage(c, visit, finding, fault, reason)
          : showInventory(c, visit, context, fault);
      }
      context.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "a decision on an address could not be taken");
      return decisionPage(c, visit, finding, { sentence: visit.text.message.failed.body }, reason, 503);
    }
  });
}

async function findFinding(
  context: ConsoleContext,
  c: ConsoleRequest,
): Promise<{ readonly review: InventoryOnRecord; readonly finding: FindingOnRecord } | undefined> {
  const review = await findInventory(context, c);
  if (review === undefined) return undefined;
  const [number, address] = [c.req.param("number"), c.req.param("address")];
  const finding = (await listFindings(context.db, review.inventoryNumber)).find(
    (one) => one.integrationNumber === number && one.address === address,
  );
  return finding && { review, finding };
}

function decisionPage(
  c: ConsoleRequest,
  visit: Visit,
  finding: FindingOnRecord,
  fault?: Fault,
  reason?: string,
  status: 200 | 422 | 503 = fault === undefined ? 200 : 422,
): Response | Promise<Response> {
  const { text } = visit;
  const { inventory } = text;
  const { integrationNumber, agencyName, systemName, address, lastUsedOn } = finding;
  const title = inventory.decideTitle(address);
  const back = inventoryPath(c.req.param("review") ?? "");
  const body = html`<div class="narrow"><p class="quiet">${integrationNumber}　${agencyName}　${systemName}</p>
<h1 class="ds-heading" data-size="md">${title}</h1>
${faultSummary(text, fault)}<dl class="facts"><dt>${inventory.flaws}</dt><dd>${flawNames(visit, finding)}</dd>
<dt>${inventory.lastUsed}</dt><dd>${lastUsedOn === null ? inventory.never : text.day(lastUsedOn)}</dd></dl>
<p class="ds-alert" data-color="warning">${inventory.decideIntro}</p>
<form method="post" action="${c.req.path}" class="stack">${formToken(visit)}${reasonField(visit, fault, reason === undefined ? undefined : { reason })}
<div class="buttons"><button class="ds-button" data-color="danger" name="choice" value="remove">${inventory.remove}</button><button class="ds-button"
data-variant="secondary" name="choice" value="keep">${inventory.keep}</button><a class="ds-link" href="${back}">${inventory.back}</a></div></form></div>`;
  return page(c, visit, { title, body, status });
}

function asPrinted(finding: FindingOnRecord): InventoriedAddress {
  const { integrationNumber, agencyName, systemName, address, flaws, lastUsedOn, outcome, decidedBy, reason } = finding;
  const overdue = decidedBy === "platform";
  return {
    ...{ address, flaws, lastUsedOn, integration: { applicationNumber: integrationNumber, agencyName, systemName } },
    decision: outcome === null ? "pending" : overdue ? "removed-overdue" : outcome,
    ...{ reason: overdue ? "" : (reason ?? ""), decidedBy: overdue ? "" : (decidedBy ?? "") },
  };
}

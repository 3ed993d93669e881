import { html } from "hono/html";
import { getIntegrationOnRecord } from "../../../db/queries/console-integration.ts";
import { findSharedAddresses } from "../../../db/queries/integration-application.ts";
import { readApplications } from "../../../db/queries/integration-record.ts";
import { lastDayOf } from "../../domain/due.ts";
import { canFollow, type Integration } from "../../domain/integration.ts";
import { underWay } from "../../domain/integration-decision.ts";
import { lapsesAt } from "../../domain/integration-due.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary } from "../fields.ts";
import { NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Shown } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { stateTag } from "../words.ts";
import { findingsSection } from "./findings.ts";
import { applicationsSection } from "./integration-document.ts";
import { decisionForms } from "./integration-forms.ts";
import { lettersSection } from "./integration-letters.ts";
import { amendmentSection, applicationSection, credentialsSection, rightsSection, timelineSection } from "./integration-sections.ts";
import { numberOf } from "./integration-step.ts";
import type { Typed } from "./integration-typed.ts";
import { messagePage } from "./message.ts";

/** An integration's page: what happens next, what was asked for and approved, every step, and the decision at its foot. */
export function integrationPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get("/console/integrations/:number", "seeIntegrations", (c, visit) => showIntegration(c, visit, context));
}

/** @param fault what stands against a decision that was just tried, with what was typed for it */
export async function showIntegration(
  c: ConsoleRequest,
  visit: Visit,
  context: ConsoleContext,
  fault?: Shown,
  typed?: Typed,
): Promise<Response> {
  const { db } = context;
  const record = await getIntegrationOnRecord(db, numberOf(c));
  if (record === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
  const { integration } = record;
  const { integrationNumber, application, state } = integration;
  const decides = visit.may("decideApplication") && canFollow(integration, "approve");
  const checks = visit.may("checkApplication") && canFollow(integration, "check");
  const shared = decides || checks ? await findSharedAddresses(db, integrationNumber, underWay(integration).addresses) : [];
  const { text } = visit;
  const lapse = lapsesAt(integration);
  const body = html`<p class="quiet">${text.integrations.title}　${integrationNumber}</p>
<h1 class="ds-heading" data-size="md">${application.systemName} ${stateTag(text, state)}</h1>
<p class="lead">${nextSentence(visit, integration)}</p>
${lapse === undefined ? NOTHING : html`<p>${text.integration.correctUntil(text.dayAhead(lastDayOf(lapse), visit.today))}</p>`}
${faultSummary(text, fault)}
${amendmentSection(visit, integration)}
${applicationSection(visit, integration)}
${visit.may("readLetter") ? await lettersSection(visit, context, integration) : NOTHING}
${rightsSection(visit, integration)}
${credentialsSection(visit, record)}
${applicationsSection(visit, integrationNumber, await readApplications(db, integrationNumber))}
${visit.may("seeFindings") ? await findingsSection(visit, context, integrationNumber) : NOTHING}
${timelineSection(visit, record)}
${decisionForms(visit, integration, shared, fault, typed)}`;
  return page(c, visit, { title: `${integrationNumber} ${application.agencyName}`, body, status: fault?.status ?? 200 });
}

function nextSentence({ text, today }: Visit, { state, application, approval }: Integration): string {
  const { from, until } = approval ?? application;
  return text.integration.next[state](
    text.integration.span(text.day(from), text.dayAhead(until, today)),
    text.dayAhead(from, today),
    text.dayAhead(until, today),
  );
}

import { html } from "hono/html";
import { getIntegrationOnRecord, type IntegrationOnRecord } from "../../../db/queries/console-integration.ts";
import { listSteps, type StepOnRecord } from "../../../db/queries/integration.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { type Fault, faultSummary } from "../fields.ts";
import { clock, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { checkNames, lastDayOf, stateTag } from "../words.ts";
import { decisionForms, type Typed } from "./integration-forms.ts";
import { messagePage } from "./message.ts";

/** An integration's page: what happens next, what was asked for and approved, every step, and the decision at its foot. */
export function integrationPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get("/console/integrations/:number", "seeIntegrations", (c, visit) => showIntegration(c, visit, context));
}

/** @param fault what stands against a decision that was just tried, with what was typed for it */
export async function showIntegration(
  c: ConsoleRequest,
  visit: Visit,
  { db }: ConsoleContext,
  fault?: Fault & { readonly status: 422 | 503 },
  typed?: Typed,
): Promise<Response> {
  const integration = await getIntegrationOnRecord(db, (c.req.param("number") ?? "").replaceAll("\0", ""));
  if (integration === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
  const steps = await listSteps(db, integration.integrationId);
  const { text } = visit;
  const { applicationNumber, agencyName, systemName, state } = integration;
  const body = html`<p class="quiet">${text.integrations.title}　${applicationNumber}</p>
<h1 class="ds-heading" data-size="md">${systemName} ${stateTag(text, state)}</h1>
<p class="lead">${nextSentence(visit, integration)}</p>
${faultSummary(text, fault)}
${applicationSection(visit, integration)}
${rightsSection(visit, integration)}
${credentialsSection(visit, integration)}
${timelineSection(visit, steps)}
${decisionForms(visit, integration, steps, fault, typed)}`;
  return page(c, visit, { title: `${applicationNumber} ${agencyName}`, body, status: fault?.status ?? 200 });
}

function nextSentence({ text, today }: Visit, { state, application, approvedFrom, approvedUntil }: IntegrationOnRecord): string {
  const from = approvedFrom === undefined ? application.from : taipeiDate(approvedFrom);
  const until = approvedUntil === undefined ? application.until : lastDayOf(approvedUntil);
  return text.integration.next[state](
    text.integration.span(text.day(from), text.dayAhead(until, today)),
    text.dayAhead(from, today),
    text.dayAhead(until, today),
  );
}

type Fact = readonly [term: string, description: Html | string];

function facts(all: readonly Fact[]): Html {
  return html`<dl class="facts">${all.map(([term, description]) => html`<dt>${term}</dt><dd>${description}</dd>`)}</dl>`;
}

function codes(all: readonly string[]): Html {
  return html`${all.map((text) => html`<code>${text}</code> `)}`;
}

function applicationSection({ text }: Visit, { application, submittedAt, submittedBy }: IntegrationOnRecord): Html {
  const { integration, integrations } = text;
  return html`<section><h2 class="ds-heading" data-size="xs">${integration.application}</h2>${facts([
    [integrations.agency, `${application.agencyName}　${application.agencyCode}`],
    [integrations.system, application.systemName],
    [integration.legalBasis, application.legalBasis],
    [integration.purpose, application.purpose],
    [integrations.scope, checkNames(text, application.checks)],
    [integrations.period, integration.span(text.day(application.from), text.day(application.until))],
    [integration.requestedAddresses, codes(application.addresses)],
    [integration.contact, application.contact],
    [integration.submittedAt, `${clock(text, submittedAt)}　${submittedBy}`],
  ])}</section>`;
}

function rightsSection(
  { text, today }: Visit,
  { application, approvedFrom, approvedUntil, checks, addresses, state }: IntegrationOnRecord,
): Html {
  const { integration, integrations } = text;
  const heading = html`<h2 class="ds-heading" data-size="xs">${integration.rights}</h2>`;
  if (approvedFrom === undefined || approvedUntil === undefined || state === "submitted" || state === "refused")
    return html`<section>${heading}<p class="empty">${integration.noRights}</p></section>`;
  const [from, until] = [taipeiDate(approvedFrom), lastDayOf(approvedUntil)];
  const compared = (same: boolean) => html` <span class="quiet">　${same ? integration.asRequested : integration.narrower}</span>`;
  return html`<section>${heading}${facts([
    [integrations.scope, html`${checkNames(text, checks)}${compared(checks.length === application.checks.length)}`],
    [
      integrations.period,
      html`${integration.span(text.day(from), text.dayAhead(until, today))}${compared(from === application.from && until === application.until)}`,
    ],
    [integration.addresses, addresses.length === 0 ? integration.noAddresses : codes(addresses)],
  ])}</section>`;
}

function credentialsSection({ text, today }: Visit, { credentials }: IntegrationOnRecord): Html {
  const { integration } = text;
  const heading = html`<h2 class="ds-heading" data-size="xs">${integration.credentials}</h2>`;
  if (credentials.length === 0) return html`<section>${heading}<p class="empty">${integration.noCredentials}</p></section>`;
  return html`<section>${heading}<table class="ds-table cards"><thead><tr><th scope="col">${integration.credential}</th><th scope="col">${
    integration.validFrom
  }</th><th scope="col">${integration.validUntil}</th></tr></thead><tbody>${credentials.map(
    ({ credentialId, validFrom, validUntil, revokedAt }) => html`<tr><th scope="row"><code>${credentialId}</code></th>
<td data-label="${integration.validFrom}">${text.day(taipeiDate(validFrom))}</td>
<td data-label="${integration.validUntil}">${
      revokedAt === undefined ? text.dayAhead(lastDayOf(validUntil), today) : html`${clock(text, revokedAt)} ${integration.revokedAt}`
    }</td></tr>`,
  )}</tbody></table></section>`;
}

function timelineSection({ text }: Visit, steps: readonly StepOnRecord[]): Html {
  const roleName = (role: StepOnRecord["role"]) => (role === "applicant" || role === "platform" ? text.role[role] : text.duty[role]);
  return html`<section><h2 class="ds-heading" data-size="xs">${text.integration.timeline}</h2><ol class="timeline">${steps.map(
    ({ step, actor, role, reason, takenAt }) => html`<li><p><strong>${text.step[step]}</strong>　${clock(text, takenAt.getTime())}</p>
<p>${role === "platform" ? NOTHING : html`${actor}　`}<span class="quiet">${roleName(role)}</span></p>${role === "platform" ? NOTHING : html`<p>${reason}</p>`}</li>`,
  )}</ol></section>`;
}

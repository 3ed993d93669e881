import { html } from "hono/html";
import type { IntegrationOnRecord } from "../../../db/queries/console-integration.ts";
import { listForeignAddresses } from "../../adapters/taiwan-addresses.ts";
import { lastDayOf } from "../../domain/due.ts";
import { canFollow, hasRights, type Integration } from "../../domain/integration.ts";
import type { Application, Approval, PresentRights } from "../../domain/integration-application.ts";
import { changedFields, inForce } from "../../domain/integration-difference.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import { clock, type Html, NOTHING } from "../layout.ts";
import type { Text } from "../text/index.ts";
import type { Visit } from "../visit.ts";
import { casePath, checkNames, facts, roleName, stateTag } from "../words.ts";

type Fact = readonly [term: string, description: Html | string];

/** Addresses, with a mark on those that look as if they were abroad. @clause 3(10) */
function marked({ integration }: Text, addresses: readonly string[]): Html {
  const foreign = listForeignAddresses(addresses);
  const mark = html`<span class="ds-tag" data-color="warning">${integration.foreign}</span> `;
  return html`${addresses.map((address) => html`<code>${address}</code> ${foreign.includes(address) ? mark : NOTHING}`)}`;
}

/** What an application asks for. @param present what holds: where the two differ, it says so, and what holds */
export function requestedFacts({ text }: Visit, application: Application, present?: PresentRights): Fact[] {
  const { integration, integrations } = text;
  const changed: readonly string[] = present === undefined ? [] : changedFields(application, present);
  const now = present && inForce(present);
  const one = (term: string, of: keyof Application, show: (of: Application) => Html | string): Fact => [
    term,
    now !== undefined && changed.includes(of)
      ? html`${show(application)} <span class="ds-tag" data-color="warning">${integration.changed}</span> <span class="quiet">${integration.before} ${show(now)}</span>`
      : show(application),
  ];
  return [
    one(integrations.agency, "agencyCode", ({ agencyName, agencyCode }) => `${agencyName}　${agencyCode}`),
    one(integrations.system, "systemName", ({ systemName }) => systemName),
    one(integration.legalBasis, "legalBasis", ({ legalBasis }) => legalBasis),
    one(integration.purpose, "purpose", ({ purpose }) => purpose),
    one(integrations.scope, "checks", ({ checks }) => checkNames(text, checks)),
    one(integrations.period, "until", ({ from, until }) => integration.span(text.day(from), text.day(until))),
    one(integration.requestedAddresses, "addresses", ({ addresses }) => marked(text, addresses)),
    one(integration.contact, "contact", ({ contact }) => contact),
    ...letterFacts(text, application),
    ...(application.improvement === undefined ? [] : [[integration.improvement, application.improvement] as const]),
  ];
}

function letterFacts(text: Text, { letter }: Application): Fact[] {
  if (letter === undefined) return [];
  const { apply, day } = text;
  return [
    [apply.part.letter, apply.letterFact(letter.number, day(letter.date), letter.onPaper ? apply.onPaper : apply.online)],
    [apply.accepted, day(letter.liabilityAcceptedOn)],
  ];
}

/** The application that would change what holds, with what it would change. */
export function amendmentSection(visit: Visit, integration: Integration): Html {
  const { amendment } = integration;
  if (amendment === undefined || !hasRights(integration)) return NOTHING;
  const { text } = visit;
  const { application, approval } = amendment;
  const { kind, applicationNumber } = application;
  return html`<section><h2 class="ds-heading" data-size="xs">${text.integration.amendment(text.kind[kind], applicationNumber)} ${stateTag(
    text,
    amendment.stage,
  )}</h2><p>${text.integration.amendmentNext[amendment.stage]}</p>${facts(requestedFacts(visit, application, integration))}${
    approval === undefined
      ? NOTHING
      : html`<h3 class="ds-heading" data-size="2xs">${text.integration.approvedOfIt}</h3>${facts(approvedFacts(visit, application, approval))}`
  }</section>`;
}

/** What was approved of an application, and where it is less than was asked for. */
function approvedFacts({ text, today }: Visit, application: Application, { checks, from, until }: Approval): Fact[] {
  const { integration, integrations } = text;
  const compared = (same: boolean) => html` <span class="quiet">　${same ? integration.asRequested : integration.narrower}</span>`;
  return [
    [integrations.scope, html`${checkNames(text, checks)}${compared(checks.length === application.checks.length)}`],
    [
      integrations.period,
      html`${integration.span(text.day(from), text.dayAhead(until, today))}${compared(from === application.from && until === application.until)}`,
    ],
  ];
}

export function applicationSection(visit: Visit, { application, timeline }: Integration): Html {
  const { integration } = visit.text;
  const submitted = timeline.find((entry) => entry.application === application.applicationNumber);
  const arrived: Fact[] =
    submitted === undefined ? [] : [[integration.submittedAt, `${clock(visit.text, Date.parse(submitted.takenAt))}　${submitted.account}`]];
  return html`<section><h2 class="ds-heading" data-size="xs">${integration.application}</h2>${facts([
    [integration.kind, `${visit.text.kind[application.kind]}　${application.applicationNumber}`],
    ...requestedFacts(visit, application),
    ...arrived,
  ])}</section>`;
}

export function rightsSection(visit: Visit, { application, approval }: Integration): Html {
  const { text } = visit;
  const { integration } = text;
  const heading = html`<h2 class="ds-heading" data-size="xs">${integration.rights}</h2>`;
  if (approval === undefined) return html`<section>${heading}<p class="empty">${integration.noRights}</p></section>`;
  const { addresses } = approval;
  return html`<section>${heading}${facts([
    ...approvedFacts(visit, application, approval),
    [integration.addresses, addresses.length === 0 ? integration.noAddresses : marked(text, addresses)],
  ])}</section>`;
}

export function credentialsSection(visit: Visit, { integration, issued }: IntegrationOnRecord): Html {
  const { text, today, now } = visit;
  const words = text.integration;
  const heading = html`<h2 class="ds-heading" data-size="xs">${words.credentials}</h2>`;
  if (issued.length === 0) return html`<section>${heading}<p class="empty">${words.noCredentials}</p></section>`;
  const revocable = visit.may("revokeCredential") && canFollow(integration, "revokeCredential");
  const revoke = (id: string) =>
    html` <a class="ds-link" href="${casePath(integration.integrationNumber)}/credentials/${id}/revoke">${text.decision.revokeCredential}</a>`;
  return html`<section>${heading}<table class="ds-table cards"><thead><tr><th scope="col">${words.credential}</th><th scope="col">${
    words.validFrom
  }</th><th scope="col">${words.validUntil}</th></tr></thead><tbody>${issued.map(
    ({ credentialId, validFrom, validUntil, revokedAt, replaces }) => html`<tr><th scope="row"><code>${credentialId}</code>${
      replaces === undefined ? NOTHING : html`<p class="quiet">${words.replaces(replaces)}</p>`
    }</th>
<td data-label="${words.validFrom}">${text.day(taipeiDate(validFrom))}</td>
<td data-label="${words.validUntil}">${
      revokedAt === undefined ? text.dayAhead(lastDayOf(validUntil), today) : html`${clock(text, revokedAt)} ${words.revokedAt}`
    }${revocable && revokedAt === undefined && validUntil > now ? revoke(credentialId) : NOTHING}</td></tr>`,
  )}</tbody></table></section>`;
}

export function timelineSection({ text }: Visit, { integration, foreignAt }: IntegrationOnRecord): Html {
  const { timeline, integrationNumber } = integration;
  const flagged = (place: number) => {
    const addresses = foreignAt.get(place);
    return addresses === undefined ? NOTHING : html`<p class="quiet">${text.integration.foreignThen(addresses.join(text.separator))}</p>`;
  };
  return html`<section><h2 class="ds-heading" data-size="xs">${text.integration.timeline}</h2><ol class="timeline">${timeline.map(
    ({ step, account, role, reason, takenAt, application }, place) => html`<li><p><strong>${text.step[step]}</strong>${
      application === undefined || application === integrationNumber ? NOTHING : html`　${application}`
    }　${clock(text, Date.parse(takenAt))}</p>
<p>${role === "platform" ? NOTHING : html`${account}　`}<span class="quiet">${roleName(text, role)}</span></p>${
      role === "platform" || role === "system" ? NOTHING : html`<p>${reason}</p>`
    }${flagged(place)}</li>`,
  )}</ol></section>`;
}

import { randomUUID } from "node:crypto";
import { html } from "hono/html";
import { createSecret, hashSecret } from "../../adapters/credential-secret.ts";
import { lastDayOf } from "../../domain/due.ts";
import type { Integration } from "../../domain/integration.ts";
import { page } from "../layout.ts";
import type { Answer } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath } from "../words.ts";

/** A new secret, and what goes on record of it. */
export function freshSecret() {
  const secret = createSecret();
  return { secret, credential: { credentialId: randomUUID(), secretHash: hashSecret(secret) } };
}

/** Hands out a secret: it is on this page, and nowhere else. */
export function secretPage(
  c: ConsoleRequest,
  visit: Visit,
  { integrationNumber, credentials }: Integration,
  { secret, credential }: ReturnType<typeof freshSecret>,
): Answer {
  const { text } = visit;
  const until = Date.parse(credentials.find(({ credentialId }) => credentialId === credential.credentialId)?.validUntil ?? "");
  const body = html`<div class="narrow"><p class="quiet">${integrationNumber}</p><h1 class="ds-heading" data-size="md">${text.decision.secretTitle}</h1>
<p class="ds-alert" data-color="warning">${text.decision.secretOnce}</p>
<dl class="facts"><dt>${text.decision.secret}</dt><dd><code class="secret">${secret}</code></dd><dt>${text.integration.validUntil}</dt><dd>${text.dayAhead(
    lastDayOf(until),
    visit.today,
  )}</dd></dl>
<p><a class="ds-button" href="${casePath(integrationNumber)}">${text.decision.toRecord}</a></p></div>`;
  return page(c, visit, { confidential: true, title: text.decision.secretTitle, body });
}

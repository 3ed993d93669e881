import { html } from "hono/html";
import { findCredential } from "../../../db/queries/console-integration.ts";
import { createSecret, hashSecret } from "../../adapters/credential-secret.ts";
import type { NewCredential } from "../../domain/credential.ts";
import { lastDayOf } from "../../domain/due.ts";
import type { Integration } from "../../domain/integration.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import type { ConsoleContext } from "../context.ts";
import type { Fault } from "../fields.ts";
import { page } from "../layout.ts";
import { requestIn } from "../request-id.ts";
import type { SentForm } from "../sent-form.ts";
import type { Answer } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { numberOf } from "./integration-step.ts";
import { messagePage } from "./message.ts";

/** A new secret, and what goes on record of it. */
export interface FreshSecret {
  readonly secret: string;
  readonly credential: NewCredential;
}

/** Makes a secret for the form that asks for one. */
export function freshSecret(form: SentForm): FreshSecret {
  const secret = createSecret();
  return { secret, credential: { credentialId: requestIn(form), secretHash: hashSecret(secret) } };
}

/**
 * Takes a step that gives out a secret, once for a form.
 * @throws RuleViolation `credential-repeated` when the form was sent before, also in this moment; and those of the step
 * @clause 3(5)
 */
export async function takeOnce<T>(
  { db }: ConsoleContext,
  { credential: { credentialId } }: FreshSecret,
  take: () => Promise<T>,
): Promise<T> {
  if ((await findCredential(db, credentialId)) !== undefined) throw credentialRepeated();
  try {
    return await take();
  } catch (error) {
    // Of two at once the second is refused when the first is on record.
    const isMade = error instanceof RuleViolation && (await findCredential(db, credentialId)) !== undefined;
    throw isMade ? credentialRepeated() : error;
  }
}

function credentialRepeated(): RuleViolation {
  return new RuleViolation("3(5)", "credential-repeated", "This form was sent before, and its credential made then: revoke that one.");
}

/** What a form that was sent before is answered with: its credential exists, and perhaps nobody has seen it. Undefined of any other fault. */
export async function madeBefore(
  c: ConsoleRequest,
  visit: Visit,
  { db }: ConsoleContext,
  { code }: Fault,
  form: SentForm,
): Promise<Response | undefined> {
  if (code !== "credential-repeated") return undefined;
  const credentialId = requestIn(form);
  const { decision } = visit.text;
  const record = casePath(numberOf(c));
  const ended = (await findCredential(db, credentialId))?.revoked === true;
  const back = ended
    ? { path: record, label: decision.toRecord }
    : { path: `${record}/credentials/${credentialId}/revoke`, label: decision.revokeCredentialTitle };
  return messagePage(c, visit, 422, { ...decision.secretMade, back });
}

/** Hands out a secret: it is on this page, and nowhere else. */
export function secretPage(
  c: ConsoleRequest,
  visit: Visit,
  { integrationNumber, credentials }: Integration,
  { secret, credential }: FreshSecret,
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

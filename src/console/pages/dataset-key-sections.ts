import { html } from "hono/html";
import type { DeliveryKeyOnRecord, KeyStep } from "../../../db/queries/dataset-key-reading.ts";
import type { TrustedKeys } from "../../dataset-import-client.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import { certificatePath, datasetPath, fingerprintCode, unitName } from "../dataset-words.ts";
import { clock, type Html, NOTHING } from "../layout.ts";
import type { Visit } from "../visit.ts";

/** The keys of the unit, as whoever holds them has them now; one that nobody is on record for stands out. @clause 4(1)1 */
export function trustedSection(
  visit: Visit,
  { code, ownerUnit }: { readonly code: string; readonly ownerUnit: string },
  sameUnit: string,
  trusted: TrustedKeys | undefined,
  steps: readonly KeyStep[],
): Html {
  const { text, now } = visit;
  const { keys } = text.datasets;
  const line = ({ fingerprint, userIds, expiresAt }: TrustedKeys[number]) => {
    const last = steps.find((step) => step.fingerprint === fingerprint && /^supplier-key/.test(step.step));
    const end = expiresAt === null ? undefined : Date.parse(expiresAt);
    const confirmed =
      last?.step === "supplier-key-trusted"
        ? keys.by(last.actor, clock(text, last.takenAt.getTime()))
        : html`<span class="ds-tag" data-color="danger">${keys.noRecord}</span> ${keys.noRecordHint}`;
    return html`<tr><th scope="row">${fingerprintCode(fingerprint)}</th><td data-label="${keys.holder}">${userIds.join(text.separator)}</td>
<td data-label="${keys.validUntil}"><div>${end === undefined ? keys.forever : text.dayAhead(taipeiDate(end), visit.today)}${
      end !== undefined && end <= now ? html` <span class="ds-tag" data-color="danger">${keys.expired}</span>` : NOTHING
    }</div></td><td data-label="${keys.confirmedBy}"><div>${confirmed}${
      visit.may("distrustSupplierKey")
        ? html` <a class="ds-link" href="${datasetPath(code)}/trusted-keys/${fingerprint}/distrust">${keys.distrust}</a>`
        : NOTHING
    }</div></td></tr>`;
  };
  const table = (rows: TrustedKeys) =>
    html`<table class="ds-table cards"><thead><tr>${[keys.fingerprint, keys.holder, keys.validUntil, keys.confirmedBy].map(
      (title) => html`<th scope="col">${title}</th>`,
    )}</tr></thead><tbody>${rows.map(line)}</tbody></table>`;
  return html`<section><h2 class="ds-heading" data-size="xs">${keys.trusted}</h2><p class="quiet">${keys.trustedIntro(unitName(text, ownerUnit), sameUnit)}</p>
${
  trusted === undefined
    ? html`<p class="ds-alert" data-color="warning">${keys.unanswered}</p>`
    : trusted.length === 0
      ? html`<p class="empty">${keys.noTrusted}</p>`
      : table(trusted)
}${visit.may("trustSupplierKey") ? html`<p><a class="ds-button" data-variant="secondary" href="${datasetPath(code)}/trust">${keys.trust}</a></p>` : NOTHING}</section>`;
}

const STATE_COLOUR = { living: "success", expired: "warning", destroyed: "neutral" } as const;

/** The keys that were made for one delivery each. @clause 4(4) */
export function deliverySection(visit: Visit, { code }: { readonly code: string }, all: readonly DeliveryKeyOnRecord[], now: number): Html {
  const { text, today } = visit;
  const { keys } = text.datasets;
  const line = ({ fingerprint, issuedBy, issuedAt, expiresAt, destroyedAt, certificateId }: DeliveryKeyOnRecord) => {
    const state = destroyedAt !== null ? "destroyed" : expiresAt.getTime() <= now ? "expired" : "living";
    const path = `${datasetPath(code)}/delivery-keys/${fingerprint}`;
    const download = html` <a class="ds-link" href="${path}/key.asc">${keys.download}</a>`;
    const links = [
      state === "living" && visit.may("issueDeliveryKey") ? download : NOTHING,
      state !== "destroyed" && visit.may("revokeDeliveryKey")
        ? html` <a class="ds-link" href="${path}/revoke">${keys.revoke}</a>`
        : NOTHING,
      certificateId !== null && visit.may("printDestruction")
        ? html` <a class="ds-link" href="${certificatePath(certificateId)}">${keys.certificate}</a>`
        : NOTHING,
    ];
    return html`<tr><th scope="row">${fingerprintCode(fingerprint)}</th>
<td data-label="${keys.state}"><div><span class="ds-tag" data-color="${STATE_COLOUR[state]}">${keys.stateOf[state]}</span>${links}</div></td>
<td data-label="${keys.issued}">${keys.by(issuedBy, clock(text, issuedAt.getTime()))}</td>
<td data-label="${keys.validUntil}" class="day">${state === "living" ? text.dayAhead(taipeiDate(expiresAt.getTime()), today) : text.day(taipeiDate(expiresAt.getTime()))}</td></tr>`;
  };
  const titles = [keys.fingerprint, keys.state, keys.issued, keys.validUntil];
  return html`<section><h2 class="ds-heading" data-size="xs">${keys.delivery}</h2><p class="quiet">${keys.deliveryIntro}</p>
${
  all.length === 0
    ? html`<p class="empty">${keys.noDelivery}</p>`
    : html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${all.map(line)}</tbody></table>`
}${visit.may("issueDeliveryKey") ? html`<p><a class="ds-button" data-variant="secondary" href="${datasetPath(code)}/delivery-keys">${keys.issue}</a></p>` : NOTHING}</section>`;
}

/** Who did what with the keys, and why. @clause 3(1) */
export function stepsSection({ text }: Visit, steps: readonly KeyStep[]): Html {
  const { keys } = text.datasets;
  const heading = html`<h2 class="ds-heading" data-size="xs">${keys.steps}</h2>`;
  if (steps.length === 0) return html`<section>${heading}<p class="empty">${keys.noSteps}</p></section>`;
  return html`<section>${heading}<ol class="timeline">${steps.map(
    ({
      step,
      actor,
      takenAt,
      fingerprint,
      reason,
    }) => html`<li><p><strong>${keys.stepOf[step]}</strong>　${clock(text, takenAt.getTime())}</p>
<p>${actor}　${fingerprintCode(fingerprint)}</p><p>${reason}</p></li>`,
  )}</ol></section>`;
}

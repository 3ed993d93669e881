import { html } from "hono/html";
import type { SharedAddress } from "../../../db/queries/integration-application.ts";
import type { ConsoleAction } from "../../domain/console-action.ts";
import { canFollow, type Integration } from "../../domain/integration.ts";
import { amendableKinds } from "../../domain/integration-amendment.ts";
import { partTaken } from "../../domain/integration-decision.ts";
import { hasValidCredential } from "../../domain/integration-rights.ts";
import type { Step } from "../../domain/integration-step.ts";
import { checkbox, type Fault } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { formToken, type Html, NOTHING } from "../layout.ts";
import { requestField } from "../request-id.ts";
import type { Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { approveForm } from "./integration-approval.ts";
import { reasonField, seenField, type Typed, typedIn } from "./integration-typed.ts";

/** Steps that have a page of their own, in the order of their buttons. */
const PAGES = [
  ["addCredential", "provisionIntegration", "credentials"],
  ["resume", "resumeIntegration", "resume"],
  ["suspend", "suspendIntegration", "suspend"],
  ["revoke", "revokeIntegration", "revoke"],
] as const satisfies readonly (readonly [Step, ConsoleAction, string])[];

const AGENCY_PAGES = [
  ["resubmit", "correct"],
  ["withdraw", "withdraw"],
] as const satisfies readonly (readonly [Step, string])[];

/** The foot of a case: what the reader may do in its state, and nothing else. */
export function decisionForms(
  visit: Visit,
  integration: Integration,
  shared: readonly SharedAddress[],
  fault: Fault | undefined,
  typed: Typed | undefined,
): Html {
  const { decision } = visit.text;
  const open = (step: Step, action: ConsoleAction) => visit.may(action) && canFollow(integration, step);
  const path = casePath(integration.integrationNumber);
  const typedFor = (step: "check" | "approve" | "provision") => {
    const kept = keptFor(visit, `${path}/${step}`);
    return typed ?? (kept && typedIn(kept));
  };
  const parts: Html[] = [];
  if (open("check", "checkApplication")) parts.push(checkForm(visit, integration, shared, fault, typedFor("check")));
  if (open("approve", "decideApplication"))
    parts.push(
      partTaken(integration, visit.account ?? "") === undefined
        ? approveForm(visit, integration, shared, fault, typedFor("approve"))
        : html`<p class="empty">${decision.own}</p>`,
    );
  if (open("provision", "provisionIntegration")) parts.push(provisionForm(visit, integration, path, fault, typedFor("provision")));
  const corrective = integration.suspendedFor === "correctiveAction";
  if (corrective && visit.may("resumeIntegration")) parts.push(html`<p class="empty">${decision.reapply}</p>`);
  const buttons = PAGES.filter(([step, action]) => open(step, action) && !(step === "resume" && corrective)).map(
    ([step, , page]) =>
      html`<a class="ds-button" data-variant="secondary"${
        step === "suspend" || step === "revoke" ? html` data-color="danger"` : NOTHING
      } href="${path}/${page}">${step === "suspend" && integration.state === "suspended" ? decision.sanction.open : decision.open[step]}</a>`,
  );
  // For an agency that asks on paper.
  const forAgency = AGENCY_PAGES.filter(([step]) => open(step, "enterApplication")).map(
    ([, page]) => html`<a class="ds-button" data-variant="secondary" href="${path}/${page}">${visit.text.apply.open[page]}</a>`,
  );
  if (visit.may("enterApplication"))
    forAgency.push(
      ...amendableKinds(integration).map(
        (kind) => html`<a class="ds-button" data-variant="secondary" href="${path}/${kind}">${visit.text.apply.open[kind]}</a>`,
      ),
    );
  if (forAgency.length > 0) parts.push(html`<div class="buttons">${forAgency}</div>`);
  if (buttons.length > 0) parts.push(html`<div class="buttons">${buttons}</div>`);
  return parts.length === 0 ? NOTHING : html`<div class="decision">${parts}</div>`;
}

function checkForm(
  visit: Visit,
  integration: Integration,
  shared: readonly SharedAddress[],
  fault: Fault | undefined,
  typed: Typed | undefined,
): Html {
  const { decision } = visit.text;
  const path = casePath(integration.integrationNumber);
  return html`<section><h2 class="ds-heading" data-size="xs">${decision.check}</h2><p>${decision.checkIntro}</p>${sharedWarning(visit, shared)}
<form method="post" action="${path}/check" class="stack">${formToken(visit)}${seenField(integration)}${reasonField(visit, fault, typed)}
<div class="buttons"><button class="ds-button">${decision.checkSubmit}</button><a class="ds-button" data-variant="secondary" href="${path}/send-back">${
    decision.sendBack
  }</a></div></form></section>`;
}

/** Whoever checks sees it first: a public form that told would tell anybody which addresses are whitelisted. @clause 3(7) */
function sharedWarning({ text }: Visit, shared: readonly SharedAddress[]): Html {
  if (shared.length === 0) return NOTHING;
  return html`<div class="ds-alert" data-color="warning"><p>${text.apply.sharedIntro}</p><ul>${shared.map(
    ({ address, integrationNumber }) => html`<li><code>${address}</code>　${integrationNumber}</li>`,
  )}</ul></div>`;
}

/** Rights come with a credential that is valid: a new one where there is none, and else where it is asked for. */
function provisionForm(visit: Visit, integration: Integration, path: string, fault: Fault | undefined, typed: Typed | undefined): Html {
  const { decision } = visit.text;
  const needed = !hasValidCredential(integration, visit.now);
  const choice = needed
    ? html`<input type="hidden" name="credential" value="yes">`
    : checkbox("credential", "yes", decision.newCredential, typed?.credential ?? false);
  return html`<section><h2 class="ds-heading" data-size="xs">${decision.provision}</h2><p>${needed ? decision.provisionIntro : decision.amendIntro}</p>
<form method="post" action="${path}/provision" class="stack">${formToken(visit)}${requestField()}${seenField(integration)}${choice}${reasonField(visit, fault, typed)}
<button class="ds-button">${needed ? decision.provisionSubmit : decision.amendSubmit}</button></form></section>`;
}

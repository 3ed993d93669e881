import { html } from "hono/html";
import type { IntegrationOnRecord } from "../../../db/queries/console-integration.ts";
import type { StepOnRecord } from "../../../db/queries/integration.ts";
import { STEP_RULES } from "../../domain/integration-step.ts";
import { checkbox, type Fault, field } from "../fields.ts";
import { formToken, type Html, NOTHING } from "../layout.ts";
import type { Visit } from "../visit.ts";
import { casePath } from "../words.ts";

/** What was typed into a form that could not be taken: it is shown again. */
export interface Typed {
  readonly reason: string;
  readonly checks?: readonly string[];
  readonly from?: string;
  readonly until?: string;
}

type Step = keyof typeof STEP_RULES;

/** The forms at the foot of a case: what the reader may do in its state, and nothing else. */
export function decisionForms(
  visit: Visit,
  integration: IntegrationOnRecord,
  steps: readonly StepOnRecord[],
  fault: Fault | undefined,
  typed: Typed | undefined,
): Html {
  const { text } = visit;
  const allowed = (step: Step) => (STEP_RULES[step].from as readonly string[]).includes(integration.state);
  const path = casePath(integration.applicationNumber);
  const parts: Html[] = [];
  if (allowed("approve") && visit.may("decideApplication")) {
    const tookPart = steps.some(({ actor }) => actor === visit.account);
    parts.push(tookPart ? html`<p class="empty">${text.decision.own}</p>` : approveForm(visit, integration, path, fault, typed));
  }
  if (allowed("provision") && visit.may("provisionIntegration")) {
    const { provision, provisionIntro, provisionSubmit } = text.decision;
    parts.push(reasonForm(visit, `${path}/provision`, { title: provision, intro: provisionIntro, submit: provisionSubmit, fault, typed }));
  }
  if (allowed("addCredential") && visit.may("provisionIntegration")) {
    const { addCredential, addCredentialIntro, addCredentialSubmit } = text.decision;
    const form = { title: addCredential, intro: addCredentialIntro, submit: addCredentialSubmit, fault, typed };
    parts.push(reasonForm(visit, `${path}/credentials`, form));
  }
  if (allowed("revoke") && visit.may("revokeIntegration"))
    parts.push(
      html`<p><a class="ds-button" data-variant="secondary" data-color="danger" href="${path}/revoke">${text.decision.revoke}</a></p>`,
    );
  return parts.length === 0 ? NOTHING : html`<div class="decision">${parts}</div>`;
}

function approveForm(visit: Visit, { application }: IntegrationOnRecord, path: string, fault: Fault | undefined, typed?: Typed): Html {
  const { text } = visit;
  const checks = typed?.checks ?? application.checks;
  const day = (name: "from" | "until") =>
    field({
      name,
      label: text.decision[name],
      value: typed?.[name] ?? text.typedDay(application[name]),
      hint: text.decision.dayHint,
      size: 12,
      fault,
    });
  const wrongChecks = fault?.field === "checks" ? html`<p class="ds-validation-message">${fault.sentence}</p>` : NOTHING;
  return html`<section><h2 class="ds-heading" data-size="xs">${text.decision.approve}</h2><p>${text.decision.approveIntro}</p>
<form method="post" action="${path}/approve" class="stack">${formToken(visit)}
<fieldset class="ds-fieldset" id="checks"><legend class="ds-label">${text.decision.checks}</legend>${application.checks.map((check) =>
    checkbox("checks", check, text.check[check], checks.includes(check)),
  )}${wrongChecks}</fieldset>
<div class="side-by-side">${day("from")}${day("until")}</div>
${reasonField(visit, fault, typed)}
<div class="buttons"><button class="ds-button">${text.decision.approveSubmit}</button><a class="ds-button" data-variant="secondary" href="${path}/refuse">${
    text.decision.refuse
  }</a></div></form></section>`;
}

export function reasonField({ text }: Visit, fault: Fault | undefined, typed?: Typed): Html {
  return field({ name: "reason", label: text.form.reason, hint: text.form.reasonHint, value: typed?.reason ?? "", long: true, fault });
}

interface ReasonForm {
  readonly title: string;
  readonly intro: string;
  readonly submit: string;
  readonly fault: Fault | undefined;
  readonly typed: Typed | undefined;
}

function reasonForm(visit: Visit, path: string, { title, intro, submit, fault, typed }: ReasonForm): Html {
  return html`<section><h2 class="ds-heading" data-size="xs">${title}</h2><p>${intro}</p>
<form method="post" action="${path}" class="stack">${formToken(visit)}${reasonField(visit, fault, typed)}<button class="ds-button">${submit}</button></form></section>`;
}

import { randomUUID } from "node:crypto";
import { html } from "hono/html";
import { getIntegrationOnRecord } from "../../../db/queries/console-integration.ts";
import { createSecret, hashSecret } from "../../adapters/credential-secret.ts";
import type { ConsoleAction } from "../../domain/console-action.ts";
import type { CredentialRequest, Integration } from "../../domain/integration.ts";
import { parseDate } from "../../domain/roc-date.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import type { ConsoleContext } from "../context.ts";
import { type Fault, faultOf, faultSummary } from "../fields.ts";
import { formToken, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath, lastDayOf } from "../words.ts";
import { showIntegration } from "./integration.ts";
import { reasonField, type Typed } from "./integration-forms.ts";
import { messagePage } from "./message.ts";

/** The field beside which a broken rule is told. */
const FIELD_OF: Readonly<Record<string, string>> = {
  "application-incomplete": "reason",
  "text-too-long": "reason",
  "text-not-printable": "reason",
  "national-id-in-text": "reason",
  "scope-wider-than-requested": "checks",
  "period-malformed": "from",
  "period-wider-than-requested": "until",
  "period-over": "until",
};

type Shown = Fault & { readonly status: 422 | 503 };
type Answer = Response | Promise<Response>;

/** Decisions on a case, through its workflow: what its rules allow is on record before the page says so. */
export function integrationDecisions(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { integrations, db } = context;
  const numberOf = (c: ConsoleRequest) => c.req.param("number") ?? "";

  /** Takes a step on the trail; what stands against it is shown with what was typed. */
  async function decide<T>(
    c: ConsoleRequest,
    visit: Visit,
    action: ConsoleAction,
    take: () => Promise<T>,
    done: (result: T) => Answer,
    refused: (fault: Shown) => Answer,
  ): Promise<Response> {
    try {
      return await done(await visit.onTrail(action, `integration/${numberOf(c)}`, take));
    } catch (error) {
      if (error instanceof RuleViolation) return refused({ ...faultOf(visit.text, error, FIELD_OF), status: 422 });
      context.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "a decision could not be taken");
      return refused({ sentence: visit.text.message.failed.body, status: 503 });
    }
  }
  const toRecord = (c: ConsoleRequest) => () => c.redirect(casePath(numberOf(c)), 303);

  routes.post("/console/integrations/:number/approve", "decideApplication", (c, visit, form) => {
    const typed = { reason: form.one("reason"), checks: form.all("checks"), from: form.one("from"), until: form.one("until") };
    const { reason, checks } = typed;
    const [from, until] = [typed.from, typed.until].map((day) => parseDate(day) ?? day);
    const request = { by: visit.actor("decideApplication"), reason, checks, ...(from && { from }), ...(until && { until }) };
    const take = () => integrations.approve(numberOf(c), request);
    return decide(c, visit, "decideApplication", take, toRecord(c), (fault) => showIntegration(c, visit, context, fault, typed));
  });

  /** A step that hands out a secret: it is on the answer's page, and nowhere else. */
  function credentialStep(path: string, step: (number: string, request: CredentialRequest) => Promise<Integration>): void {
    routes.post(`/console/integrations/:number/${path}`, "provisionIntegration", (c, visit, form) => {
      const typed = { reason: form.one("reason") };
      const [secret, credentialId] = [createSecret(), randomUUID()];
      const request = { by: visit.actor("provisionIntegration"), ...typed, credential: { credentialId, secretHash: hashSecret(secret) } };
      const done = ({ credentials }: Integration) => {
        const until = credentials.find((credential) => credential.credentialId === credentialId)?.validUntil ?? "";
        return secretPage(c, visit, numberOf(c), secret, Date.parse(until));
      };
      const take = () => step(numberOf(c), request);
      return decide(c, visit, "provisionIntegration", take, done, (fault) => showIntegration(c, visit, context, fault, typed));
    });
  }
  credentialStep("provision", integrations.provision);
  credentialStep("credentials", integrations.addCredential);

  /** A step that ends something: a page of its own says what will happen, and asks why. */
  function endingStep(name: "refuse" | "revoke", action: "decideApplication" | "revokeIntegration"): void {
    const path = `/console/integrations/:number/${name}`;
    const show = async (c: ConsoleRequest, visit: Visit, fault?: Shown, typed?: Typed) => {
      const integration = await getIntegrationOnRecord(db, numberOf(c).replaceAll("\0", ""));
      if (integration === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
      const words = visit.text.decision;
      const live = integration.credentials.filter(({ revokedAt, validUntil }) => revokedAt === undefined && validUntil > visit.now);
      const intro = name === "refuse" ? words.refuseIntro : words.revokeIntro(integration.systemName, live.length);
      const [title, submit] = name === "refuse" ? [words.refuseTitle, words.refuseSubmit] : [words.revokeTitle, words.revokeSubmit];
      const { applicationNumber, agencyName } = integration;
      const body = html`<div class="narrow"><p class="quiet">${applicationNumber}　${agencyName}</p><h1 class="ds-heading" data-size="md">${title}</h1>
${faultSummary(visit.text, fault)}<p class="ds-alert" data-color="warning">${intro}</p>
<form method="post" action="${casePath(applicationNumber)}/${name}" class="stack">${formToken(visit)}${reasonField(visit, fault, typed)}
<div class="buttons"><button class="ds-button" data-color="danger">${submit}</button><a class="ds-link" href="${casePath(applicationNumber)}">${visit.text.form.cancel}</a></div></form></div>`;
      return page(c, visit, { title, body, status: fault?.status ?? 200 });
    };
    routes.get(path, action, (c, visit) => show(c, visit));
    routes.post(path, action, (c, visit, form) => {
      const typed = { reason: form.one("reason") };
      const take = () => integrations[name](numberOf(c), { by: visit.actor(action), ...typed });
      // With nothing to mend in the form, the case as it is now says more than the form.
      const refused = (fault: Shown) =>
        fault.field === undefined && fault.status === 422 ? showIntegration(c, visit, context, fault, typed) : show(c, visit, fault, typed);
      return decide(c, visit, action, take, toRecord(c), refused);
    });
  }
  endingStep("refuse", "decideApplication");
  endingStep("revoke", "revokeIntegration");
}

function secretPage(c: ConsoleRequest, visit: Visit, number: string, secret: string, until: number): Answer {
  const { text } = visit;
  const body = html`<div class="narrow"><p class="quiet">${number}</p><h1 class="ds-heading" data-size="md">${text.decision.secretTitle}</h1>
<p class="ds-alert" data-color="warning">${text.decision.secretOnce}</p>
<dl class="facts"><dt>${text.decision.secret}</dt><dd><code class="secret">${secret}</code></dd><dt>${text.integration.validUntil}</dt><dd>${text.dayAhead(
    lastDayOf(until),
    visit.today,
  )}</dd></dl>
<p><a class="ds-button" href="${casePath(number)}">${text.decision.toRecord}</a></p></div>`;
  return page(c, visit, { title: text.decision.secretTitle, body });
}

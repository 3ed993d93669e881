import { randomUUID } from "node:crypto";
import { html } from "hono/html";
import { listAlerts } from "../../../db/queries/abnormal-use.ts";
import { actingDuty } from "../../domain/console-action.ts";
import { type FindingRequest, SEVERITIES } from "../../domain/finding.ts";
import { POLICY } from "../../domain/policy.ts";
import { parseDate, taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary, field, select, textFaults } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { formToken, type Html, NOTHING, page } from "../layout.ts";
import { askedInUrl } from "../list.ts";
import { requestIdField } from "../request-id.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { SentForm } from "../sent-form.ts";
import { type Shown, takeOnTrail } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { alertPath } from "../words.ts";
import { showAlert } from "./alerts.ts";
import { FINDINGS_PATH, findingPath } from "./findings.ts";
import { messagePage } from "./message.ts";

const DAY = 86_400_000;
const PATH = `${FINDINGS_PATH}/new`;
const FIELD_OF: Readonly<Record<string, string>> = {
  ...textFaults("reason"),
  "integration-unknown": "integration",
  "severity-unknown": "severity",
  "due-out-of-range": "due",
};

/** What a form holds, as it was typed. */
interface Typed {
  readonly requestId: string;
  readonly integration: string;
  readonly severity: string;
  readonly reason: string;
  readonly due: string;
}

/** Raising a finding: of an alert, which is decided with it, or about an integration. @clause 5(2) @clause 3(10) */
export function findingForm(routes: ConsoleRoutes, context: ConsoleContext): void {
  for (const path of [PATH, `${PATH}/:alert{[1-9][0-9]{0,8}}`]) {
    routes.get(path, "raiseFinding", (c, visit) => {
      const kept = keptFor(visit, c.req.path);
      if (kept !== undefined) return showForm(c, visit, context, typedIn(kept));
      const due = visit.text.typedDay(taipeiDate(visit.now + POLICY.findingDueDays * DAY));
      const asked = askedInUrl(c, visit, { path: c.req.path, filters: ["integration"] });
      if (asked instanceof Response) return asked;
      const typed = {
        requestId: randomUUID(),
        integration: asked.filter.integration ?? "",
        severity: "ordinary",
        reason: "",
        due,
      };
      return showForm(c, visit, context, typed);
    });
    routes.post(path, "raiseFinding", (c, visit, form) => {
      const typed = typedIn(form);
      const alertId = alertOf(c);
      return takeOnTrail(context, visit, {
        ...{ action: "raiseFinding", fieldOf: FIELD_OF },
        object: alertId === undefined ? `integration/${typed.integration.slice(0, 64)}` : `alert/${alertId}`,
        take: () => context.raiseFinding(requestOf(visit, alertId, typed)),
        done: (findingNumber) => c.redirect(findingPath(findingNumber), 303),
        refused: (fault) => showForm(c, visit, context, typed, fault),
      });
    });
  }
}

/** The alert that the path names. */
function alertOf(c: ConsoleRequest): number | undefined {
  const alert = c.req.param("alert");
  return alert === undefined ? undefined : Number(alert);
}

function typedIn(form: SentForm): Typed {
  const sent = (name: string) => form.one(name).replaceAll("\0", "").trim();
  const [requestId, integration, severity] = [sent("requestId"), sent("integration"), sent("severity")];
  return { requestId, integration, severity, reason: sent("reason"), due: sent("due") };
}

function requestOf(visit: Visit, alertId: number | undefined, { requestId, integration, severity, reason, due }: Typed): FindingRequest {
  return {
    ...{ requestId, description: reason, dueOn: parseDate(due) ?? due },
    about: alertId === undefined ? { integrationNumber: integration } : { alertId },
    // What is none of them is told by the rule.
    severity: severity as FindingRequest["severity"],
    by: { account: visit.account ?? "", role: actingDuty("raiseFinding", visit) },
  };
}

async function showForm(c: ConsoleRequest, visit: Visit, { db }: ConsoleContext, typed: Typed, fault?: Shown): Promise<Response> {
  const { text } = visit;
  const { findings } = text;
  const alertId = alertOf(c);
  const [alert] = alertId === undefined ? [] : await listAlerts(db, { onlyOpen: false, alertId });
  if (alertId !== undefined && alert === undefined) return messagePage(c, visit, 404, text.message.notFound);
  // Decided meanwhile: its page says so, and by whom; what was typed for it is of no more use.
  if (alert !== undefined && alert.state !== "open")
    return fault === undefined ? c.redirect(alertPath(alert.alertId), 303) : showAlert(c, visit, alert, { fault, reason: typed.reason });
  const about: Html =
    alert === undefined
      ? field({ name: "integration", label: findings.integration, hint: findings.integrationHint, value: typed.integration, fault })
      : html`<p>${alert.applicationNumber}　${alert.systemName}　${text.alerts.kindOf[alert.kind]}</p>`;
  const severities = SEVERITIES.map((severity) => [severity, findings.severityOf[severity]] as const);
  const back =
    alert === undefined ? ([FINDINGS_PATH, findings.cancel] as const) : ([alertPath(alert.alertId), findings.cancelToAlert] as const);
  const body = html`<div class="narrow"><h1 class="ds-heading" data-size="md">${findings.raiseTitle}</h1>
${faultSummary(text, fault)}<p class="ds-alert" data-color="warning">${alert === undefined ? NOTHING : findings.raiseFromAlert(alert.alertId)}${findings.raiseIntro}</p>
<form method="post" action="${c.req.path}" class="stack">${formToken(visit)}${requestIdField(typed.requestId)}${about}
${select("severity", findings.severity, severities, typed.severity, fault)}
${field({ name: "reason", label: findings.description, hint: findings.descriptionHint, value: typed.reason, long: true, fault })}
${field({ name: "due", label: findings.due, hint: findings.dueHint, value: typed.due, fault })}
<div class="buttons"><button class="ds-button" data-color="danger">${findings.submit}</button><a class="ds-link" href="${back[0]}">${back[1]}</a></div></form></div>`;
  return page(c, visit, { title: findings.raiseTitle, body, status: fault?.status ?? 200 });
}

import { randomUUID } from "node:crypto";
import { html } from "hono/html";
import { disposalVersion, openHolds } from "../../domain/retention.ts";
import type { ConsoleContext } from "../context.ts";
import { type Fault, faultSummary, field, select, textFaults } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { formToken, type Html, NOTHING, page } from "../layout.ts";
import { requestIdField, requestIn } from "../request-id.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { SentForm } from "../sent-form.ts";
import { type Shown, takeOnTrail } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { reasonField, seenIn, seenVersion } from "./integration-typed.ts";
import { messagePage } from "./message.ts";
import { monthPath } from "./retention.ts";
import { type CountedMonth, findMonth, MONTH_PATH, MONTH_STEPS, type MonthStep, showMonth } from "./retention-month.ts";

const MATTER_CODES = ["matter-missing", "matter-malformed", "already-held", "not-held"];
const FIELD_OF: Readonly<Record<string, string>> = {
  ...textFaults("reason"),
  ...Object.fromEntries(MATTER_CODES.map((code) => [code, "matter"])),
};

interface Typed {
  readonly requestId: string;
  readonly reason: string;
  readonly matter: string;
  /** The version of what was shown. */
  readonly seen: number;
}

/** The steps of a month, each on a page of its own, which says what will happen and asks why. @clause 4(1)5 */
export function retentionSteps(routes: ConsoleRoutes, context: ConsoleContext): void {
  for (const step of Object.keys(MONTH_STEPS) as MonthStep[]) {
    const { action } = MONTH_STEPS[step];
    const path = `${MONTH_PATH}/${step}`;
    routes.get(path, action, async (c, visit) => {
      const found = await findMonth(c, visit, context);
      if (found === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
      const kept = keptFor(visit, c.req.path);
      const untouched = { requestId: randomUUID(), reason: "", matter: "", seen: disposalVersion(found.disposal) };
      return stepPage(c, visit, step, found, kept === undefined ? untouched : typedIn(kept));
    });
    routes.post(path, action, async (c, visit, form) => {
      const found = await findMonth(c, visit, context);
      if (found === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
      const { month } = found.disposal;
      const typed = typedIn(form);
      // A hold is never too late: it asks for nothing that somebody did meanwhile.
      const urgent = { by: visit.actor(action), reason: typed.reason, requestId: typed.requestId };
      const request = { ...urgent, seen: typed.seen };
      return takeOnTrail(context, visit, {
        ...{ action, object: `log/${month}`, fieldOf: FIELD_OF },
        take: () => {
          if (step === "hold") return context.retention.hold(month, { ...urgent, matter: typed.matter });
          if (step === "lift") return context.retention.lift(month, { ...request, matter: typed.matter });
          return context.retention[step](month, request);
        },
        done: () => c.redirect(monthPath(month), 303),
        // With nothing to mend in the form, the month as it is now says more than the form.
        refused: (fault) =>
          fault.field === undefined && fault.status === 422
            ? showMonth(c, visit, context, fault)
            : stepPage(c, visit, step, found, typed, fault),
      });
    });
  }
}

function typedIn(form: SentForm): Typed {
  return { requestId: requestIn(form), reason: form.one("reason"), matter: form.one("matter"), seen: seenIn(form) };
}

function stepPage(
  c: ConsoleRequest,
  visit: Visit,
  step: MonthStep,
  { disposal, entries }: CountedMonth,
  typed: Typed,
  fault?: Shown,
): Response | Promise<Response> {
  const { text } = visit;
  const { retention } = text;
  const month = text.monthName(disposal.month);
  const title = retention.ask[step];
  const gives = step === "hold";
  const body = html`<div class="narrow"><p class="quiet">${retention.of(month)}</p>
<h1 class="ds-heading" data-size="md">${title}</h1>
${faultSummary(text, fault)}<p class="ds-alert" data-color="${gives ? "info" : "warning"}">${retention.intros[step](month, retention.count(entries))}</p>
<form method="post" action="${c.req.path}" class="stack">${formToken(visit)}${seenVersion(typed.seen)}${requestIdField(typed.requestId)}
${matterField(visit, step, openHolds(disposal), typed, fault)}${reasonField(visit, fault, typed)}
<div class="buttons"><button class="ds-button"${gives ? NOTHING : html` data-color="danger"`}>${title}</button><a class="ds-link" href="${monthPath(
    disposal.month,
  )}">${retention.cancel}</a></div></form></div>`;
  return page(c, visit, { title, body, status: fault?.status ?? 200 });
}

function matterField({ text }: Visit, step: MonthStep, open: readonly string[], { matter }: Typed, fault: Fault | undefined): Html {
  const { retention } = text;
  if (step === "lift")
    return select(
      "matter",
      retention.matter,
      open.map((one) => [one, one] as const),
      matter,
      fault,
    );
  return step === "hold" ? field({ name: "matter", label: retention.matter, hint: retention.matterHint, value: matter, fault }) : NOTHING;
}

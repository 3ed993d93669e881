import { html } from "hono/html";
import { getIntegrationOnRecord, type IntegrationOnRecord } from "../../../db/queries/console-integration.ts";
import type { ConsoleAction } from "../../domain/console-action.ts";
import { canFollow, type Integration } from "../../domain/integration.ts";
import type { Step } from "../../domain/integration-step.ts";
import type { ConsoleContext } from "../context.ts";
import { faultSummary } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { formToken, type Html, NOTHING, page } from "../layout.ts";
import { requestField } from "../request-id.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { SentForm } from "../sent-form.ts";
import type { Answer, Shown } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { showIntegration } from "./integration.ts";
import { numberOf, takeStep, toRecord } from "./integration-step.ts";
import { reasonField, seenField, seenIn, type Typed } from "./integration-typed.ts";
import { messagePage } from "./message.ts";

/** A step with a page of its own, which says what will happen and asks why. */
interface ReasonStep<T> {
  /** After the case's. */
  readonly path: string;
  readonly action: ConsoleAction;
  /** Asked for only when its turn has come. */
  readonly step: Step;
  /** Undefined: what the path names besides the case is not there. */
  readonly words: (visit: Visit, record: IntegrationOnRecord, c: ConsoleRequest) => StepWords | undefined | Promise<StepWords>;
  /** What may be ticked besides the reason, by its field's name. */
  readonly choice?: { readonly name: string; readonly field: (visit: Visit, chosen: boolean, integration: Integration) => Html };
  /** Whether it gives rather than takes. */
  readonly gives?: boolean;
  readonly take: (c: ConsoleRequest, visit: Visit, typed: TypedReason) => Promise<T>;
  /** Of a step that makes something, once for a form: what a form is answered that was sent before; undefined where that isn't the fault. */
  readonly madeBefore?: (c: ConsoleRequest, visit: Visit, fault: Shown, form: SentForm) => Promise<Response | undefined>;
  /** Undefined: the record. */
  readonly done?: (c: ConsoleRequest, visit: Visit, result: T) => Answer;
}

/** What was typed, and the version of what was shown. */
type TypedReason = Typed & { readonly chosen: boolean; readonly seen: number; readonly form: SentForm };

interface StepWords {
  readonly title: string;
  readonly intro: string;
  readonly submit: string;
}

export function reasonPage<T>(routes: ConsoleRoutes, context: ConsoleContext, step: ReasonStep<T>): void {
  const path = `/console/integrations/:number/${step.path}`;

  async function show(c: ConsoleRequest, visit: Visit, fault?: Shown, typed?: TypedReason): Promise<Response> {
    const record = await getIntegrationOnRecord(context.db, numberOf(c));
    if (record === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    if (!canFollow(record.integration, step.step)) return fault === undefined ? toRecord(c) : showIntegration(c, visit, context, fault);
    const words = await step.words(visit, record, c);
    if (words === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const { title, intro, submit } = words;
    const { integrationNumber, application } = record.integration;
    const body = html`<div class="narrow"><p class="quiet">${integrationNumber}　${application.agencyName}　${application.systemName}</p>
<h1 class="ds-heading" data-size="md">${title}</h1>
${faultSummary(visit.text, fault)}<p class="ds-alert" data-color="${step.gives === true ? "info" : "warning"}">${intro}</p>
<form method="post" action="${c.req.path}" class="stack">${formToken(visit)}${seenField(record.integration)}${step.madeBefore === undefined ? NOTHING : requestField(typed?.form)}${step.choice?.field(visit, typed?.chosen ?? false, record.integration) ?? NOTHING}
${reasonField(visit, fault, typed)}
<div class="buttons"><button class="ds-button"${step.gives === true ? NOTHING : html` data-color="danger"`}>${submit}</button><a class="ds-link" href="${casePath(
      integrationNumber,
    )}">${visit.text.form.cancel}</a></div></form></div>`;
    return page(c, visit, { title, body, status: fault?.status ?? 200 });
  }

  function typedOf(form: SentForm): TypedReason {
    const chosen = step.choice !== undefined && form.one(step.choice.name) !== "";
    return { reason: form.one("reason"), chosen, seen: seenIn(form), form };
  }

  routes.get(path, step.action, (c, visit) => {
    const kept = keptFor(visit, c.req.path);
    return show(c, visit, undefined, kept && typedOf(kept));
  });
  routes.post(path, step.action, (c, visit, form) => {
    const typed = typedOf(form);
    return takeStep(context, c, visit, {
      action: step.action,
      take: () => step.take(c, visit, typed),
      done: (result) => step.done?.(c, visit, result) ?? toRecord(c),
      // With nothing to mend in the form, the case as it is now says more than the form.
      refused: async (fault) => {
        const before = await step.madeBefore?.(c, visit, fault, form);
        if (before !== undefined) return before;
        return fault.field === undefined && fault.status === 422 ? showIntegration(c, visit, context, fault) : show(c, visit, fault, typed);
      },
    });
  });
}

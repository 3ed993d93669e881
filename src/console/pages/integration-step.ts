import type { ConsoleAction } from "../../domain/console-action.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import type { ConsoleContext } from "../context.ts";
import { type Fault, faultOf, textFaults } from "../fields.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath } from "../words.ts";

/** The field beside which a broken rule is told. */
const FIELD_OF: Readonly<Record<string, string>> = {
  ...textFaults("reason"),
  "scope-wider-than-requested": "checks",
  "period-malformed": "from",
  "period-wider-than-requested": "until",
  "period-over": "until",
  "address-shared": "shared",
};

/** What stands against a step, with the status of the page that says so. */
export type Shown = Fault & { readonly status: 422 | 503 };
export type Answer = Response | Promise<Response>;

interface StepTaking<T> {
  readonly action: ConsoleAction;
  readonly take: () => Promise<T>;
  readonly done: (result: T) => Answer;
  readonly refused: (fault: Shown) => Answer;
}

/** Takes a step of an integration on the trail: what its rules allow is on record before the page says so. */
export async function takeStep<T>(context: ConsoleContext, c: ConsoleRequest, visit: Visit, step: StepTaking<T>): Promise<Response> {
  try {
    return await step.done(await visit.onTrail(step.action, `integration/${numberOf(c)}`, step.take));
  } catch (error) {
    if (error instanceof RuleViolation) return step.refused({ ...faultOf(visit.text, error, FIELD_OF), status: 422 });
    context.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "a decision could not be taken");
    return step.refused({ sentence: visit.text.message.failed.body, status: 503 });
  }
}

export function numberOf(c: ConsoleRequest): string {
  return (c.req.param("number") ?? "").replaceAll("\0", "");
}

/** After a decision one sees the record. */
export function toRecord(c: ConsoleRequest): Response {
  return c.redirect(casePath(numberOf(c)), 303);
}

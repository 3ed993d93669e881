import type { ConsoleAction } from "../domain/console-action.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import type { ConsoleContext } from "./context.ts";
import { type Fault, faultOf } from "./fields.ts";
import type { Visit } from "./visit.ts";

/** What stands against a step, with the status of the page that says so. */
export type Shown = Fault & { readonly status: 422 | 503 };
export type Answer = Response | Promise<Response>;

export interface StepTaking<T> {
  readonly action: ConsoleAction;
  /** What it is about, as the trail names it. */
  readonly object: string;
  /** The field beside which a broken rule is told, by the rule's code. */
  readonly fieldOf: Readonly<Record<string, string>>;
  readonly take: () => Promise<T>;
  readonly done: (result: T) => Answer;
  readonly refused: (fault: Shown) => Answer;
}

/** Takes a step on the trail: what its rules allow is on record before the page says so. */
export async function takeOnTrail<T>(context: ConsoleContext, visit: Visit, step: StepTaking<T>): Promise<Response> {
  try {
    return await step.done(await visit.onTrail(step.action, step.object, step.take));
  } catch (error) {
    if (error instanceof RuleViolation) return step.refused({ ...faultOf(visit.text, error, step.fieldOf), status: 422 });
    context.logger.error({ error: error instanceof Error ? error.name : "unknown" }, "a decision could not be taken");
    return step.refused({ sentence: visit.text.message.failed.body, status: 503 });
  }
}

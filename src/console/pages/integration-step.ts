import type { ConsoleContext } from "../context.ts";
import { textFaults } from "../fields.ts";
import { type StepTaking, takeOnTrail } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath } from "../words.ts";

/** The field beside which a broken rule is told: of a period, its last day, unless the step knows better. */
const FIELD_OF: Readonly<Record<string, string>> = {
  ...textFaults("reason"),
  "scope-wider-than-requested": "checks",
  "period-malformed": "until",
  "period-wider-than-requested": "until",
  "period-over": "until",
  "address-shared": "shared",
};

/** Takes a step of an integration on the trail. */
export function takeStep<T>(
  context: ConsoleContext,
  c: ConsoleRequest,
  visit: Visit,
  { beside, ...step }: Omit<StepTaking<T>, "object" | "fieldOf"> & { readonly beside?: Readonly<Record<string, string>> | undefined },
): Promise<Response> {
  return takeOnTrail(context, visit, { ...step, object: `integration/${numberOf(c)}`, fieldOf: { ...FIELD_OF, ...beside } });
}

export function numberOf(c: ConsoleRequest): string {
  return (c.req.param("number") ?? "").replaceAll("\0", "");
}

/** After a decision one sees the record. */
export function toRecord(c: ConsoleRequest): Response {
  return c.redirect(casePath(numberOf(c)), 303);
}

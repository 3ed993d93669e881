import type { Integration, TimelineEntry } from "./integration.ts";
import type { StepName } from "./integration-step.ts";

/** Steps whose reason is written for the agency. */
const TOLD: readonly StepName[] = ["sendBack", "refuse"];

/**
 * The timeline as an agency without an account may see it: what was done when and in what capacity, its own reasons and those that are written
 * for it. Nobody's account, and nothing that officers write for each other.
 * @clause 3(2)
 */
export function applicantsTimeline({ timeline }: Pick<Integration, "timeline">): TimelineEntry[] {
  return timeline.map((entry) => ({
    ...entry,
    account: "",
    reason: entry.role === "applicant" || TOLD.includes(entry.step) ? entry.reason : "",
  }));
}

import type { Integration, TimelineEntry } from "./integration.ts";
import type { Application, Approval, PresentRights } from "./integration-application.ts";
import { underWay } from "./integration-decision.ts";
import { inForceBefore, type OnRecord } from "./integration-difference.ts";

/** What is printed of an application: itself, what was approved of it, what was in force when it came, its own steps. */
export interface ApplicationDocument {
  readonly application: Application;
  readonly approval: Approval | undefined;
  readonly before: PresentRights | undefined;
  readonly timeline: readonly TimelineEntry[];
}

/**
 * An integration's application as it is printed.
 * @param applications all of the integration's
 * @param timeline as whoever prints may see it
 * @param number of the application; otherwise the one under way, or the one whose rights hold
 */
export function applicationDocument(
  integration: Integration,
  applications: readonly OnRecord[],
  timeline: readonly TimelineEntry[] = integration.timeline,
  number = underWay(integration).applicationNumber,
): ApplicationDocument | undefined {
  const row = applications.find(({ application }) => application.applicationNumber === number);
  if (row === undefined) return undefined;
  return {
    application: row.application,
    approval: row.approval ?? undefined,
    before: inForceBefore(number, timeline, applications),
    timeline: timeline.filter(({ application }) => application === number),
  };
}

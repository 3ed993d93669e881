import type { Integration, TimelineEntry } from "./integration.ts";
import type { Application, Approval } from "./integration-application.ts";
import { underWay } from "./integration-decision.ts";

/** What is printed of an integration's application under way, or of the one whose rights hold: itself, what was approved of it, its own steps. */
export function applicationDocument(
  integration: Integration,
  timeline: readonly TimelineEntry[] = integration.timeline,
): { application: Application; approval: Approval | undefined; timeline: readonly TimelineEntry[] } {
  const application = underWay(integration);
  const approval = integration.amendment === undefined ? integration.approval : integration.amendment.approval;
  return { application, approval, timeline: timeline.filter((entry) => entry.application === application.applicationNumber) };
}

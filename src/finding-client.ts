import type { Client } from "@temporalio/client";
import type { FindingRequest } from "./domain/finding.ts";
import type { raiseFinding } from "./workflows/finding.ts";
import { ruleViolationIn } from "./workflows/rule-failure.ts";

/** Raises a finding; its number. Rejects with the RuleViolation that stands against it. */
export type RaiseFinding = (request: FindingRequest) => Promise<number>;

/** Has the platform's worker raise findings; a request that is sent twice is carried once. */
export function findingsOf(client: Client, taskQueue: string): RaiseFinding {
  return (request) =>
    client.workflow
      .execute<typeof raiseFinding>("raiseFinding", {
        ...{ workflowId: `finding/${request.requestId}`, taskQueue, args: [request] },
        workflowIdConflictPolicy: "USE_EXISTING",
        workflowExecutionTimeout: "2 minutes",
      })
      .catch((error: unknown) => {
        throw ruleViolationIn(error) ?? error;
      });
}

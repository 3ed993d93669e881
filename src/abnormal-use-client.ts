import { randomUUID } from "node:crypto";
import type { Client } from "@temporalio/client";
import type { AlertOnRecord } from "./domain/abnormal-use-decision.ts";
import type { keepAlerts } from "./workflows/abnormal-use.ts";
import { ruleViolationIn } from "./workflows/rule-failure.ts";

/** Decides an alert of abnormal use, or lists them. */
export type KeepAlerts = (...request: Parameters<typeof keepAlerts>) => Promise<AlertOnRecord[]>;

/** Has the platform's worker keep alerts. Rejects with the RuleViolation that stands against a decision. */
export function alertsOf(client: Client, taskQueue: string): KeepAlerts {
  return (...args) =>
    client.workflow
      .execute<typeof keepAlerts>("keepAlerts", {
        workflowId: `alerts/${randomUUID()}`,
        taskQueue,
        args,
        workflowExecutionTimeout: "2 minutes",
      })
      .catch((error: unknown) => {
        throw ruleViolationIn(error) ?? error;
      });
}

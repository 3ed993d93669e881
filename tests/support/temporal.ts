import { randomBytes } from "node:crypto";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { inject } from "vitest";

/** Address of the run's one dev server. */
export function temporalAddress(): string {
  return inject("temporalAddress");
}

/** A task queue that no other test serves. */
export function newTaskQueue(): string {
  return `test-${randomBytes(6).toString("hex")}`;
}

/** A server on which time passes as fast as workflows wait; only for tests of timers. The caller tears it down. */
export function createTimeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = inject("temporalTestServer");
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: path === "cached-download" ? { type: "cached-download" } : { type: "existing-path", path } },
  });
}

import { randomUUID } from "node:crypto";
import {
  type Client,
  isGrpcDeadlineError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from "@temporalio/client";
import type { Integration, StepRequest } from "./domain/integration.ts";
import type { ApplicationDraft } from "./domain/integration-application.ts";
import { stateAfter } from "./domain/integration-step.ts";
import { requireCode } from "./domain/integration-text.ts";
import { PERSONS_STEP_NAMES, type PersonsStepName, type RequestOf, type Sent } from "./domain/persons-step.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import * as workflow from "./workflows/integration.ts";
import { ruleViolationIn } from "./workflows/rule-failure.ts";

const PATIENCE = 30_000;

/** The steps of integrations, as people's commands take them. Every one rejects with the RuleViolation that stands against it. */
export type IntegrationClient = {
  readonly [Name in PersonsStepName]: (integrationNumber: string, request: RequestOf<Name>) => Promise<Integration>;
} & {
  /** Resolves when the application is on record. */
  apply(draft: ApplicationDraft, request: StepRequest): Promise<Integration>;
  /** Resolves when an application that is under way is on record. */
  submitted(applicationNumber: string): Promise<Integration>;
  show(integrationNumber: string): Promise<Integration>;
  /** Those of this task queue that Temporal still holds, newest first; the records hold all. */
  list(): Promise<Integration[]>;
};

/** Whoever reaches the processes may send again what somebody sent: its name shows that it is on record. */
function named<Request extends StepRequest>(request: Request): Sent<Request> {
  return { ...request, requestId: randomUUID() };
}

/** The workflow id of an integration: one number, one process. */
export function integrationWorkflowId(integrationNumber: string): string {
  return `integration/${integrationNumber}`;
}

export function createIntegrationClient(client: Client, taskQueue: string): IntegrationClient {
  const handleOf = (applicationNumber: string) =>
    client.workflow.getHandle<typeof workflow.integration>(integrationWorkflowId(applicationNumber));
  const patiently = <T>(run: () => Promise<T>) => client.withDeadline(Date.now() + PATIENCE, run).catch(explain);
  const step = (name: PersonsStepName) => (integrationNumber: string, request: StepRequest) =>
    patiently(async () => {
      try {
        return await handleOf(integrationNumber).executeUpdate(workflow.stepUpdate(name), { args: [named(request)] });
      } catch (error) {
        throw error instanceof WorkflowNotFoundError ? await endedBefore(handleOf(integrationNumber), name, request) : error;
      }
    });
  // Each name's request is what its rule takes; fromEntries forgets which is which.
  const steps = Object.fromEntries(PERSONS_STEP_NAMES.map((name) => [name, step(name)])) as unknown;
  return {
    ...(steps as Pick<IntegrationClient, PersonsStepName>),
    show: (applicationNumber) =>
      patiently(async () => {
        const handle = handleOf(applicationNumber);
        return (await handle.query(workflow.integrationQuery)) ?? handle.executeUpdate(workflow.awaitRecord);
      }),
    apply: (draft, request) =>
      patiently(async () => {
        // Before it is stored anywhere: a workflow's id stands in the clear.
        requireCode(draft.applicationNumber, "applicationNumber");
        const handle = await client.workflow.start(workflow.integration, {
          workflowId: integrationWorkflowId(draft.applicationNumber),
          // A number whose application never got on record may be used again; one that ever was on record may not.
          workflowIdReusePolicy: "ALLOW_DUPLICATE_FAILED_ONLY",
          workflowIdConflictPolicy: "FAIL",
          taskQueue,
          args: [{ draft, submission: named(request) }],
        });
        return onRecord(handle);
      }),
    submitted: (applicationNumber) => patiently(() => onRecord(handleOf(applicationNumber))),
    list: () =>
      patiently(async () => {
        const integrations: Integration[] = [];
        for await (const { workflowId, runId } of client.workflow.list({
          query: `WorkflowType = "integration" AND ExecutionStatus != "Failed" AND TaskQueue = "${taskQueue}"`,
        })) {
          const known = await client.workflow.getHandle(workflowId, runId).query(workflow.integrationQuery);
          if (known !== undefined) integrations.push(known);
        }
        return integrations;
      }),
  };
}

/** The application on record, or why it never got there: the workflow has ended then, and says the rule. */
async function onRecord(handle: WorkflowHandle<typeof workflow.integration>): Promise<Integration> {
  try {
    return await handle.executeUpdate(workflow.awaitRecord);
  } catch (error) {
    await handle.result();
    throw error;
  }
}

/** What stands against a step of an integration that has ended: the rule of that step, where Temporal still knows the end. */
async function endedBefore(
  handle: WorkflowHandle<typeof workflow.integration>,
  name: PersonsStepName,
  { by }: StepRequest,
): Promise<RuleViolation> {
  const ended = await handle.query(workflow.integrationQuery).catch(() => undefined);
  try {
    if (ended !== undefined) stateAfter(ended.state, name, by);
  } catch (error) {
    if (error instanceof RuleViolation) return error;
  }
  return integrationNotOpen();
}

function integrationNotOpen(): RuleViolation {
  return new RuleViolation("3(3)", "integration-not-open", "No open integration has this application number: it is unknown, or has ended.");
}

function explain(error: unknown): never {
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    throw new RuleViolation("3(3)", "application-number-taken", "Another application has this number: give this one a number of its own.");
  }
  if (error instanceof WorkflowNotFoundError) throw integrationNotOpen();
  if (isGrpcDeadlineError(error))
    throw new Error("The platform's worker did not answer within 30 s; the step may still be taken: look at the integration later.");
  throw ruleViolationIn(error) ?? error;
}

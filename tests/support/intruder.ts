import { randomUUID } from "node:crypto";
import type { Client } from "@temporalio/client";

/** What somebody does who reaches Temporal and has no key: sends again, as it is, what people had sealed for a process. */
export interface Intruder {
  /** The updates of this name that any run of the process took, oldest first. */
  updates(workflowId: string, name: string): Promise<SealedUpdate[]>;
  /** Resolves when the process has answered, whatever it says. */
  send(workflowId: string, update: SealedUpdate): Promise<void>;
  /** Starts a process that has ended once more, with what it was begun with. */
  startAgain(workflowId: string, taskQueue: string): Promise<void>;
}

type Service = Client["workflowService"];
type UpdateRequest = NonNullable<Parameters<Service["updateWorkflowExecution"]>[0]["request"]>;
type SealedUpdate = NonNullable<UpdateRequest["input"]>;

const NAMESPACE = "default";
/** `UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED` */
const COMPLETED = 3;

export function intruderOf({ workflow, workflowService }: Client): Intruder {
  async function events(workflowId: string, runId?: string) {
    const execution = { workflowId, ...(runId !== undefined && { runId }) };
    const { history } = await workflowService.getWorkflowExecutionHistory({ namespace: NAMESPACE, execution });
    return history?.events ?? [];
  }
  return {
    async updates(workflowId, name) {
      const runs: string[] = [];
      for await (const { runId } of workflow.list({ query: `WorkflowId = "${workflowId}"` })) runs.unshift(runId);
      const all = (await Promise.all(runs.map((runId) => events(workflowId, runId)))).flat();
      const inputs = all.map((event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input);
      return inputs.filter((input) => input != null).filter((input) => input.name === name);
    },
    async send(workflowId, input) {
      const meta = { updateId: randomUUID(), identity: "intruder" };
      await workflowService.updateWorkflowExecution({
        ...{ namespace: NAMESPACE, workflowExecution: { workflowId }, waitPolicy: { lifecycleStage: COMPLETED }, request: { meta, input } },
      });
    },
    async startAgain(workflowId, taskQueue) {
      const [begun] = await events(workflowId);
      const { input, workflowType } = begun?.workflowExecutionStartedEventAttributes ?? {};
      await workflowService.startWorkflowExecution({
        ...{ namespace: NAMESPACE, workflowId, taskQueue: { name: taskQueue }, requestId: randomUUID(), identity: "intruder" },
        ...{ input: input ?? null, workflowType: workflowType ?? null },
      });
    },
  };
}

import { randomUUID } from "node:crypto";
import { type Client, isGrpcDeadlineError, WithStartWorkflowOperation, WorkflowNotFoundError } from "@temporalio/client";
import type { UpdateDefinition } from "@temporalio/common";
import { requireMonth } from "./domain/log-month.ts";
import { type Disposal, type DisposalRequest, type HoldRequest, requireSaid } from "./domain/retention.ts";
import type { RaiseRequest, RetentionPeriod } from "./domain/retention-period.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import * as workflow from "./workflows/retention.ts";
import type { keepRetentionPeriod } from "./workflows/retention-period.ts";
import { ruleViolationIn } from "./workflows/rule-failure.ts";

const PATIENCE = 30_000;

/** What people do about the end of the log's months. Every step rejects with the RuleViolation that stands against it. */
export interface RetentionClient {
  propose(month: string, request: DisposalRequest): Promise<Disposal>;
  approve(month: string, request: DisposalRequest): Promise<Disposal>;
  /** Takes back an approval that has not been carried out yet. */
  stop(month: string, request: DisposalRequest): Promise<Disposal>;
  /** Also for a month whose time has not come. */
  hold(month: string, request: HoldRequest): Promise<Disposal>;
  lift(month: string, request: HoldRequest): Promise<Disposal>;
  show(month: string): Promise<Disposal>;
  /** Months that are proposed, held or lately disposed of, by name: those that Temporal holds; the records hold all. */
  list(): Promise<Disposal[]>;
  /** Has the log kept for longer, or only tells for how long, and since when. */
  period(request?: RaiseRequest): Promise<RetentionPeriod[]>;
}

export function createRetentionClient(client: Client, taskQueue: string): RetentionClient {
  const workflowId = (month: string) => workflow.retentionWorkflowId(taskQueue, month);
  const handleOf = (month: string) => client.workflow.getHandle<typeof workflow.retention>(workflowId(month));
  const patiently = <T>(run: () => Promise<T>) => client.withDeadline(Date.now() + PATIENCE, run).catch(explain);

  /** A step of a month; its process begins where there is none, since the records know the month without it. */
  function step<Request extends DisposalRequest>(update: UpdateDefinition<Disposal, [Request]>) {
    return async (month: string, request: Request): Promise<Disposal> => {
      requireMonth(month, Date.now());
      // Before a process begins, which would propose a month that is due by itself.
      requireSaid(request);
      const startWorkflowOperation = new WithStartWorkflowOperation(workflow.retention, {
        workflowId: workflowId(month),
        workflowIdConflictPolicy: "USE_EXISTING",
        taskQueue,
        args: [month],
      });
      return patiently(() => client.workflow.executeUpdateWithStart(update, { args: [request], startWorkflowOperation }));
    };
  }

  return {
    propose: step(workflow.proposeDisposalUpdate),
    approve: step(workflow.approveDisposalUpdate),
    stop: step(workflow.stopDisposalUpdate),
    hold: step(workflow.holdUpdate),
    lift: step(workflow.liftUpdate),
    show: (month) => patiently(() => handleOf(month).query(workflow.disposalQuery)),
    list: () =>
      patiently(async () => {
        const disposals = new Map<string, Disposal>();
        const query = `WorkflowType = "retention" AND ExecutionStatus != "Failed" AND TaskQueue = "${taskQueue}"`;
        for await (const { workflowId, runId } of client.workflow.list({ query })) {
          const disposal: Disposal = await client.workflow.getHandle(workflowId, runId).query(workflow.disposalQuery);
          // Newest first: an earlier run of the same month says nothing more.
          if (!disposals.has(disposal.month)) disposals.set(disposal.month, disposal);
        }
        // A first step that was refused leaves a month of which nothing is to be told.
        const told = [...disposals.values()].filter(({ timeline }) => timeline.length > 0);
        return told.sort((one, other) => one.month.localeCompare(other.month));
      }),
    period: (request) =>
      patiently(() =>
        client.workflow.execute<typeof keepRetentionPeriod>("keepRetentionPeriod", {
          ...{ workflowId: `retention-period/${randomUUID()}`, taskQueue, args: request === undefined ? [] : [request] },
          workflowExecutionTimeout: "2 minutes",
        }),
      ),
  };
}

function explain(error: unknown): never {
  if (error instanceof WorkflowNotFoundError)
    throw new RuleViolation("4(1)5", "month-not-open", "No disposal of this month is under way: its time has not come, or it is over.");
  if (isGrpcDeadlineError(error))
    throw new Error("The platform's worker did not answer within 30 s; the step may still be taken: look at the month later.");
  throw ruleViolationIn(error) ?? error;
}

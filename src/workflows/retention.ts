import { allHandlersFinished, condition, defineQuery, defineUpdate, proxyActivities, setHandler } from "@temporalio/workflow";
import type { createRetentionActivities } from "../activities/retention.ts";
import * as rules from "../domain/retention.ts";
import { underRules } from "./rule-failure.ts";

export const proposeDisposalUpdate = defineUpdate<rules.Disposal, [rules.DisposalRequest]>("proposeDisposal");
export const approveDisposalUpdate = defineUpdate<rules.Disposal, [rules.DisposalRequest]>("approveDisposal");
export const stopDisposalUpdate = defineUpdate<rules.Disposal, [rules.DisposalRequest]>("stopDisposal");
export const holdUpdate = defineUpdate<rules.Disposal, [rules.HoldRequest]>("hold");
export const liftUpdate = defineUpdate<rules.Disposal, [rules.HoldRequest]>("lift");
export const disposalQuery = defineQuery<rules.Disposal>("disposal");

type Activities = ReturnType<typeof createRetentionActivities>;
const { keptUntil, readDisposal, recordDisposalStep } = proxyActivities<Activities>({
  startToCloseTimeout: "10 seconds",
  retry: { maximumInterval: "1 minute" },
});
const { disposeOfMonth } = proxyActivities<Activities>({
  // Every entry of the month is hashed again before it goes; it beats meanwhile.
  startToCloseTimeout: "1 hour",
  heartbeatTimeout: "10 seconds",
  retry: { maximumInterval: "1 minute" },
});

/** The workflow id of a month, in the platform of a task queue. */
export function retentionWorkflowId(taskQueue: string, month: string): string {
  return `retention/${taskQueue}/${month}`;
}

/**
 * The end of a month of the log: proposed when its time has come, approved by a manager, disposed of. A legal hold keeps it, whenever it is set
 * (before the time has come, too) until it is lifted. Each step counts as taken when it is on record, and the record is where this begins again.
 * @clause 4(1)5
 * @clause 4(2)5
 */
export async function retention(month: string): Promise<rules.Disposal> {
  let current: rules.Disposal = { month, timeline: [] };
  let isOpen = false;
  const opened = readDisposal(month).then((known) => {
    current = known;
    isOpen = true;
  });
  let lastTurn: Promise<unknown> = Promise.resolve();

  /** One step at a time; a step's rule is asked again when its turn comes. */
  function inTurn<T>(take: () => Promise<T>): Promise<T> {
    const turn = lastTurn.then(() => opened).then(take);
    lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async function record(next: rules.Disposal): Promise<rules.Disposal> {
    await recordDisposalStep(next);
    current = next;
    return next;
  }

  function accept<Request extends rules.DisposalRequest>(
    rule: (disposal: rules.Disposal, request: Request, now: number, keptUntil: number) => rules.Disposal,
  ) {
    // What is on record stays as it is: the request is sent again by who didn't hear the answer, or by somebody who kept it.
    const attempt = (request: Request, until: number) =>
      underRules(() => (rules.isOnRecord(current, request) ? current : rule(current, request, Date.now(), until)));
    return {
      handler: (request: Request) =>
        inTurn(async () => {
          const next = attempt(request, await keptUntil(month));
          return next === current ? current : record(next);
        }),
      // What only the records know is asked when the step's turn has come.
      options: { validator: (request: Request) => void (isOpen && attempt(request, 0)) },
    };
  }

  /** @returns whether it has to be tried again */
  async function dispose(): Promise<boolean> {
    if (rules.stateOf(current) !== "approved") return false;
    const attempt = await disposeOfMonth(month);
    if ("disposal" in attempt) current = attempt.disposal;
    else if (!attempt.busy) await record(rules.refuse(current, attempt.kept, Date.now()));
    return "busy" in attempt && attempt.busy;
  }

  async function waitOrPropose(seen: rules.Disposal): Promise<void> {
    const until = await keptUntil(month);
    const wait = until - Date.now();
    if (wait > 0) await condition(() => current !== seen, wait);
    else await inTurn(async () => (current === seen ? record(rules.propose(seen, until, Date.now())) : seen));
  }

  const steps = [
    [proposeDisposalUpdate, accept(rules.proposeBy)],
    [approveDisposalUpdate, accept(rules.approve)],
    [stopDisposalUpdate, accept(rules.stop)],
  ] as const;
  const holds = [
    [holdUpdate, accept(rules.hold)],
    [liftUpdate, accept(rules.lift)],
  ] as const;
  for (const [update, { handler, options }] of steps) setHandler(update, handler, options);
  for (const [update, { handler, options }] of holds) setHandler(update, handler, options);
  setHandler(disposalQuery, () => current);

  try {
    await opened;
    while (rules.stateOf(current) !== "disposed") {
      const seen = current;
      if (rules.stateOf(seen) === "approved") {
        if (await inTurn(dispose)) await condition(() => current !== seen, "1 minute");
      } else if (rules.stateOf(seen) === "proposed") await condition(() => current !== seen);
      else await waitOrPropose(seen);
    }
  } finally {
    await condition(allHandlersFinished);
  }
  return current;
}

import { HandlerUnfinishedPolicy } from "@temporalio/common";
import { allHandlersFinished, condition, defineQuery, defineUpdate, proxyActivities, setHandler } from "@temporalio/workflow";
import type { createIntegrationActivities } from "../activities/integration.ts";
import * as rules from "../domain/integration.ts";
import type { ApplicationDraft } from "../domain/integration-application.ts";
import { lastStep } from "../domain/integration-record.ts";
import { type IntegrationState, isFinal } from "../domain/integration-step.ts";
import { underRules } from "./rule-failure.ts";

export const approveUpdate = defineUpdate<rules.Integration, [rules.ApprovalRequest]>("approve");
export const refuseUpdate = defineUpdate<rules.Integration, [rules.StepRequest]>("refuse");
export const provisionUpdate = defineUpdate<rules.Integration, [rules.CredentialRequest]>("provision");
export const addCredentialUpdate = defineUpdate<rules.Integration, [rules.CredentialRequest]>("addCredential");
export const revokeUpdate = defineUpdate<rules.Integration, [rules.StepRequest]>("revoke");
/** Answers as soon as the application is on record. */
export const awaitSubmission = defineUpdate<rules.Integration>("awaitSubmission");
export const integrationQuery = defineQuery<rules.Integration>("integration");

const { recordSubmission, recordStep } = proxyActivities<ReturnType<typeof createIntegrationActivities>>({
  startToCloseTimeout: "30 seconds",
  retry: { maximumInterval: "30 seconds" },
});

type Rule<Request> = (integration: rules.Integration, request: Request, now: number) => rules.Integration;

/**
 * The life of one integration: applied for, decided by a manager, provisioned by the dedicated officer, active in its approved period,
 * and ended. People's steps are Updates: their rules run before anything changes, so of two decisions at once the second is told.
 * Each step counts as taken when it is on record.
 * @clause 3(3)
 */
export async function integration(draft: ApplicationDraft, submission: rules.StepRequest): Promise<IntegrationState> {
  let current = underRules(() => rules.submit(draft, submission, Date.now()));
  const submitted = recordSubmission(current.application, lastStep(current));
  let lastTurn: Promise<unknown> = submitted;

  /**
   * One step at a time, however long the database is away: its rule is asked again when its turn comes, since the steps before it may
   * have changed what it allows. What could not be put on record has not happened, and does not stand in the way of the next.
   */
  function inTurn<T>(take: () => Promise<T>): Promise<T> {
    const turn = lastTurn.then(take);
    lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async function record(next: rules.Integration, secretHash?: string): Promise<rules.Integration> {
    await recordStep(lastStep(next, secretHash));
    current = next;
    return next;
  }

  function accept<Request extends rules.StepRequest>(rule: Rule<Request>, secretHashOf?: (request: Request) => string) {
    const attempt = (request: Request) => underRules(() => rule(current, request, Date.now()));
    return {
      handler: (request: Request) => inTurn(() => record(attempt(request), secretHashOf?.(request))),
      options: { validator: (request: Request) => void attempt(request) },
    };
  }

  const [approval, refusal, revocation] = [accept(rules.approve), accept(rules.refuse), accept(rules.revoke)];
  const provisioning = accept(rules.provision, ({ credential }) => credential.secretHash);
  const addition = accept(rules.addCredential, ({ credential }) => credential.secretHash);
  setHandler(approveUpdate, approval.handler, approval.options);
  setHandler(refuseUpdate, refusal.handler, refusal.options);
  setHandler(revokeUpdate, revocation.handler, revocation.options);
  setHandler(provisionUpdate, provisioning.handler, provisioning.options);
  setHandler(addCredentialUpdate, addition.handler, addition.options);
  setHandler(integrationQuery, () => current);
  setHandler(awaitSubmission, () => submitted.then(() => current), { unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON });

  await submitted;
  while (!isFinal(current.state)) {
    const seen = current;
    const due = rules.nextDueStep(seen);
    const wait = due && due.at - Date.now();
    if (wait === undefined || wait > 0) await condition(() => current !== seen, wait);
    if (due === undefined || current !== seen) continue;
    await inTurn(async () => (current === seen ? record(rules.takeDueStep(seen, due.step, Date.now())) : seen));
  }
  await condition(allHandlersFinished);
  return current.state;
}

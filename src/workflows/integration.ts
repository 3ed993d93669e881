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
  let recorded = 0;

  /** Steps reach the records in the order they were taken, however long the database is away. */
  async function record(next: rules.Integration, secretHash?: string): Promise<rules.Integration> {
    current = next;
    const sequence = next.timeline.length;
    await condition(() => recorded === sequence - 1);
    await recordStep(lastStep(next, secretHash));
    recorded = sequence;
    return next;
  }

  function accept<Request extends rules.StepRequest>(rule: Rule<Request>, secretHashOf?: (request: Request) => string) {
    return {
      handler: (request: Request) => record(rule(current, request, Date.now()), secretHashOf?.(request)),
      options: { validator: (request: Request) => void underRules(() => rule(current, request, Date.now())) },
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
  const onRecord = async () => {
    await condition(() => recorded > 0);
    return current;
  };
  setHandler(awaitSubmission, onRecord, { unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON });

  await recordSubmission(current.application, lastStep(current));
  recorded = 1;
  while (!isFinal(current.state)) {
    const seen = current;
    const due = rules.nextDueStep(seen);
    await condition(() => current !== seen, due && Math.max(due.at - Date.now(), 1));
    if (due !== undefined && current === seen) await record(rules.takeDueStep(seen, due.step, Date.now()));
  }
  await condition(allHandlersFinished);
  return current.state;
}

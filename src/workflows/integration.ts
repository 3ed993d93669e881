import { HandlerUnfinishedPolicy } from "@temporalio/common";
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { createIntegrationActivities } from "../activities/integration.ts";
import type { Integration, StepRequest } from "../domain/integration.ts";
import type { ApplicationDraft } from "../domain/integration-application.ts";
import * as decision from "../domain/integration-decision.ts";
import { type DueStepName, nextDueStep, takeDueStep } from "../domain/integration-due.ts";
import { lastStep, type RecordedStep } from "../domain/integration-record.ts";
import * as rights from "../domain/integration-rights.ts";
import { type IntegrationState, isFinal, requirePerson } from "../domain/integration-step.ts";
import { ruleViolationIn, underRules } from "./rule-failure.ts";

type Given = Pick<RecordedStep, "secretHash" | "sharedAddresses">;

/** A person's step: its rule, and what goes on record beside the integration. */
interface PersonsStep<Request extends StepRequest> {
  readonly rule: (integration: Integration, request: Request, now: number) => Integration;
  readonly given?: (request: Request) => Given;
}

function personsStep<Request extends StepRequest>(
  rule: PersonsStep<Request>["rule"],
  given?: PersonsStep<Request>["given"],
): PersonsStep<Request> {
  return given === undefined ? { rule } : { rule, given };
}

const secretOf = ({ credential }: rights.ProvisionRequest) => (credential === undefined ? {} : { secretHash: credential.secretHash });

/** Every step that a person takes, by the name of its Update. */
const PERSONS_STEPS = {
  check: personsStep(decision.check),
  sendBack: personsStep(decision.sendBack),
  resubmit: personsStep(decision.resubmit),
  withdraw: personsStep(decision.withdraw),
  approve: personsStep(decision.approve, (request) => ({ sharedAddresses: decision.acknowledgedAddresses(request) })),
  refuse: personsStep(decision.refuse),
  amend: personsStep(decision.amend),
  provision: personsStep(rights.provision, secretOf),
  addCredential: personsStep(rights.addCredential, secretOf),
  revokeCredential: personsStep(rights.revokeCredential),
  suspend: personsStep(rights.suspend),
  resume: personsStep(rights.resume),
  revoke: personsStep(rights.revoke),
};

export type PersonsStepName = keyof typeof PERSONS_STEPS;
/** What a person's step says. */
export type RequestOf<Name extends PersonsStepName> = Parameters<(typeof PERSONS_STEPS)[Name]["rule"]>[1];

export const PERSONS_STEP_NAMES = Object.keys(PERSONS_STEPS) as PersonsStepName[];

/** The Update of a person's step. */
export function stepUpdate(name: PersonsStepName) {
  return defineUpdate<Integration, [StepRequest]>(name);
}

/** Answers as soon as the application is on record. */
export const awaitSubmission = defineUpdate<Integration>("awaitSubmission");
export const integrationQuery = defineQuery<Integration>("integration");
/** The records have gone on without the workflow. */
export const recordsChanged = defineSignal("recordsChanged");

const activities = proxyActivities<ReturnType<typeof createIntegrationActivities>>({
  startToCloseTimeout: "30 seconds",
  retry: { maximumInterval: "30 seconds" },
});

/** What the records refuse of the platform's own steps is asked again, and stands in the worker's log each time. */
const REFUSED_AGAIN_AFTER = "1 hour";

/** An application that arrives, or an integration that has been on its way: renewed, or rebuilt from the records. */
export type Beginning = { readonly draft: ApplicationDraft; readonly submission: StepRequest } | { readonly integration: Integration };

/**
 * The life of one integration: applied for, checked, decided by a manager, provisioned by the dedicated officer, active in its approved period,
 * changed, renewed, suspended, resumed, and ended. People's steps are Updates: their rules run before anything changes, so of two decisions at
 * once the second is told. Each step counts as taken when it is on record, and the records have the last word.
 * @clause 3(3)
 */
export async function integration(beginning: Beginning): Promise<IntegrationState> {
  let current =
    "integration" in beginning
      ? beginning.integration
      : underRules(() => decision.submit(beginning.draft, beginning.submission, Date.now()));
  const { integrationNumber } = current;
  let renewed = false;
  let lastTurn: Promise<unknown> = Promise.resolve();
  let stepsUnderWay = 0;

  /**
   * One step at a time, however long the database is away: its rule is asked again when its turn comes, since the steps before it may
   * have changed what it allows. What could not be put on record has not happened, and does not stand in the way of the next.
   */
  function inTurn<T>(take: () => Promise<T>): Promise<T> {
    stepsUnderWay += 1;
    const turn = lastTurn.then(take).finally(() => {
      stepsUnderWay -= 1;
    });
    lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** Puts a step on record; where the records have gone on without it, takes what they say instead. @returns whether it is on record */
  async function put(next: Integration, given?: Given): Promise<boolean> {
    const newer = await activities.recordStep(lastStep(next, given));
    current = newer ?? next;
    return newer == null;
  }

  /** Takes a step and records it; where the records have gone on meanwhile, its rule is asked again of what they say. */
  async function record(take: () => Integration, given?: () => Given | undefined): Promise<Integration> {
    for (;;) {
      const next = underRules(take);
      if (await put(next, given?.())) return next;
    }
  }

  /** Takes a step of the platform's own; where the records refuse it, what they say holds instead. @returns whether they refused */
  async function takeDue(seen: Integration, step: DueStepName): Promise<boolean> {
    if (current !== seen) return false;
    try {
      await put(takeDueStep(seen, step, Date.now()));
      return false;
    } catch (error) {
      if (ruleViolationIn(error) === undefined) throw error;
      current = (await activities.readRecords(integrationNumber)) ?? current;
      return true;
    }
  }

  function accept(name: PersonsStepName): void {
    const { rule, given } = PERSONS_STEPS[name] as PersonsStep<StepRequest>;
    const attempt = (request: StepRequest) => {
      requirePerson(request.by);
      return rule(current, request, Date.now());
    };
    setHandler(
      stepUpdate(name),
      (request) =>
        inTurn(async () => {
          const next = await record(
            () => attempt(request),
            () => given?.(request),
          );
          renewed ||= name === "provision" && next.application.kind === "renewal";
          return next;
        }),
      {
        // While a step is under way the records may be ahead of what stands here: then only the turn itself can tell.
        validator: (request) => {
          if (stepsUnderWay === 0) underRules(() => attempt(request));
        },
      },
    );
  }

  const submitted = "integration" in beginning ? Promise.resolve(current) : inTurn(() => record(() => current));
  for (const name of PERSONS_STEP_NAMES) accept(name);
  setHandler(integrationQuery, () => current);
  setHandler(awaitSubmission, () => submitted.then(() => current), { unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON });
  setHandler(recordsChanged, () =>
    inTurn(async () => {
      current = (await activities.readRecords(integrationNumber)) ?? current;
    }),
  );

  await submitted;
  let lastUse: string | undefined;
  while (!isFinal(current.state)) {
    if (renewed || workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      if (!isFinal(current.state)) await continueAsNew<typeof integration>({ integration: current });
    }
    const seen = current;
    const due = nextDueStep(seen, lastUse);
    const wait = due && due.at - Date.now();
    if (wait === undefined || wait > 0) await condition(() => current !== seen, wait);
    if (due === undefined || current !== seen || due.at > Date.now()) continue;
    if (due.step === "warnIdle" || due.step === "suspend") {
      const used = (await activities.findLastUse(integrationNumber)) ?? undefined;
      if (used !== lastUse) {
        lastUse = used;
        continue;
      }
    }
    if (!(await inTurn(() => takeDue(seen, due.step)))) continue;
    const onRecord = current;
    if (!isFinal(onRecord.state)) await condition(() => current !== onRecord, REFUSED_AGAIN_AFTER);
  }
  await condition(allHandlersFinished);
  return current.state;
}

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
import type { createIntegrationActivities, LookedAfter } from "../activities/integration.ts";
import type { Integration, StepRequest } from "../domain/integration.ts";
import type { ApplicationDraft } from "../domain/integration-application.ts";
import { type IntegrationState, isFinal } from "../domain/integration-step.ts";
import { PERSONS_STEP_NAMES, type PersonsStepName, type Sent, takePersonsStep } from "../domain/persons-step.ts";
import { ruleViolationIn, underRules } from "./rule-failure.ts";

/** The Update of a person's step. */
export function stepUpdate(name: PersonsStepName) {
  return defineUpdate<Integration, [Sent<StepRequest>]>(name);
}

/** Answers as soon as the process knows what is on record, its own application first of all. */
export const awaitRecord = defineUpdate<Integration>("awaitRecord");
/** The integration as its process knows it; undefined until then. */
export const integrationQuery = defineQuery<Integration | undefined>("integration");
/** The records have gone on without the workflow. */
export const recordsChanged = defineSignal("recordsChanged");

const activities = proxyActivities<ReturnType<typeof createIntegrationActivities>>({
  startToCloseTimeout: "30 seconds",
  retry: { maximumInterval: "30 seconds" },
});

/** What the records refuse of the platform's own steps is asked again, and stands in the worker's log each time. */
const REFUSED_AGAIN_AFTER = 3_600_000;
/** However far the next day is: what makes a step due (the policy, its rules) may have been changed meanwhile. */
const LOOKED_AFTER_EVERY = 30 * 86_400_000;

/** An application that arrives, or an integration on record: renewed, or begun again. */
export type Beginning =
  | { readonly draft: ApplicationDraft; readonly submission: Sent<StepRequest> }
  | { readonly integrationNumber: string };

/**
 * The life of one integration: applied for, checked, decided by a manager, provisioned by the dedicated officer, active in its approved period,
 * changed, renewed, suspended, resumed, and ended. People's steps are Updates. Every step is taken on the records, by its rule as it is on that
 * day, so that no later rule finds fault with what was right, and of two decisions at once the second is told.
 * @clause 3(3)
 */
export async function integration(beginning: Beginning): Promise<IntegrationState> {
  const integrationNumber = "draft" in beginning ? beginning.draft.applicationNumber : beginning.integrationNumber;
  let known: LookedAfter | undefined;
  let renewed = false;
  let lastTurn: Promise<unknown> = Promise.resolve();
  let stepsUnderWay = 0;

  /** One step at a time, in the order in which they came, however long the database is away. What fails stands in nobody's way. */
  function inTurn(take: () => Promise<LookedAfter>): Promise<LookedAfter> {
    stepsUnderWay += 1;
    const turn = lastTurn.then(take).then((found) => {
      known = found;
      return found;
    });
    lastTurn = turn
      .catch(() => undefined)
      .finally(() => {
        stepsUnderWay -= 1;
      });
    return turn;
  }

  /** Hears what the records say; where they refuse that too, it is read when the platform looks next. */
  async function readRecords(): Promise<void> {
    try {
      await inTurn(() => activities.readRecords(integrationNumber));
    } catch (error) {
      if (ruleViolationIn(error) === undefined) throw error;
    }
  }

  /** A rule that only the records could tell of: they have gone on without the process. */
  async function readAgain(error: unknown): Promise<never> {
    if (ruleViolationIn(error) !== undefined) await readRecords();
    throw error;
  }

  function accept(name: PersonsStepName): void {
    setHandler(
      stepUpdate(name),
      async (request) => {
        const { integration: next } = await inTurn(() => activities.takeStep(integrationNumber, name, request, Date.now())).catch(
          readAgain,
        );
        renewed ||= name === "provision" && next.application.kind === "renewal";
        return next;
      },
      {
        // What can't be is told at once, and leaves nothing behind. While a step is under way the records may be ahead of what stands here.
        validator: (request) => {
          const present = known?.integration;
          if (present !== undefined && stepsUnderWay === 0) underRules(() => takePersonsStep(name, present, request, Date.now()));
        },
      },
    );
  }

  /** Has the platform take what is due; what the records refuse is asked again later. */
  async function takeWhatIsDue(seen: LookedAfter): Promise<LookedAfter> {
    try {
      return await activities.takeDueStep(integrationNumber, Date.now());
    } catch (error) {
      if (ruleViolationIn(error) === undefined) throw error;
      // What was put on record before this one's turn stays known.
      return { ...(known ?? seen), dueAt: Date.now() + REFUSED_AGAIN_AFTER };
    }
  }

  const begun = inTurn(() =>
    "draft" in beginning
      ? activities.submitApplication(beginning.draft, beginning.submission, Date.now())
      : activities.readRecords(integrationNumber),
  );
  for (const name of PERSONS_STEP_NAMES) accept(name);
  setHandler(integrationQuery, () => known?.integration);
  setHandler(awaitRecord, async () => (await begun).integration, { unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON });
  setHandler(recordsChanged, readRecords);

  let seen = await begun;
  while (!isFinal(seen.integration.state)) {
    if (renewed || workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      seen = known ?? seen;
      if (isFinal(seen.integration.state)) break;
      await continueAsNew<typeof integration>({ integrationNumber });
    }
    const before = seen;
    const wait = Math.min(LOOKED_AFTER_EVERY, (seen.dueAt ?? Number.POSITIVE_INFINITY) - Date.now());
    const isChanged = wait > 0 ? await condition(() => known !== before, wait) : known !== before;
    seen = isChanged ? (known ?? seen) : await inTurn(() => takeWhatIsDue(before));
  }
  await condition(allHandlersFinished);
  return seen.integration.state;
}

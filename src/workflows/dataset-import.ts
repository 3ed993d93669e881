import { allHandlersFinished, condition, defineQuery, defineUpdate, patched, proxyActivities, setHandler } from "@temporalio/workflow";
import type { createDatasetImportActivities } from "../activities/dataset-import.ts";
import type { Destruction } from "../activities/dataset-import-destroy.ts";
import type { Rejection } from "../domain/dataset-import.ts";
import { type QuarantineRequest, requireDecision } from "../domain/quarantine.ts";
import { underRules } from "./rule-failure.ts";

/** How an import ended; its file is destroyed either way. */
export interface ImportOutcome extends Destruction {
  readonly imported: boolean;
  /** Why the file was rejected, where it was. */
  readonly rejection?: Rejection;
}

/** What an import does now, and why its file was last rejected. */
export interface ImportProgress {
  readonly stage: "receiving" | "loading" | "indexing" | "switching" | "destroying" | "quarantined" | "ended";
  readonly rejection?: Rejection;
  /** Until when a quarantined file may wait (epoch milliseconds). */
  readonly waitsUntil?: number;
}

/** The dedicated officer's word on a rejected file. */
export const decideQuarantine = defineUpdate<void, [QuarantineRequest]>("decideQuarantine");
export const importProgress = defineQuery<ImportProgress>("importProgress");

const step = proxyActivities<ReturnType<typeof createDatasetImportActivities>>({
  startToCloseTimeout: "6 hours",
  heartbeatTimeout: "10 seconds",
  retry: { initialInterval: "1 second", maximumInterval: "30 seconds" },
});

/**
 * A delivered file is loaded at once and destroyed at once. What is not as it has to be is rejected whole, waits encrypted for the officer's
 * decision, and is then destroyed or tried again; when nobody decides it is destroyed as well.
 * @param importId also the name of the file's private folder
 * @clause 4(1)1
 * @clause 4(1)3
 * @clause 4(4)
 */
export async function datasetImport(importId: string): Promise<ImportOutcome> {
  let progress: ImportProgress = { stage: "receiving" };
  let decision: QuarantineRequest | undefined;
  let round = 0;
  let deciding = false;
  const requireUndecided = (taken: QuarantineRequest) =>
    underRules(() => requireDecision(progress.stage === "quarantined" && !deciding, taken));
  setHandler(importProgress, () => progress);
  setHandler(
    decideQuarantine,
    async (taken) => {
      // The records ask whose office it is before whoever decides is told that it is done.
      if (patched("decision-on-record-first")) {
        requireUndecided(taken);
        deciding = true;
        try {
          await step.recordQuarantineDecision(importId, taken, round);
        } finally {
          deciding = false;
        }
        requireUndecided(taken);
      }
      decision = taken;
      // Whoever asks next is not told that the file still waits.
      progress = { stage: taken.choice === "retry" ? "receiving" : "destroying" };
    },
    { validator: requireUndecided },
  );

  async function rejectionOf(
    stage: ImportProgress["stage"],
    run: (importId: string) => Promise<Rejection | undefined>,
  ): Promise<Rejection | undefined> {
    progress = { stage };
    return (await run(importId)) ?? undefined;
  }

  async function tryToImport(): Promise<Rejection | undefined> {
    return (
      (await rejectionOf("receiving", step.receiveDelivery)) ??
      (await rejectionOf("loading", step.loadGeneration)) ??
      (await rejectionOf("indexing", step.indexGeneration)) ??
      (await rejectionOf("switching", step.switchGeneration))
    );
  }

  async function waitForDecision(rejection: Rejection): Promise<QuarantineRequest | undefined> {
    const waitsUntil = await step.quarantineDelivery(importId);
    progress = { stage: "quarantined", rejection, waitsUntil };
    await condition(() => decision !== undefined, Math.max(1, waitsUntil - Date.now()));
    return decision;
  }

  async function destroy(rejection: Rejection | undefined, decidedBy?: string): Promise<Destruction> {
    progress = { stage: "destroying", ...(rejection && { rejection }) };
    return step.destroyDelivery(importId, decidedBy);
  }

  async function end(outcome: ImportOutcome): Promise<ImportOutcome> {
    progress = { stage: "ended", ...(outcome.rejection && { rejection: outcome.rejection }) };
    await condition(allHandlersFinished);
    return outcome;
  }

  for (; ; round += 1) {
    const rejection = await tryToImport();
    if (rejection === undefined) {
      const destruction = await destroy(undefined);
      await step.dropReplacedGenerations(importId);
      return end({ imported: true, ...destruction });
    }
    // A second copy of what is imported already has nothing to wait for.
    const duplicate = rejection.code === "already-imported";
    if (duplicate) await step.dropLoaded(importId);
    const taken = duplicate ? undefined : await waitForDecision(rejection);
    if (taken !== undefined) await step.applyQuarantineDecision(importId, taken, round);
    if (taken?.choice !== "retry") {
      return end({ imported: false, rejection, ...(await destroy(rejection, taken?.actor)) });
    }
    decision = undefined;
  }
}

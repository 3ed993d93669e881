import { Context } from "@temporalio/activity";
import { forgetRejection, getImport, recordFindings } from "../../db/queries/dataset-import.ts";
import { dropGeneration, findGenerationOfImport } from "../../db/queries/dataset-import-generation.ts";
import { findDatasetStep, recordDatasetStep } from "../../db/queries/dataset-step.ts";
import { keepNotices } from "../../db/queries/notice.ts";
import { moveDelivery } from "../adapters/delivery-folder.ts";
import type { WorkerContext } from "../context.ts";
import { aboutImport, type QuarantineRequest, quarantineEnd, quarantineNotices } from "../domain/quarantine.ts";
import { requireRequestId } from "../domain/request-id.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import { asRuleFailure } from "../workflows/rule-failure.ts";
import { inboxFolder, quarantineFolder } from "./dataset-import-place.ts";
import { withHeartbeat } from "./heartbeat.ts";

/**
 * Puts a rejected file, still encrypted, where it waits for the officer's decision, and drops what it had loaded.
 * @returns until when it may wait (epoch milliseconds), counted from its first rejection
 * @clause 4(4)
 */
export function quarantineDelivery(context: WorkerContext, importId: string): Promise<number> {
  return withHeartbeat(async () => {
    const { db, config, now } = context;
    await dropLoadedOf(context, importId);
    const { quarantinedUntil } = await getImport(db, importId);
    const until = quarantinedUntil ?? new Date(quarantineEnd(now().getTime()));
    await moveDelivery(inboxFolder(config, importId), quarantineFolder(config, importId));
    await db.transaction().execute(async (trx) => {
      await recordFindings(trx, importId, { stage: "quarantined", quarantined_until: until });
      await keepNotices(trx, aboutImport(importId), quarantineNotices(importId, until.getTime()));
    });
    return until.getTime();
  });
}

/** Drops what a rejected file had loaded; nobody has ever been answered from it. */
export function dropLoaded(context: WorkerContext, importId: string): Promise<void> {
  return withHeartbeat(() => dropLoadedOf(context, importId));
}

async function dropLoadedOf({ db, now }: WorkerContext, importId: string): Promise<void> {
  const loaded = await findGenerationOfImport(db, importId);
  if (loaded !== undefined && loaded.switchedAt === null) await dropGeneration(db, loaded.generationId, now());
}

/**
 * Records what the officer decided, once.
 * @param round how many decisions about this file came before, in this run of its import
 * @throws ApplicationFailure `not-in-office`, `already-decided` when it is on record for another rejection
 * @clause 3(1)
 * @clause 4(4)
 */
export async function recordQuarantineDecision(
  { db, now }: WorkerContext,
  importId: string,
  { actor, choice, reason, requestId }: QuarantineRequest,
  round: number,
): Promise<void> {
  const key = `quarantine/${requestId}`;
  const rejection = `${Context.current().info.workflowExecution?.runId}/${round}`;
  try {
    requireRequestId(requestId, "4(4)");
    const known = (await findDatasetStep(db, key))?.particulars as { readonly rejection: string } | undefined;
    if (known !== undefined && known.rejection !== rejection)
      throw new RuleViolation(
        "4(4)",
        "already-decided",
        "This was decided about an earlier rejection: look at the import, then decide anew.",
      );
    await recordDatasetStep(db, {
      key,
      importId,
      step: "quarantine-decided",
      actor,
      particulars: { choice, reason, rejection },
      takenAt: now(),
    });
  } catch (error) {
    throw asRuleFailure(error);
  }
}

/** Takes the file back for another try, if that is what was decided and is on record. @clause 4(4) */
export function applyQuarantineDecision(
  context: WorkerContext,
  importId: string,
  decision: QuarantineRequest,
  round: number,
): Promise<void> {
  return withHeartbeat(async () => {
    const { db, config } = context;
    await recordQuarantineDecision(context, importId, decision, round);
    await db.transaction().execute((trx) => keepNotices(trx, aboutImport(importId), []));
    if (decision.choice === "destroy") return;
    await moveDelivery(quarantineFolder(config, importId), inboxFolder(config, importId));
    await forgetRejection(db, importId);
  });
}

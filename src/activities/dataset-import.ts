import type { WorkerContext } from "../context.ts";
import type { QuarantineRequest } from "../domain/quarantine.ts";
import { destroyDelivery, dropReplacedGenerations } from "./dataset-import-destroy.ts";
import { loadGeneration } from "./dataset-import-loading.ts";
import { applyQuarantineDecision, dropLoaded, quarantineDelivery, recordQuarantineDecision } from "./dataset-import-quarantine.ts";
import { receiveDelivery } from "./dataset-import-receive.ts";
import { indexGeneration, switchGeneration } from "./dataset-import-switch.ts";

/** The steps of an import, by the import's id; ids, codes, line numbers and counts are all that Temporal sees. */
export function createDatasetImportActivities(context: WorkerContext) {
  return {
    receiveDelivery: (importId: string) => receiveDelivery(context, importId),
    loadGeneration: (importId: string) => loadGeneration(context, importId),
    indexGeneration: (importId: string) => indexGeneration(context, importId),
    switchGeneration: (importId: string) => switchGeneration(context, importId),
    dropLoaded: (importId: string) => dropLoaded(context, importId),
    destroyDelivery: (importId: string, decidedBy?: string) => destroyDelivery(context, importId, decidedBy),
    dropReplacedGenerations: (importId: string) => dropReplacedGenerations(context, importId),
    quarantineDelivery: (importId: string) => quarantineDelivery(context, importId),
    recordQuarantineDecision: (importId: string, decision: QuarantineRequest, round: number) =>
      recordQuarantineDecision(context, importId, decision, round),
    applyQuarantineDecision: (importId: string, decision: QuarantineRequest, round: number) =>
      applyQuarantineDecision(context, importId, decision, round),
  };
}

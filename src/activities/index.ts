import type { WorkerContext } from "../context.ts";
import { createAbnormalUseActivities } from "./abnormal-use.ts";
import { createDatasetImportActivities } from "./dataset-import.ts";
import { createDatasetKeyActivities } from "./dataset-import-keys.ts";
import { createFindingActivities } from "./finding.ts";
import { createIntegrationActivities } from "./integration.ts";
import { createIpInventoryActivities } from "./ip-inventory.ts";
import { createNoticeMailActivities } from "./notice-mail.ts";
import { createRetentionActivities } from "./retention.ts";
import { createUpkeepActivities } from "./upkeep.ts";

/** Every side effect that a workflow may ask for, by topic. Each is idempotent: it may run twice and acts once. */
export function createActivities(context: WorkerContext) {
  return {
    ...createAbnormalUseActivities(context),
    ...createDatasetImportActivities(context),
    ...createDatasetKeyActivities(context),
    ...createFindingActivities(context),
    ...createIntegrationActivities(context),
    ...createIpInventoryActivities(context),
    ...createNoticeMailActivities(context),
    ...createRetentionActivities(context),
    ...createUpkeepActivities(context),
  };
}

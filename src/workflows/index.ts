export { keepAlerts, watchUse } from "./abnormal-use.ts";
export { datasetImport } from "./dataset-import.ts";
export { keepDatasetKeys } from "./dataset-import-keys.ts";
export { integration } from "./integration.ts";
export { ipInventory } from "./ip-inventory.ts";
export { mailNotices } from "./notice-mail.ts";
export { retention } from "./retention.ts";
export { keepRetentionPeriod } from "./retention-period.ts";
export { upkeep } from "./upkeep.ts";

import { findDeliveryKey, listExpiredDeliveryKeys } from "../../db/queries/dataset-import-delivery-key.ts";
import { openOpenpgpKeyFolder } from "../adapters/openpgp-key-folder.ts";
import type { WorkerContext } from "../context.ts";
import { destroyDeliveryKey } from "./dataset-import-destroy.ts";
import { inTurn } from "./dataset-import-keys.ts";

const PLATFORM = "platform";

/**
 * Destroys the private halves of delivery keys whose time has passed without a delivery.
 * @clause 4(4)
 */
export async function destroyExpiredDeliveryKeys(context: WorkerContext): Promise<number> {
  const expired = await listExpiredDeliveryKeys(context.db, context.now());
  for (const { fingerprint } of expired) await destroyDeliveryKey(context, fingerprint, null, PLATFORM);
  return expired.length;
}

/**
 * Destroys what killed processes left in the key folder: halves of keys, and keys of which no record was made, so that nobody got them.
 * @clause 4(4)
 */
export async function destroyStrayKeys(context: WorkerContext): Promise<void> {
  const folder = openOpenpgpKeyFolder(context.config.keysDirectory);
  const isKnown = async (fingerprint: string) => (await findDeliveryKey(context.db, fingerprint)) !== undefined;
  const strays = await inTurn(context, () => folder.destroyStrays(isKnown));
  if (strays > 0) context.logger.warn({ strays }, "halves of delivery keys, or keys without a record, are destroyed");
}

import { readdir } from "node:fs/promises";
import { countTried, findDeliveryKey, listExpiredDeliveryKeys } from "../../db/queries/dataset-import-delivery-key.ts";
import { isDeliveryName } from "../adapters/delivery-folder.ts";
import { eachByItself } from "../adapters/each-by-itself.ts";
import { openOpenpgpKeyFolder } from "../adapters/openpgp-key-folder.ts";
import type { WorkerContext } from "../context.ts";
import { POLICY } from "../domain/policy.ts";
import { destroyDeliveryKey } from "./dataset-import-destroy.ts";
import { inTurn } from "./dataset-import-keys.ts";
import { isImportId } from "./dataset-import-place.ts";

const PLATFORM = "platform";

/**
 * How much longer than its time a key lives at most because of files that nobody has opened (milliseconds): one may wait for a worker that is
 * down, and then as long as any rejected file for its decision. One that can never be taken must not keep keys for good.
 */
const LONGEST_UNOPENED = 2 * POLICY.quarantineDays * 86_400_000;

/**
 * Destroys the private halves of delivery keys whose time has passed without a delivery. While a file waits unopened nobody knows whose key it
 * needs, so they all wait with it, for two weeks at most.
 * @clause 4(4)
 */
export async function destroyExpiredDeliveryKeys(context: WorkerContext): Promise<void> {
  const now = context.now();
  // A folder that can't be read may hold one.
  const unopened = await isAnyUnopened(context).catch(() => true);
  const expiredBy = unopened ? new Date(now.getTime() - LONGEST_UNOPENED) : now;
  const expired = await listExpiredDeliveryKeys(context.db, expiredBy);
  await eachByItself(
    expired,
    ({ fingerprint }) => destroyDeliveryKey(context, fingerprint, null, PLATFORM),
    ({ fingerprint }, code) => context.logger.warn({ fingerprint, code }, "a delivery key could not be destroyed; trying again"),
  );
}

/** Whether a delivered file waits that has not been tried with the keys. */
async function isAnyUnopened({ db, config }: WorkerContext): Promise<boolean> {
  // In the order in which a file goes, so that none is missed on its way.
  if ((await readdir(config.dropDirectory)).some(isDeliveryName)) return true;
  const folders = [...(await readdir(config.inboxDirectory)), ...(await readdir(config.quarantineDirectory))];
  const importIds = [...new Set(folders.filter(isImportId))];
  return (await countTried(db, importIds)) < importIds.length;
}

/**
 * Destroys what killed processes left in the key folder: halves of keys, and keys of which no record was made, so that nobody got them.
 * @clause 4(4)
 */
export async function destroyStrayKeys(context: WorkerContext): Promise<void> {
  const folder = openOpenpgpKeyFolder(context.config.keysDirectory);
  const isKnown = async (fingerprint: string) => (await findDeliveryKey(context.db, fingerprint)) !== undefined;
  const tell = (code: string) => context.logger.warn({ code }, "a stray delivery key could not be destroyed; trying again");
  const strays = await inTurn(context, () => folder.destroyStrays(isKnown, tell));
  if (strays > 0) context.logger.warn({ strays }, "halves of delivery keys, or keys without a record, are destroyed");
}

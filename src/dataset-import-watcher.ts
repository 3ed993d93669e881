import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import { destroyExpiredDeliveryKeys, destroyStrayKeys } from "./activities/dataset-import-key-upkeep.ts";
import { destroyLeftDelivery, listLeftDeliveries } from "./activities/dataset-import-left.ts";
import { inboxFolder, isImportId, quarantineFolder } from "./activities/dataset-import-place.ts";
import { abandonClaim, findDelivery, isAbandoned } from "./adapters/delivery-folder.ts";
import { eachByItself } from "./adapters/each-by-itself.ts";
import { exists } from "./adapters/file-state.ts";
import { openOpenpgpKeyFolder } from "./adapters/openpgp-key-folder.ts";
import type { WorkerContext } from "./context.ts";
import { startDatasetImport } from "./dataset-import-client.ts";
import { dropFolderClaims } from "./dataset-import-drop-folder.ts";

const SCAN_EVERY = 1000;
const SWEEP_EVERY = 600_000;
/** A claim in which nothing has moved for this long was killed. */
const ABANDONED_AFTER = 600_000;

/** Looks after the drop folder until it is stopped. */
export interface DropFolderWatcher {
  stop(): Promise<void>;
}

/**
 * Watches the drop folder: claims complete files, and starts the import of every file in the inbox, those included whose start was lost with a
 * killed process. Several workers may watch one folder.
 * @clause 4(1)1
 * @clause 4(1)3
 */
export async function startDropFolderWatcher(context: WorkerContext, client: Client): Promise<DropFolderWatcher> {
  const { config, logger } = context;
  for (const folder of [config.dropDirectory, config.inboxDirectory, config.quarantineDirectory])
    await mkdir(folder, { recursive: true, mode: 0o700 });
  await openOpenpgpKeyFolder(config.keysDirectory).prepare(context.now());
  const claimComplete = dropFolderClaims(context);
  const started = new Set<string>();
  /** What has been told since the last sweep, about what. */
  const told = new Map<string, string>();
  const stopping = Promise.withResolvers<void>();
  let stopped = false;
  let sweepAt = 0;

  function tell(about: string, code: string, warn: () => void): void {
    if (told.get(about) !== code) warn();
    told.set(about, code);
  }
  const tellOfImport = (importId: string, code: string) =>
    tell(importId, code, () => logger.warn({ importId, code }, "a delivery's folder could not be looked after; trying again"));

  async function startWaiting(directory: string): Promise<void> {
    const startIfWaiting = async (importId: string) => {
      if (started.has(importId) || (await findDelivery(join(directory, importId))) === undefined) return;
      await startDatasetImport(client, config.taskQueue, importId);
      started.add(importId);
      logger.info({ importId }, "import started");
    };
    await eachByItself(await importIdsIn(directory), startIfWaiting, tellOfImport);
  }

  const undoAbandonedClaims = async () =>
    eachByItself(await importIdsIn(config.inboxDirectory), (importId) => undoIfAbandoned(config, importId), tellOfImport);
  const destroyLeftDeliveries = async () =>
    eachByItself(
      await listLeftDeliveries(context),
      (left) => destroyLeftDelivery(context, left),
      ({ importId }, code) => tellOfImport(importId, code),
    );

  async function sweep(): Promise<void> {
    if (Date.now() < sweepAt) return;
    sweepAt = Date.now() + SWEEP_EVERY;
    // Workflows that somebody ended by hand are started again, and what is still amiss is told again.
    started.clear();
    told.clear();
    await eachStep({
      undoAbandonedClaims,
      destroyLeftDeliveries,
      destroyExpiredKeys: () => destroyExpiredDeliveryKeys(context),
      destroyStrayKeys: () => destroyStrayKeys(context),
    });
  }

  /** One after the other, and whatever becomes of the one before: a broken folder must not keep keys alive. */
  function eachStep(steps: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
    const warn = (step: string, code: string) => logger.warn({ step, code }, "the drop folder could not be looked after; trying again");
    return eachByItself(
      Object.entries(steps),
      ([, step]) => step(),
      ([name], code) => tell(name, code, () => warn(name, code)),
    );
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await eachStep({
        sweep,
        claimComplete,
        startWaiting: () => startWaiting(config.inboxDirectory),
        startQuarantined: () => startWaiting(config.quarantineDirectory),
      });
      await Promise.race([stopping.promise, new Promise((resolve) => setTimeout(resolve, SCAN_EVERY).unref())]);
    }
  }

  const running = run();
  return {
    async stop() {
      stopped = true;
      stopping.resolve();
      await running;
    },
  };
}

/** Puts back what a killed claim had taken, and destroys its half copy. */
async function undoIfAbandoned(config: WorkerContext["config"], importId: string): Promise<void> {
  // On its way back from quarantine the file comes last.
  if (await exists(quarantineFolder(config, importId))) return;
  const folder = inboxFolder(config, importId);
  if (await isAbandoned(folder, Date.now() - ABANDONED_AFTER)) await abandonClaim(folder);
}

async function importIdsIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter(isImportId);
}

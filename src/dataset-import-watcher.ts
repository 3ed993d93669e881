import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import { destroyExpiredDeliveryKeys, destroyStrayKeys } from "./activities/dataset-import-key-upkeep.ts";
import { inboxFolder, isImportId, quarantineFolder } from "./activities/dataset-import-place.ts";
import { abandonClaim, claimDelivery, findDelivery, isAbandoned, isDeliveryName } from "./adapters/delivery-folder.ts";
import { errorCode, exists, fileState } from "./adapters/file-state.ts";
import { openOpenpgpKeyFolder } from "./adapters/openpgp-key-folder.ts";
import type { WorkerContext } from "./context.ts";
import { startDatasetImport } from "./dataset-import-client.ts";

const SCAN_EVERY = 1000;
const SWEEP_EVERY = 600_000;
/** A file that nobody has written to for this long is taken to be complete; one that was renamed into the folder is older already. */
const SETTLED_AFTER = 2000;
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
  const started = new Set<string>();
  const seen = new Map<string, SeenFile>();
  const stopping = Promise.withResolvers<void>();
  let stopped = false;
  let sweepAt = 0;

  async function startWaiting(): Promise<void> {
    for (const importId of await waitingImports(context)) {
      if (started.has(importId)) continue;
      await startDatasetImport(client, config.taskQueue, importId);
      started.add(importId);
      logger.info({ importId }, "import started");
    }
  }

  async function sweep(): Promise<void> {
    if (Date.now() < sweepAt) return;
    sweepAt = Date.now() + SWEEP_EVERY;
    // Workflows that somebody ended by hand are started again.
    started.clear();
    await undoAbandonedClaims(context);
    await destroyExpiredDeliveryKeys(context);
    await destroyStrayKeys(context);
  }

  async function run(): Promise<void> {
    while (!stopped) {
      // One after the other, and whatever becomes of the one before: a broken folder must not keep keys alive.
      for (const step of [() => claimComplete(context, seen), startWaiting, sweep]) {
        // Names and codes of errors only: a message may quote the name of a file.
        await step().catch((error: unknown) =>
          logger.warn(
            { error: error instanceof Error ? error.name : "unknown", code: errorCode(error) },
            "the drop folder could not be looked after; trying again",
          ),
        );
      }
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

interface SeenFile {
  readonly bytes: number;
  readonly changedAt: number;
  /** When it was first seen like this. */
  readonly since: number;
  /** Why it could not be claimed, once that has been told. */
  refusal?: string | undefined;
}

async function claimComplete({ config, logger, randomId }: WorkerContext, seen: Map<string, SeenFile>): Promise<void> {
  const names = (await readdir(config.dropDirectory)).filter(isDeliveryName);
  for (const name of seen.keys()) if (!names.includes(name)) seen.delete(name);
  for (const name of names) {
    const path = join(config.dropDirectory, name);
    const state = await fileState(path);
    if (state === undefined) continue;
    const before = seen.get(name);
    const unchanged = before !== undefined && before.bytes === state.bytes && before.changedAt === state.changedAt;
    const file: SeenFile = unchanged ? before : { ...state, since: Date.now() };
    seen.set(name, file);
    const settled = Date.now() - file.since >= SETTLED_AFTER || Date.now() - state.changedAt >= SETTLED_AFTER;
    if (!settled || state.bytes === 0) continue;
    try {
      await claimDelivery(path, inboxFolder(config, randomId()), { deliveredBy: "drop-folder" });
    } catch (error) {
      const code = errorCode(error) ?? "unknown";
      if (file.refusal !== code)
        logger.warn({ code }, "a file in the drop folder can't be taken, since it could not be destroyed; trying again");
      file.refusal = code;
    }
  }
}

/** Imports whose file is claimed and waits, in the inbox or in quarantine. */
async function waitingImports({ config }: WorkerContext): Promise<string[]> {
  const waiting: string[] = [];
  for (const directory of [config.inboxDirectory, config.quarantineDirectory]) {
    for (const name of (await readdir(directory)).filter(isImportId)) {
      if ((await findDelivery(join(directory, name))) !== undefined) waiting.push(name);
    }
  }
  return waiting;
}

/** Puts back what a killed claim had taken, and destroys its half copy. */
async function undoAbandonedClaims({ config }: WorkerContext): Promise<void> {
  for (const importId of (await readdir(config.inboxDirectory)).filter(isImportId)) {
    const folder = inboxFolder(config, importId);
    // On its way back from quarantine the file comes last.
    if (await exists(quarantineFolder(config, importId))) continue;
    if (await isAbandoned(folder, Date.now() - ABANDONED_AFTER)) await abandonClaim(folder);
  }
}

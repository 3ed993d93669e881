import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import { destroyExpiredDeliveryKeys } from "./activities/dataset-import-keys.ts";
import { inboxFolder, isImportId } from "./activities/dataset-import-place.ts";
import { claimDelivery, fileState, findDelivery, isDeliveryName } from "./adapters/delivery-folder.ts";
import { openOpenpgpKeyFolder } from "./adapters/openpgp-key-folder.ts";
import type { WorkerContext } from "./context.ts";
import { startDatasetImport } from "./dataset-import-client.ts";

const SCAN_EVERY = 1000;
const SWEEP_EVERY = 3_600_000;
/** A file that nobody has written to for this long is taken to be complete; one that was renamed into the folder is older already. */
const SETTLED_AFTER = 2000;

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

  async function scan(): Promise<void> {
    await claimComplete(context, seen);
    for (const importId of await waitingImports(context)) {
      if (started.has(importId)) continue;
      await startDatasetImport(client, config.taskQueue, importId);
      started.add(importId);
      logger.info({ importId }, "import started");
    }
    if (Date.now() < sweepAt) return;
    sweepAt = Date.now() + SWEEP_EVERY;
    await destroyExpiredDeliveryKeys(context);
  }

  async function run(): Promise<void> {
    while (!stopped) {
      // Names of errors only: a message may quote the name of a file.
      await scan().catch((error: unknown) =>
        logger.warn({ error: error instanceof Error ? error.name : "unknown" }, "the drop folder could not be looked after; trying again"),
      );
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
}

async function claimComplete({ config, randomId }: WorkerContext, seen: Map<string, SeenFile>): Promise<void> {
  const names = (await readdir(config.dropDirectory)).filter(isDeliveryName);
  for (const name of seen.keys()) if (!names.includes(name)) seen.delete(name);
  for (const name of names) {
    const path = join(config.dropDirectory, name);
    const state = await fileState(path);
    if (state === undefined) continue;
    const before = seen.get(name);
    const unchanged = before !== undefined && before.bytes === state.bytes && before.changedAt === state.changedAt;
    const since = unchanged ? before.since : Date.now();
    seen.set(name, { ...state, since });
    const settled = Date.now() - since >= SETTLED_AFTER || Date.now() - state.changedAt >= SETTLED_AFTER;
    if (settled && state.bytes > 0) await claimDelivery(path, inboxFolder(config, randomId()), { deliveredBy: "drop-folder" });
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

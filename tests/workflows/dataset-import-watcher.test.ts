import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { inboxFolder } from "../../src/activities/dataset-import-place.ts";
import { startDatasetImport } from "../../src/dataset-import-client.ts";
import { startDropFolderWatcher } from "../../src/dataset-import-watcher.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

const HOUR_AGO = new Date(Date.now() - 3_600_000);
let platform: ImportPlatform;
/** On another file system than the inbox. */
let dropDirectory: string;
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
  dropDirectory = mkdtempSync("/dev/shm/drop-");
});
afterAll(async () => {
  rmSync(dropDirectory, { recursive: true });
  await platform.remove();
});

async function watching(check: () => Promise<void> | void): Promise<void> {
  const context = { ...platform.context, config: { ...platform.context.config, dropDirectory } };
  const watcher = await startDropFolderWatcher(context, platform.client);
  try {
    await vi.waitFor(check, { timeout: 30_000, interval: 100 });
  } finally {
    await watcher.stop();
  }
}

function drop(name: string, file: Buffer): void {
  writeFileSync(join(dropDirectory, name), file);
  utimesSync(join(dropDirectory, name), HOUR_AGO, HOUR_AGO);
}

test("§4(1)1 a file that can't be taken stays where it is, and keeps no other from its import", async () => {
  // Its copy would bear a name that is too long.
  const unclaimable = `${"x".repeat(248)}.pgp`;
  drop(unclaimable, platform.seal(householdFile(madeUpRows(20, 1))));
  drop("household.pgp", platform.seal(householdFile(madeUpRows(25, 2))));
  await watching(async () => {
    expect(await platform.rowsOf(1)).toBe(25);
    expect(readdirSync(platform.context.config.inboxDirectory)).toEqual([]);
  });
  expect(readdirSync(dropDirectory)).toEqual([unclaimable]);
  rmSync(join(dropDirectory, unclaimable));
});

test("§4(4) a file whose claim was killed while it was copied is put back, and then imported", async () => {
  const importId = randomUUID();
  const folder = inboxFolder(platform.context.config, importId);
  mkdirSync(folder);
  writeFileSync(join(folder, "delivery.json"), JSON.stringify({ deliveredBy: "drop-folder", from: join(dropDirectory, "household.pgp") }));
  writeFileSync(join(folder, "household.pgp.partial"), "half a file");
  drop(`.${importId}.taken`, platform.seal(householdFile(madeUpRows(30, 3))));
  for (const path of [join(folder, "delivery.json"), join(folder, "household.pgp.partial"), folder]) utimesSync(path, HOUR_AGO, HOUR_AGO);
  await watching(async () => expect(await platform.rowsOf(1)).toBe(30));
  expect(readdirSync(dropDirectory)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

test("§4(4) a file whose import somebody ended is dealt with by another run, until the same day", async () => {
  const handle = await platform.deliver(platform.seal(householdFile(madeUpRows(20, 4), { claimedRows: 1 })));
  const { waitsUntil } = await platform.untilQuarantined(handle);
  await handle.terminate("by hand");
  const again = await startDatasetImport(platform.client, platform.context.config.taskQueue, handle.importId);
  expect(await platform.untilQuarantined(again)).toMatchObject({ rejection: { code: "wrong-row-count" }, waitsUntil });
});

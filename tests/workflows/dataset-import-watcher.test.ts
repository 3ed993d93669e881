import { randomUUID } from "node:crypto";
import { existsSync, lutimesSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { inboxFolder } from "../../src/activities/dataset-import-place.ts";
import { startDatasetImport } from "../../src/dataset-import-client.ts";
import { startDropFolderWatcher } from "../../src/dataset-import-watcher.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

const HOUR_AGO = new Date(Date.now() - 3_600_000);
let platform: ImportPlatform;
/** On another file system than the inbox. */
let dropDirectory: string;
/** What the watcher has warned of. */
let told: { readonly code?: string; readonly importId?: string; readonly msg: string }[];
beforeEach(() => {
  told = [];
});
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
  const logger = pino({ level: "warn" }, { write: (line: string) => void told.push(JSON.parse(line)) });
  const context = { ...platform.context, logger, config: { ...platform.context.config, dropDirectory } };
  const watcher = await startDropFolderWatcher(context, platform.client);
  try {
    await vi.waitFor(check, { timeout: 30_000, interval: 100 });
  } finally {
    await watcher.stop();
  }
}

function drop(name: string, file: Buffer | string): void {
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

test("§4(1)1 what lies in the drop folder and is never taken is told once, without its name", async () => {
  // 戶籍.pgp in Big5.
  const name = Buffer.concat([Buffer.from(join(dropDirectory, "/")), Buffer.from("a4e1c4792e706770", "hex")]);
  writeFileSync(name, "sealed");
  utimesSync(name, HOUR_AGO, HOUR_AGO);
  drop("household.csv", "not encrypted\n");
  drop("alone.pgp.manifest.json", "{}");
  drop("empty.pgp", "");
  drop(".half.pgp", "half");
  symlinkSync(join(dropDirectory, "household.csv"), join(dropDirectory, "link.pgp"));
  lutimesSync(join(dropDirectory, "link.pgp"), HOUR_AGO, HOUR_AGO);
  // One that somebody writes to may become a delivery.
  writeFileSync(join(dropDirectory, "new.pgp"), "");
  drop("household.pgp", platform.seal(householdFile(madeUpRows(26, 6))));
  const codes = ["empty-file", "name-not-utf-8", ...Array(3).fill("not-a-delivery-name"), "not-a-file"];
  await watching(async () => {
    expect(await platform.rowsOf(1)).toBe(26);
    expect(told.map(({ code }) => code).sort()).toEqual(codes);
  });
  await watching(() => new Promise((resolve) => setTimeout(resolve, 2500)));
  expect(told).toHaveLength(2 * codes.length);
  expect(JSON.stringify(told)).not.toMatch(/household|link|half|alone/);
  rmSync(dropDirectory, { recursive: true });
  mkdirSync(dropDirectory);
});

test("§4(1)1 something else in the inbox keeps no file from its import, and is told by its id", async () => {
  const importId = randomUUID();
  writeFileSync(inboxFolder(platform.context.config, importId), "");
  drop("household.pgp", platform.seal(householdFile(madeUpRows(27, 7))));
  await watching(async () => expect(await platform.rowsOf(1)).toBe(27));
  expect(told).toMatchObject([{ importId, code: "ENOTDIR" }]);
  rmSync(inboxFolder(platform.context.config, importId));
});

test("§4(4) what can't be looked after keeps no key alive whose time has come", async () => {
  const config = platform.context.config;
  const deliveries = join(config.keysDirectory, "openpgp", "deliveries");
  const [broken, abandoned] = [inboxFolder(config, randomUUID()), inboxFolder(config, randomUUID())];
  writeFileSync(broken, "");
  mkdirSync(abandoned);
  symlinkSync("/nowhere", join(abandoned, "household.pgp.manifest.json"));
  lutimesSync(join(abandoned, "household.pgp.manifest.json"), HOUR_AGO, HOUR_AGO);
  utimesSync(abandoned, HOUR_AGO, HOUR_AGO);
  // A folder can't be destroyed as a key is.
  mkdirSync(join(deliveries, `${"0".repeat(40)}.asc`));
  writeFileSync(join(deliveries, `${"1".repeat(40)}.asc`), "stray");
  await watching(() => {
    expect(readdirSync(deliveries)).toEqual([`${"0".repeat(40)}.asc`]);
    expect(existsSync(abandoned)).toBe(false);
  });
  rmSync(broken);
  rmSync(join(deliveries, `${"0".repeat(40)}.asc`), { recursive: true });
});

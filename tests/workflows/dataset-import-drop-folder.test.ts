import { appendFileSync, existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DropFolderWatcher, startDropFolderWatcher } from "../../src/dataset-import-watcher.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

let platform: ImportPlatform;
let watchers: DropFolderWatcher[];
/** Two workers' watchers on one folder, as two machines would have them. */
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
  watchers = await Promise.all([1, 2].map(() => startDropFolderWatcher(platform.context, platform.client)));
});
afterAll(async () => {
  for (const watcher of watchers) await watcher.stop();
  await platform.remove();
});

const drop = (name: string) => join(platform.context.config.dropDirectory, name);

async function importsOf(fileName: string): Promise<string[]> {
  const { rows } = await platform.context.pool.query("select stage from dataset_import where file_name = $1", [fileName]);
  return rows.map(({ stage }) => stage);
}

describe("the drop folder", () => {
  test("§4(1)1 leaves a file alone that is still being written, and takes it when it is whole", async () => {
    const file = platform.seal(householdFile(madeUpRows(200, 9001)));
    const path = drop("household-slow.pgp");
    let longestPause = Number.POSITIVE_INFINITY;
    // Only a writer that never rests has shown anything; on a machine that stalled it has to write once more.
    while (longestPause > 1500) {
      longestPause = 0;
      writeFileSync(path, "");
      for (let start = 0; start < file.length; start += Math.ceil(file.length / 14)) {
        const before = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 250));
        longestPause = Math.max(longestPause, Date.now() - before);
        if (longestPause <= 1500) expect(existsSync(path), `after ${start} of ${file.length} bytes`).toBe(true);
        appendFileSync(path, file.subarray(start, start + Math.ceil(file.length / 14)));
      }
    }
    expect(await importsOf("household-slow.pgp")).toEqual([]);
    await expect.poll(() => importsOf("household-slow.pgp")).toEqual(["imported"]);
    expect(existsSync(path)).toBe(false);
  });

  test("§4(1)1 takes no hidden file, no other kind of file and no empty one, and takes a hidden one once it is renamed", async () => {
    const file = platform.seal(householdFile(madeUpRows(20, 9002)));
    writeFileSync(drop(".household-hidden.pgp"), file);
    writeFileSync(drop("household.csv"), "not encrypted\n");
    writeFileSync(drop("household-empty.pgp"), "");
    writeFileSync(drop("household-after.pgp"), platform.seal(householdFile(madeUpRows(20, 9003))));
    await expect.poll(() => importsOf("household-after.pgp")).toEqual(["imported"]);
    expect(readdirSync(drop(".")).sort()).toEqual([".household-hidden.pgp", "household-empty.pgp", "household.csv"]);
    // Signed before what has been imported meanwhile, so it is refused; that it is taken at all is the point.
    renameSync(drop(".household-hidden.pgp"), drop("household-renamed.pgp"));
    await expect.poll(() => importsOf("household-renamed.pgp")).toEqual(["quarantined"]);
  });

  test("§4(1)3 gives each file to one of two watchers: none is imported twice, and none is lost", async () => {
    const names = Array.from({ length: 6 }, (_, index) => `household-both-${index}.pgp`);
    for (const [index, name] of names.entries()) {
      const file = platform.gnupg.run(householdFile(madeUpRows(5, 9100 + index)), "-r", "standing delivery key", "-e");
      writeFileSync(drop(`.${name}`), file);
    }
    for (const name of names) renameSync(drop(`.${name}`), drop(name));
    // Nobody signed them, so that each ends where it can be counted.
    await expect
      .poll(async () => (await Promise.all(names.map(importsOf))).flat().filter((stage) => stage === "quarantined").length)
      .toBe(names.length);
    for (const name of names) expect(await importsOf(name), name).toEqual(["quarantined"]);
    expect(readdirSync(platform.context.config.inboxDirectory)).toEqual([]);
    expect(readdirSync(platform.context.config.quarantineDirectory)).toHaveLength(names.length + 1);
  });
});

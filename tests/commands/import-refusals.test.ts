import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { inboxFolder } from "../../src/activities/dataset-import-place.ts";
import { askForKeys, getImportHandle } from "../../src/dataset-import-client.ts";
import { runImportCommand } from "../../src/dataset-import-command.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

let platform: ImportPlatform;
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
});
afterAll(() => platform.remove());

test("§4(1)3 the command says when the worker looks into another inbox, and goes on once the file is there", async () => {
  const { config } = platform.context;
  const elsewhere = { ...config, inboxDirectory: join(config.dataDirectory, "elsewhere") };
  const file = join(config.dataDirectory, "household.pgp");
  writeFileSync(file, platform.seal(householdFile(madeUpRows(20, 1))));
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const asked = vi.spyOn(platform.client.workflowService, "getWorkflowExecutionHistory");
  const ended = runImportCommand([file, "--as", "wu.officer"], elsewhere, (use) => use(platform.client));
  await vi.waitFor(() => expect(log).toHaveBeenCalledWith(expect.stringContaining("INBOX_DIR is another folder")), { timeout: 30_000 });
  const id = /^Import ([0-9a-f-]+):/.exec(log.mock.calls[0]?.[0])?.[1] as string;
  mkdirSync(config.inboxDirectory, { recursive: true });
  renameSync(inboxFolder(elsewhere, id), inboxFolder(config, id));
  expect(await ended).toContain("Imported 20 rows");
  // It waited for seconds by a question or two, not by hundreds.
  expect(asked.mock.calls.length).toBeLessThan(10);
  asked.mockRestore();
  log.mockRestore();
});

test("§4(4) whoever follows an import hears at once that somebody ended its process", async () => {
  const { config } = platform.context;
  // Nobody looks into this inbox, so that the import waits for its file.
  const elsewhere = { ...config, inboxDirectory: join(config.dataDirectory, "elsewhere") };
  const file = join(config.dataDirectory, "ended.pgp");
  writeFileSync(file, platform.seal(householdFile(madeUpRows(20, 3))));
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const followed = runImportCommand([file, "--as", "wu.officer"], elsewhere, (use) => use(platform.client));
  const refused = expect(followed).rejects.toThrow(
    /^Somebody ended the process of import [0-9a-f-]{36}\. The platform begins another within ten minutes/,
  );
  await vi.waitFor(() => expect(log).toHaveBeenCalledWith("receiving"), { timeout: 30_000 });
  const id = /^Import ([0-9a-f-]+):/.exec(log.mock.calls[0]?.[0])?.[1] as string;
  await getImportHandle(platform.client, id).terminate("by hand");
  await refused;
  log.mockRestore();
});

test("§3(10) the command takes no ID number and no blank for the account", async () => {
  const run = (account: string) => runImportCommand(["file.pgp", "--as", account], platform.context.config, (use) => use(platform.client));
  await expect(run("A123456789")).rejects.toMatchObject({ code: "account-malformed" });
  await expect(run(" ")).rejects.toThrow("say who imports it");
});

test("§3(1) §4(1)1 what nobody in office delivers is rejected, nobody else decides about it, and the dedicated officer may have it tried again", async () => {
  const { config } = platform.context;
  const file = join(config.dataDirectory, "other.pgp");
  writeFileSync(file, platform.seal(householdFile(madeUpRows(20, 2))));
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const run = (...argv: string[]) => runImportCommand(argv, config, (use) => use(platform.client));
  const rejected = await run(file, "--as", "hung.case", "--dataset", "household");
  expect(rejected).toContain("is rejected (not-in-office)");
  const id = rejected.slice(7, 43);
  const retry = (account: string) => run("decide", id, "retry", "--as", account, "--reason", "已確認來源");
  await expect(retry("hung.case")).rejects.toThrow("(not-in-office, clause 3(1))");
  await retry("wu.officer");
  expect(await run("show", id)).toContain("Imported 20 rows");
  log.mockRestore();
  process.exitCode = 0;
  const { rows } = await platform.context.pool.query("select actor from dataset_step where import_id = $1", [id]);
  expect(rows).toEqual([{ actor: "wu.officer" }]);
  const issue = { action: "issue", dataset: "household", version: 4, days: 7, actor: "lin.manager", reason: "九月交付" } as const;
  await expect(askForKeys(platform.client, config.taskQueue, issue)).rejects.toMatchObject({ code: "not-in-office" });
});

test("§4(1)1 the command takes no file under the name of a dataset that there is none of, nor two at once", async () => {
  const { config } = platform.context;
  const file = join(config.dataDirectory, "household.pgp");
  writeFileSync(file, "a delivery");
  const run = (...argv: string[]) => runImportCommand([...argv, "--as", "wu.officer"], config, (use) => use(platform.client));
  await expect(run(file, "--dataset", "houshold")).rejects.toThrow(/^There is no dataset houshold: --dataset is one of .*household/);
  await expect(run(file, file)).rejects.toThrow("One file at a time");
  expect(existsSync(file)).toBe(true);
});

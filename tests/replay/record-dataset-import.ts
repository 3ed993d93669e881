import { afterAll, beforeAll, expect, test } from "vitest";
import { decide, importWorkflowId } from "../../src/dataset-import-client.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";
import { keepHistory } from "./keep-history.ts";

let platform: ImportPlatform;
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
});
afterAll(() => platform.remove());

const good = (seed: number) => platform.seal(householdFile(madeUpRows(20, seed)));
const unsigned = () => platform.gnupg.run(householdFile(madeUpRows(20, 1)), "-r", "standing delivery key", "-e");
const keep = (importId: string, file: string) => keepHistory(platform.client, importWorkflowId(importId), file);

test("a file that was imported, and its second copy", async () => {
  const file = good(1);
  const handle = await platform.deliver(file);
  await handle.result();
  await keep(handle.importId, "dataset-import-imported.json");
  const again = await platform.deliver(file);
  expect(await again.result()).toMatchObject({ rejection: { code: "already-imported" } });
  await keep(again.importId, "dataset-import-second-copy.json");
});

test("a rejected file that waits, is tried again, waits again, and is destroyed", async () => {
  const handle = await platform.deliver(unsigned());
  await platform.untilQuarantined(handle);
  await keep(handle.importId, "dataset-import-quarantined.json");
  await decide(platform.client, handle.importId, { choice: "retry", actor: "wu.officer", reason: "已確認指紋" });
  await platform.untilQuarantined(handle);
  await decide(platform.client, handle.importId, { choice: "destroy", actor: "wu.officer", reason: "退回重送" });
  await handle.result();
  await keep(handle.importId, "dataset-import-destroyed.json");
});

test("requests about keys, and the nightly upkeep", async () => {
  const { client, context } = platform;
  const run = async (workflow: "keepDatasetKeys" | "upkeep", args: unknown[], file: string) => {
    await client.workflow.execute(workflow, { workflowId: `replay-${workflow}`, taskQueue: context.config.taskQueue, args });
    await keepHistory(client, `replay-${workflow}`, file);
  };
  await run(
    "keepDatasetKeys",
    [{ action: "issue", dataset: "household", version: 4, days: 7, actor: "wu.officer", reason: "九月交付" }],
    "dataset-import-keys.json",
  );
  await run("upkeep", [], "upkeep.json");
});

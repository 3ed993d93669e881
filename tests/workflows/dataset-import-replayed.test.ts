import { afterAll, beforeAll, expect, test } from "vitest";
import { askForKeys, decide, importWorkflowId, startDatasetImport } from "../../src/dataset-import-client.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { createImportPlatform, type ImportPlatform, STANDING } from "../support/import-platform.ts";
import { type Intruder, intruderOf } from "../support/intruder.ts";

const actor = "wu.officer";
let platform: ImportPlatform;
let intruder: Intruder;
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
  intruder = intruderOf(platform.client);
});
afterAll(() => platform.remove());

const rows = async (query: string) => (await platform.context.pool.query(query)).rows;

test("§3(1) §4(1)1 a key that was distrusted is not trusted again by its old request, sent anew by somebody without the key", async () => {
  const { taskQueue } = platform.context.config;
  platform.gnupg.makeKey("stolen@example.test", "ed25519");
  const publicKey = platform.gnupg.exportKey("stolen@example.test");
  const trusted = async () => (await platform.keyFolder.trusted("civil-affairs")).map((key) => key.fingerprint);
  const trust = { action: "trust", dataset: "household", publicKey, actor, reason: "電話核對" } as const;
  const { fingerprint = "" } = await askForKeys(platform.client, taskQueue, trust);
  expect(await trusted()).toContain(fingerprint);
  await askForKeys(platform.client, taskQueue, { action: "distrust", dataset: "household", fingerprint, actor, reason: "私鑰外洩" });
  const [first] = await rows("select step_key from dataset_step where step = 'supplier-key-trusted'");
  const workflowId = first.step_key.replace("trust/", "");
  await intruder.startAgain(workflowId, taskQueue);
  expect(await platform.client.workflow.getHandle(workflowId).result()).toEqual({ fingerprint });
  expect(await trusted()).not.toContain(fingerprint);
  // The officer may trust it again, and then its old distrust takes nothing away.
  await askForKeys(platform.client, taskQueue, trust);
  const [last] = await rows("select step_key from dataset_step where step = 'supplier-key-distrusted'");
  const distrusted = last.step_key.replace("distrust/", "");
  await intruder.startAgain(distrusted, taskQueue);
  expect(await platform.client.workflow.getHandle(distrusted).result()).toEqual({ fingerprint });
  expect(await trusted()).toContain(fingerprint);
});

test("§4(4) a decision on a rejected file decides about no later rejection when it is sent again", async () => {
  platform.gnupg.makeKey("stranger@example.test", "ed25519");
  const options = [...atTime(platform.nextTime()), "-u", "stranger@example.test", "-r", STANDING, "-s", "-e"];
  const handle = await platform.deliver(platform.gnupg.run(householdFile(madeUpRows(20, 5)), ...options));
  const { waitsUntil } = await platform.untilQuarantined(handle);
  const decisions = async () => Number((await rows("select count(*) from dataset_step where step = 'quarantine-decided'"))[0].count);
  await decide(platform.client, handle.importId, { choice: "retry", actor, reason: "已洽該單位" });
  expect(await platform.untilQuarantined(handle)).toMatchObject({ stage: "quarantined", waitsUntil });
  const [decision] = await intruder.updates(importWorkflowId(handle.importId), "decideQuarantine");
  expect([decision?.name, await decisions()]).toEqual(["decideQuarantine", 1]);
  if (decision !== undefined) await intruder.send(importWorkflowId(handle.importId), decision);
  expect([await platform.untilQuarantined(handle), await decisions()]).toMatchObject([{ stage: "quarantined" }, 1]);
  // Also to a run that knows nothing of the first.
  await handle.terminate();
  const next = await startDatasetImport(platform.client, platform.context.config.taskQueue, handle.importId);
  await platform.untilQuarantined(next);
  if (decision !== undefined) await intruder.send(next.workflowId, decision);
  expect([await platform.untilQuarantined(next), await decisions()]).toMatchObject([{ stage: "quarantined" }, 1]);
  await decide(platform.client, handle.importId, { choice: "destroy", actor, reason: "退回重送" });
  expect(await next.result()).toMatchObject({ imported: false });
});

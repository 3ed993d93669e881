import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { askForKeys, decide, importWorkflowId } from "../../src/dataset-import-client.ts";
import { householdFile, type MadeUpRow, madeUpRows } from "../support/delivery.ts";
import { decodedHistory, rawHistory } from "../support/history.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

const ID_NUMBER = /(?<![a-z0-9])[a-z][1289a-d]\d{8}(?![a-z0-9])/i;
let platform: ImportPlatform;
let owner: Pool;
let close: () => Promise<void>;

beforeAll(async () => {
  platform = await createImportPlatform();
  ({ pool: owner, close } = openDatabase(platform.database.ownerUrl, { max: 1 }));
  await platform.startWorker();
});
afterAll(async () => {
  await close();
  await platform.remove();
});

/** Opens the history of an import; whatever the file said, and what it was called, must not be in it. */
async function openHistory(importId: string, rows: readonly MadeUpRow[]): Promise<string> {
  const raw = JSON.stringify(await rawHistory(platform.client, importWorkflowId(importId)));
  const opened = JSON.stringify(await decodedHistory(platform.client, importWorkflowId(importId)));
  for (const text of [raw, opened]) {
    expect(text).not.toMatch(ID_NUMBER);
    for (const { nationalId, name, birthDate } of rows)
      for (const field of [nationalId, name, birthDate]) expect(text).not.toContain(field);
  }
  return opened;
}

describe("what Temporal keeps of an import", () => {
  test("§4(1)3 holds nobody of a good file, and nothing of its name", async () => {
    const rows = madeUpRows(20, 3001);
    const handle = await platform.deliver(platform.seal(householdFile(rows)), { name: `household-${rows[0]?.nationalId}.pgp` });
    expect(await handle.result()).toMatchObject({ imported: true });
    expect(await openHistory(handle.importId, rows)).toContain('"rowsRead":20');
  });

  test("§4(1)3 holds lines and codes of a bad file, and nobody of it", async () => {
    const rows = madeUpRows(20, 3002).map((row, index) => (index < 12 ? { ...row, birthDate: "1140229" } : row));
    const handle = await platform.deliver(platform.seal(householdFile(rows)), { name: `household-${rows[0]?.name}.pgp` });
    await platform.untilQuarantined(handle);
    await decide(platform.client, handle.importId, { choice: "destroy", actor: "wu.officer", reason: "退回重送" });
    await handle.result();
    const opened = await openHistory(handle.importId, rows);
    expect(opened).toContain('{"line":2,"code":"invalid-birth-date"}');
    expect(opened).toContain("退回重送");
    expect(JSON.stringify(await rawHistory(platform.client, importWorkflowId(handle.importId)))).not.toContain("wu.officer");
  });

  test("§4(1)3 holds nobody of a file whose loading failed, though the database quoted a row", async () => {
    const rows = madeUpRows(23, 3003);
    // As a defect would: the server's message then quotes the whole row.
    await owner.query("alter table generation add constraint defect check (row_count is null or row_count <> 23)");
    const handle = await platform.deliver(platform.seal(householdFile(rows)));
    const attempts = async () => (await handle.describe()).raw.pendingActivities?.[0]?.attempt ?? 0;
    await expect.poll(attempts).toBeGreaterThan(1);
    await owner.query("alter table generation drop constraint defect");
    expect(await handle.result()).toMatchObject({ imported: true });
    const opened = await openHistory(handle.importId, rows);
    expect(opened).toContain("Loading failed: error 23514");
    expect(opened).not.toContain("Failing row");
  });

  test("§4(1)3 is ciphertext of a request about keys, and no private half when it is opened", async () => {
    const { fingerprint = "" } = await askForKeys(platform.client, platform.context.config.taskQueue, {
      action: "issue",
      dataset: "household",
      version: 4,
      days: 7,
      ...{ actor: "wu.officer", reason: "九月交付" },
    });
    const workflows = platform.client.workflow.list({
      query: `TaskQueue = "${platform.context.config.taskQueue}" and WorkflowType = "keepDatasetKeys"`,
    });
    const ids: string[] = [];
    await expect
      .poll(async () => {
        for await (const { workflowId } of workflows) ids.push(workflowId);
        return ids.length;
      })
      .toBeGreaterThan(0);
    const raw = JSON.stringify(await rawHistory(platform.client, ids[0] as string));
    for (const text of [fingerprint, "wu.officer", "BEGIN PGP"]) expect(raw).not.toContain(text);
    const opened = JSON.stringify(await decodedHistory(platform.client, ids[0] as string));
    expect(opened).toContain(fingerprint);
    expect(opened).toContain("BEGIN PGP PUBLIC KEY BLOCK");
    expect(opened).not.toContain("PRIVATE KEY");
  });
});

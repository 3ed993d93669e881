import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { monthOfEntry } from "../../src/domain/query-log-form.ts";
import { retention, retentionWorkflowId } from "../../src/workflows/retention.ts";
import { decryptedHistory } from "../support/history.ts";
import { MANAGER, OFFICER, OTHER_MANAGER, say } from "../support/integration.ts";
import { createLogPlatform, type LogPlatform } from "../support/log-platform.ts";

let platform: LogPlatform;
const held = (by = OFFICER) => ({ ...say(by), matter: "政風-115-1" });

beforeAll(async () => {
  platform = await createLogPlatform();
  await platform.startWorker();
  for (const month of ["2020-10", "2020-11"]) await platform.askAt(`${month}-20T12:00:00+08:00`);
  await platform.keeping.settle();
});
afterAll(() => platform.stop());

async function proposed(month: string) {
  const { taskQueue } = platform.context.config;
  const handle = await platform.client.workflow.start(retention, {
    workflowId: retentionWorkflowId(taskQueue, month),
    taskQueue,
    args: [month],
  });
  await expect.poll(async () => (await platform.retention.show(month)).timeline.length).toBe(1);
  return handle;
}

async function keep(workflowId: string, file: string): Promise<void> {
  const events = await decryptedHistory(platform.client, workflowId);
  // Who recorded it, and on which machine, is nobody's business.
  const anonymous = (_name: string, value: unknown) => (typeof value === "string" && /^\d+@/.test(value) ? "recorder" : value);
  writeFileSync(join(import.meta.dirname, file), `${JSON.stringify({ events }, anonymous, 2)}\n`);
}

test("a month that was held, released, and disposed of", async () => {
  const handle = await proposed("2020-10");
  await platform.retention.hold("2020-10", held());
  await platform.retention.lift("2020-10", held(MANAGER));
  await platform.retention.approve("2020-10", say(OTHER_MANAGER));
  await handle.result();
  await keep(handle.workflowId, "retention-disposed.json");
});

test("a month that is held after an approval that found an edited entry", async () => {
  await platform.api.owner.pool.query("update query_log set entry = entry || '\\x20' where to_char(asked_at, 'YYYY-MM') = '2020-11'");
  const handle = await proposed("2020-11");
  await platform.retention.approve("2020-11", say(MANAGER));
  await expect.poll(async () => (await platform.retention.show("2020-11")).timeline.at(-1)?.step).toBe("stop");
  await platform.retention.hold("2020-11", held());
  await keep(handle.workflowId, "retention-held.json");
});

test("a month of today that is held long before its time", async () => {
  const month = monthOfEntry(Date.now());
  await platform.retention.hold(month, held());
  await keep(retentionWorkflowId(platform.context.config.taskQueue, month), "retention-early-hold.json");
});

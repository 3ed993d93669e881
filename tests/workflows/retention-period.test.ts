import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { retentionEnd } from "../../src/domain/log-month.ts";
import { monthOfEntry } from "../../src/domain/query-log-form.ts";
import { stateOf } from "../../src/domain/retention.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { retentionWorkflowId } from "../../src/workflows/retention.ts";
import { upkeep } from "../../src/workflows/upkeep.ts";
import { setRecordsClock } from "../support/database.ts";
import { MANAGER, OFFICER, OTHER_MANAGER, say } from "../support/integration.ts";
import { codeOf } from "../support/integration-platform.ts";
import { createLogPlatform, type LogPlatform } from "../support/log-platform.ts";
import { createTimeSkippingEnvironment } from "../support/temporal.ts";

let environment: TestWorkflowEnvironment;
let platform: LogPlatform;

beforeAll(async () => {
  environment = await createTimeSkippingEnvironment();
  platform = await createLogPlatform(environment);
  await platform.startWorker();
});
afterAll(async () => {
  await platform.stop();
  await environment.teardown();
});

/** Everybody's clock, the database's too. */
async function sleepUntil(moment: number): Promise<void> {
  await environment.sleep(moment - (await environment.currentTimeMs()));
  platform.clock = await environment.currentTimeMs();
  await setRecordsClock(platform.api.owner.pool, platform.clock);
}

test("§4(1)5 §4(2)5 an entry of today can be proved five years later, when its month has been proposed, held, released and disposed of", async () => {
  const month = monthOfEntry(Date.now());
  const [receipt] = await platform.askAt(new Date().toISOString());
  await platform.keeping.settle();
  const held = { ...say(OFFICER), matter: "政風-115-9" };
  await platform.retention.hold(month, held);
  const show = () => platform.retention.show(month);
  const runUpkeep = () =>
    platform.client.workflow.execute(upkeep, { workflowId: `upkeep-${platform.clock}`, taskQueue: platform.context.config.taskQueue });

  await sleepUntil(retentionEnd(month, 5) - 60_000);
  await runUpkeep();
  expect(stateOf(await show())).toBe("kept");

  await sleepUntil(retentionEnd(month, 5) + 60_000);
  await runUpkeep();
  await expect.poll(async () => stateOf(await show())).toBe("proposed");
  expect(await codeOf(platform.retention.approve(month, say(OTHER_MANAGER)))).toBe("under-legal-hold");
  await platform.retention.lift(month, { ...held, ...say(MANAGER) });
  await platform.retention.approve(month, say(OTHER_MANAGER));
  const ended = await platform.client.workflow.getHandle(retentionWorkflowId(platform.context.config.taskQueue, month)).result();
  expect(ended.certificate).toMatchObject({ entries: 1, ranges: [[0, 0]], approvedBy: OTHER_MANAGER.account });
  expect(taipeiDate(Date.parse(ended.certificate.disposedAt))).toBe(taipeiDate(retentionEnd(month, 5)));
  expect(await platform.entriesOf(month)).toBe(0);
  expect(await platform.proves(receipt as { leafHash: string; leafIndex: number })).toBe(true);
});

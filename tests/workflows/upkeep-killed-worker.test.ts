import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import type { upkeep } from "../../src/workflows/upkeep.ts";
import { holdStatement } from "../support/held-statement.ts";
import { createTestPlatform } from "../support/worker.ts";
import { startWorkerProcess } from "../support/worker-process.ts";

const MINUTE = 60_000;

test("§4(2)5 the daily upkeep of a worker killed with -9 is taken up by another within a minute", async () => {
  const platform = await createTestPlatform();
  const owner = openDatabase(platform.database.ownerUrl, { max: 3 });
  let worker = await startWorkerProcess(platform);
  try {
    const held = await holdStatement(owner.pool, "database_size", "insert", "true");
    const handle = await platform.client.workflow.start<typeof upkeep>("upkeep", {
      workflowId: randomUUID(),
      taskQueue: platform.context.config.taskQueue,
    });
    await expect.poll(held.isWaiting).toBe(true);
    await worker.kill();
    await held.release();
    const killed = performance.now();
    worker = await startWorkerProcess(platform);
    await handle.result();
    expect(performance.now() - killed).toBeLessThan(MINUTE);
    expect((await owner.pool.query("select from database_size")).rowCount).toBe(1);
  } finally {
    await worker.kill();
    await owner.close();
    await platform.stop();
  }
});

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MockActivityEnvironment } from "@temporalio/testing";
import type { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createDatasetImportActivities } from "../../src/activities/dataset-import.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { holdStatement } from "../support/held-statement.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

// Activities are tried as a worker would try them, but by hand: no worker serves this platform.
let platform: ImportPlatform;
let owner: Pool;
let close: () => Promise<void>;
let activities: ReturnType<typeof createDatasetImportActivities>;
beforeAll(async () => {
  platform = await createImportPlatform();
  ({ pool: owner, close } = openDatabase(platform.database.ownerUrl, { max: 3 }));
  activities = createDatasetImportActivities(platform.context);
});
afterAll(async () => {
  await close();
  await platform.remove();
});

type Step = "receiveDelivery" | "loadGeneration" | "indexGeneration" | "switchGeneration" | "dropLoaded";
const attempt = (step: Step, importId: string, on = new MockActivityEnvironment({ attempt: 1 })) => on.run(activities[step], importId);

/** A delivered file whose generation is loaded and indexed. */
async function loaded(seed: number): Promise<string> {
  const { importId } = await platform.deliver(platform.seal(householdFile(madeUpRows(20, seed))));
  for (const step of ["receiveDelivery", "loadGeneration", "indexGeneration"] as const)
    expect(await attempt(step, importId)).toBeUndefined();
  return importId;
}

/** How many statements of the worker wait for somebody else's transaction. */
async function waiting(): Promise<number> {
  const { rows } = await owner.query(
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event <> 'advisory'",
  );
  return rows.length;
}

test("§4(1)3 a switch whose first try is taken for dead while it commits is found done by the second", async () => {
  const importId = await loaded(1);
  const held = await holdStatement(owner, "dataset_import", "update", "new.stage = 'switched'");
  const first = attempt("switchGeneration", importId);
  await expect.poll(held.isWaiting).toBe(true);
  const second = attempt("switchGeneration", importId);
  await expect.poll(waiting).toBe(1);
  await held.release();
  expect(await Promise.all([first, second])).toEqual([undefined, undefined]);
  expect(await platform.record(importId)).toMatchObject({ stage: "switched", rejectionCode: null });
  expect(await platform.rowsOf(1)).toBe(20);
});

test("§4(4) a loaded generation that a backup reads is dropped when the backup has ended; no connection waits for it until then", async () => {
  const importId = await loaded(2);
  const reader = await owner.connect();
  const { rows } = await owner.query("select generation_id from generation where import_id = $1", [importId]);
  const table = `subject_generation_${rows[0].generation_id}`;
  await reader.query(`begin; lock table ${table} in access share mode`);
  const worker = new MockActivityEnvironment({ attempt: 1 });
  let beats = 0;
  worker.on("heartbeat", () => {
    beats += 1;
  });
  // Temporal takes a try without a beat for dead after ten seconds.
  const refused = await Promise.race([attempt("dropLoaded", importId, worker).catch((error) => error.code), sleep(9000, "still waiting")]);
  expect(refused).toBe("55P03");
  expect(beats).toBeGreaterThan(0);
  expect(await waiting()).toBe(0);
  await reader.query("rollback");
  reader.release();
  await attempt("dropLoaded", importId);
  expect((await owner.query("select from pg_class where relname = $1", [table])).rows).toEqual([]);
});

test("§4(1)3 a machine that can't start another process for a while fails the try, not the worker", async () => {
  const { importId } = await platform.deliver(platform.seal(householdFile(madeUpRows(20, 3))));
  expect(await attempt("receiveDelivery", importId)).toBeUndefined();
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  const { execPath } = process;
  process.prependListener("uncaughtException", note);
  process.execPath = join(platform.context.config.dataDirectory, "no-node");
  try {
    await expect(attempt("loadGeneration", importId)).rejects.toMatchObject({ code: "ENOENT" });
    // Its order can't be told either, which is said a moment later.
    await sleep(100);
  } finally {
    process.execPath = execPath;
    process.off("uncaughtException", note);
  }
  expect(uncaught).toEqual([]);
  expect(await attempt("loadGeneration", importId)).toBeUndefined();
});

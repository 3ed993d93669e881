import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Pool, PoolClient } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { decide } from "../../src/dataset-import-client.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { CIVIL_AFFAIRS, createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";
import { startWorkerProcess, type WorkerProcess } from "../support/worker-process.ts";

/** A lock of Postgres that the test holds; statements that would take a step wait for it, as they would for a busy server. */
const LOCK = 4711;
const STEPS = {
  "after decrypting": ["dataset_import", "update", "new.stage = 'loaded'"],
  "before the switch": ["generation", "update", "new.switched_at is not null"],
  "before destruction": ["dataset_import", "update", "old.stage = 'switched' and new.stage = 'switched'"],
  "after destruction, before its certificate": ["destruction_certificate", "insert", "new.destroyed_object = 'delivery-file'"],
  "after the key's destruction, before its certificate": ["destruction_certificate", "insert", "new.destroyed_object = 'delivery-key'"],
  "before the last record": ["dataset_import", "update", "new.stage in ('imported', 'rejected')"],
  "before the old generation is dropped": ["destruction_certificate", "insert", "new.destroyed_object = 'generation'"],
  "while a rejected file is put into quarantine": ["dataset_import", "update", "new.stage = 'quarantined'"],
} as const;
type Step = keyof typeof STEPS;

let platform: ImportPlatform;
let owner: Pool;
let closeOwner: () => Promise<void>;
let holder: PoolClient;
let worker: WorkerProcess;

beforeAll(async () => {
  platform = await createImportPlatform();
  ({ pool: owner, close: closeOwner } = openDatabase(platform.database.ownerUrl, { max: 4 }));
  await owner.query(
    `create function wait_for_test() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock_shared(${LOCK}); return new; end'`,
  );
  holder = await owner.connect();
  worker = await startWorkerProcess(platform);
  expect(await (await deliver(madeUpRows(20, 0))).result()).toMatchObject({ imported: true });
}, 60_000);
afterAll(async () => {
  await worker.kill();
  holder.release();
  await closeOwner();
  await platform.remove();
});

let fingerprint = "";
beforeEach(() => {
  fingerprint = "";
});

/** Seals a file to a delivery key of its own and hands it over. */
async function deliver(rows: Parameters<typeof householdFile>[0], style = {}) {
  ({ fingerprint } = await platform.issueDeliveryKey());
  const options = [...atTime(platform.nextTime()), "-u", CIVIL_AFFAIRS, "-r", fingerprint, "-s", "-e"];
  return platform.deliver(platform.gnupg.run(householdFile(rows, style), ...options));
}

async function holdAt(step: Step): Promise<() => Promise<void>> {
  const [table, event, condition] = STEPS[step];
  await holder.query("select pg_advisory_lock($1)", [LOCK]);
  await owner.query(
    `create trigger wait_for_test before ${event} on ${table} for each row when (${condition}) execute function wait_for_test()`,
  );
  return async () => {
    await holder.query("select pg_advisory_unlock($1)", [LOCK]);
    await owner.query(`drop trigger wait_for_test on ${table}`);
  };
}

async function until(found: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await found())) {
    if (Date.now() > end) throw new Error(`The worker never came to this step. ${worker.output().slice(-2000)}`);
    await new Promise((wake) => setTimeout(wake, 5));
  }
}

const isWaiting = async () =>
  (
    await owner.query(
      "select from pg_stat_activity where application_name = 'worker' and wait_event = 'advisory' and datname = current_database()",
    )
  ).rows.length > 0;
const isCopying = async () =>
  (await owner.query("select from pg_stat_progress_copy where tuples_processed > 0 and datname = current_database()")).rows.length > 0;

async function killAndRestart(): Promise<void> {
  await worker.kill();
  worker = await startWorkerProcess(platform);
}

/** Whatever happened on the way: imported once, and nothing left of the file, its key, or the old generation. */
async function expectEnd(importId: string, rows: number): Promise<void> {
  expect(await platform.rowsOf(1)).toBe(rows);
  expect(await platform.record(importId)).toMatchObject({ stage: "imported", rowsRead: rows });
  const generations = (await owner.query("select dropped_at from generation where import_id = $1", [importId])).rows;
  expect(generations).toEqual([{ dropped_at: null }]);
  const tables = await owner.query("select from pg_class where relname like 'subject_generation_%' and relkind = 'r'");
  expect(tables.rows).toHaveLength(1);
  expect((await platform.certificates(importId)).map(({ destroyedObject }) => destroyedObject).sort()).toEqual([
    "delivery-file",
    "delivery-key",
  ]);
  expectNothingLeft(importId);
}

function expectNothingLeft(importId: string): void {
  const { inboxDirectory, quarantineDirectory, keysDirectory } = platform.context.config;
  expect(existsSync(join(inboxDirectory, importId))).toBe(false);
  expect(existsSync(join(quarantineDirectory, importId))).toBe(false);
  expect(readdirSync(join(keysDirectory, "openpgp/deliveries"))).not.toContain(`${fingerprint}.asc`);
}

describe("a worker killed with -9", () => {
  const steps = Object.keys(STEPS).filter((step) => step !== "while a rejected file is put into quarantine") as Step[];
  test.each(steps)("§4(1)3 %s leaves, after a restart, the same end", async (step) => {
    const rows = madeUpRows(50, 1 + steps.indexOf(step));
    const release = await holdAt(step);
    const handle = await deliver(rows);
    await until(isWaiting);
    await worker.kill();
    await release();
    worker = await startWorkerProcess(platform);
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 50, keyKind: "delivery", keyDestroyed: true });
    await expectEnd(handle.importId, 50);
  });

  test("§4(1)3 in the middle of the COPY leaves nothing of it, and after a restart the same end", async () => {
    const before = await platform.rowsOf(1);
    const release = await holdAt("after decrypting");
    const handle = await deliver(madeUpRows(100_000, 30));
    await until(isCopying);
    await worker.kill();
    await until(async () => !(await isCopying()));
    expect(await platform.rowsOf(1)).toBe(before);
    expect((await owner.query("select from generation where import_id = $1", [handle.importId])).rows).toEqual([]);
    await release();
    worker = await startWorkerProcess(platform);
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 100_000 });
    await expectEnd(handle.importId, 100_000);
  });

  test("§4(4) while it puts a rejected file into quarantine leaves the file there, and then destroyed", async () => {
    const current = await platform.rowsOf(1);
    const release = await holdAt("while a rejected file is put into quarantine");
    const handle = await deliver(madeUpRows(50, 40), { claimedRows: 51 });
    await until(isWaiting);
    await worker.kill();
    await release();
    worker = await startWorkerProcess(platform);
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "wrong-row-count" } });
    await decide(platform.client, handle.importId, { choice: "destroy", actor: "wu.officer", reason: "退回重送" });
    await killAndRestart();
    expect(await handle.result()).toMatchObject({ imported: false, keyDestroyed: true });
    expect(await platform.rowsOf(1)).toBe(current);
    expectNothingLeft(handle.importId);
  });
});

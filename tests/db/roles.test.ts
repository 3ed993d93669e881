import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let owner: ReturnType<typeof openDatabase>;
let worker: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = openDatabase(database.ownerUrl, { max: 1 });
  worker = openDatabase(database.workerUrl, { max: 1 });
});
afterAll(async () => {
  await Promise.all([owner.close(), worker.close()]);
  await database.drop();
});

describe("functions that run with the owner's rights", () => {
  test("§4(1)4 look for nothing among temporary objects before anything else", async () => {
    const { rows } = await owner.pool.query(
      "select proname, array_to_string(proconfig, ';') as settings from pg_proc where prosecdef and pronamespace = 'public'::regnamespace",
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const { proname, settings } of rows) expect(settings, proname).toMatch(/search_path=pg_catalog, public, pg_temp(;|$)/);
  });

  test("§4(1)5 can't be made to run what the worker put in their way", async () => {
    await worker.pool.query(`create function pg_temp.seize(pg_catalog.date) returns bool language plpgsql as $$
      begin execute 'grant update, delete on public.query_log to platform_worker'; return true; end $$`);
    await worker.pool.query("create domain pg_temp.date as pg_catalog.date check (pg_temp.seize(value))");
    await worker.pool.query("select public.create_query_log_partitions(pg_catalog.now()::pg_catalog.date, 1)");
    await expect(worker.pool.query("delete from query_log")).rejects.toThrow("permission denied");
  });
});

test("§4(1)5 §4(2)5 a month is kept for five years even where the setting has been lost", async () => {
  await owner.pool.query("begin");
  await owner.pool.query("delete from log_retention");
  const { rows } = await owner.pool.query("select log_kept_until('2026-11-01') = timestamptz '2031-12-01 00:00+08' as kept");
  await owner.pool.query("rollback");
  expect(rows).toEqual([{ kept: true }]);
});

test("§4(1)3 the worker can't have the current generation dropped or overwritten behind the dataset's back", async () => {
  const { rows } = await owner.pool.query(`
    with i as (insert into dataset_import (import_id, dataset_id, file_name, file_sha256, file_bytes, delivered_by, stage, received_at)
      values (gen_random_uuid(), 1, 'seed', sha256('seed'), 0, 'drop-folder', 'imported', now()) returning import_id)
    insert into generation (dataset_id, import_id, index_key_id, index_key_check, created_at) select 1, import_id, '1', '', now() from i returning generation_id`);
  const generation = rows[0].generation_id;
  // As a record that was tampered with would look.
  await owner.pool.query("update dataset set current_generation_id = $1 where dataset_id = 1", [generation]);
  for (const name of ["create_generation_table", "finish_generation_table"])
    await expect(worker.pool.query(`select ${name}($1)`, [generation])).rejects.toThrow("not one that may be loaded");
  await expect(worker.pool.query("select drop_generation($1, now())", [generation])).rejects.toThrow("is current");
  await expect(worker.pool.query("update generation set switched_at = null")).rejects.toThrow("permission denied");
});

test("§4(1)4 a dataset's first generation, too, is switched to while nobody reads: who sees it named sees its table", async () => {
  const { rows } = await owner.pool.query(`
    with i as (insert into dataset_import (import_id, dataset_id, file_name, file_sha256, file_bytes, delivered_by, stage, received_at)
      values (gen_random_uuid(), 2, 'first', sha256('first'), 0, 'drop-folder', 'loaded', now()) returning import_id)
    insert into generation (dataset_id, import_id, index_key_id, index_key_check, as_of, created_at)
      select 2, import_id, '1', '', current_date, now() from i returning generation_id`);
  const generation = rows[0].generation_id;
  await worker.pool.query("select create_generation_table($1)", [generation]);
  await worker.pool.query("select finish_generation_table($1)", [generation]);
  const reader = await owner.pool.connect();
  await reader.query("begin");
  await reader.query("select from subject_record where dataset_id = 2");
  const refused = await worker.pool.query("select switch_generation($1, now())", [generation]).catch((error: Error) => error.message);
  await reader.query("commit");
  reader.release();
  expect(refused).toContain("lock timeout");
  await worker.pool.query("select switch_generation($1, now())", [generation]);
});

test("§3(1) §4(1)1 the worker can write no decision about datasets for anybody but the dedicated officer, and import nothing that nobody answers for", async () => {
  const step = (actor: string) =>
    worker.pool.query(
      "insert into dataset_step (step_key, step, actor, particulars, taken_at) values (gen_random_uuid(), 'x', $1, '{}', now())",
      [actor],
    );
  const imported = (deliveredBy: string) =>
    worker.pool.query(
      "insert into dataset_import (import_id, file_name, file_sha256, file_bytes, delivered_by, stage, received_at) values (gen_random_uuid(), 'x', sha256('x'), 0, $1, 'loading', now())",
      [deliveredBy],
    );
  for (const nobody of ["platform", "lin.manager"]) {
    await expect(step(nobody)).rejects.toThrow("{dedicatedOfficer}");
    await expect(imported(nobody)).rejects.toThrow("nobody in office answers");
  }
  await imported("drop-folder");
  const { rows } = await worker.pool.query(
    `insert into generation (dataset_id, import_id, index_key_id, index_key_check, as_of, created_at)
      select 1, import_id, '1', '', current_date, now() from dataset_import where stage = 'loading' returning generation_id`,
  );
  const generation = rows[0].generation_id;
  // As a record that was tampered with would look.
  await owner.pool.query("update dataset_import set stage = 'received', delivered_by = 'lin.manager' where stage = 'loading'");
  await expect(worker.pool.query("select switch_generation($1, now())", [generation])).rejects.toThrow("nobody in office answers");
  for (const statement of [
    "update dataset_import set delivered_by = 'drop-folder'",
    "update dataset_import set received_at = now(), file_name = 'x'",
    "update delivery_key set issued_by = 'wu.officer', expires_at = now()",
  ])
    await expect(worker.pool.query(statement), statement).rejects.toThrow("permission denied");
});

test("§3(1) §3(2) no role but the appointer's appoints, ends or resets anybody, and that role sees nothing else", async () => {
  const appointer = openDatabase(database.appointerUrl, { max: 1 });
  await appointer.pool.query("insert into account (account) values ('wu.officer')");
  await appointer.pool.query(`insert into appointment (account, duty, valid_from, appointed_by, appointed_at, reason)
    values ('wu.officer', 'dedicatedOfficer', '2012-01-01', 'chief', now(), 'x')`);
  for (const url of [database.workerUrl, database.consoleUrl, database.apiUrl, database.logReaderUrl]) {
    const { pool, close } = openDatabase(url, { max: 1 });
    for (const statement of [
      "insert into account (account) values ('lin.manager')",
      "insert into appointment (account, duty, valid_from, appointed_by, appointed_at, reason) values ('wu.officer', 'manager', now(), 'x', now(), 'x')",
      "update appointment set valid_until = now()",
      "delete from appointment",
    ])
      await expect(pool.query(statement), `${url} ${statement}`).rejects.toThrow("permission denied");
    await close();
  }
  for (const table of ["query_log", "password", "integration", "dataset", "log_disposal_step", "application"])
    await expect(appointer.pool.query(`select from ${table}`), table).rejects.toThrow("permission denied");
  await appointer.close();
});

test("§4(2)5 a coming month's partition is made while a long dump reads the log, and questions go on", async () => {
  const dump = await owner.pool.connect();
  try {
    await dump.query("begin");
    await dump.query("select count(*) from query_log");
    await worker.pool.query("select create_query_log_partitions((now() + interval '2 years')::date, 1)");
  } finally {
    await dump.query("rollback");
    dump.release();
  }
});

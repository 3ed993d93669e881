import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createQueryLogPlatform, type QueryLogPlatform } from "../support/query-log.ts";

let platform: QueryLogPlatform;

beforeAll(async () => {
  platform = await createQueryLogPlatform();
});
afterAll(() => platform.close());

describe("the role that reads the log", () => {
  test.each([
    "update query_log_opening set reason = ''",
    "delete from query_log_opening",
    "truncate query_log_opening",
    "insert into query_log_opening (purpose, account, account_role, reason, question, entry_ids) values ('audit', 'x', 'auditor', 'r', '{}', '{}')",
    "update query_log set outcome = 'match'",
    "delete from query_log",
    "insert into query_log select * from query_log",
    "select * from credential",
    "select * from application",
    "select * from subject_record",
    "select * from idempotent_request",
    "update integration set state = 'revoked'",
    "insert into agency (agency_code, agency_name) values ('x', 'x')",
    "set role postgres",
    "create table mine (x integer)",
    "select create_query_log_partitions(now()::date, 1)",
  ])("§4(2)2 may not %s", async (statement) => {
    const { pool, close } = openDatabase(platform.api.database.logReaderUrl, { max: 1 });
    await expect(pool.query(statement)).rejects.toMatchObject({ code: "42501" });
    await pool.query("select 1 from query_log, integration, agency, query_log_opening limit 1");
    await close();
  });

  test("§4(2)2 is the only one that may see who opened what", async () => {
    const { apiUrl, workerUrl, consoleUrl } = platform.api.database;
    for (const url of [apiUrl, workerUrl, consoleUrl]) {
      const { pool, close } = openDatabase(url, { max: 1 });
      await expect(pool.query("select * from query_log_opening")).rejects.toMatchObject({ code: "42501" });
      await close();
    }
  });
});

describe("the console's role", () => {
  const open = async (pool: Pool, account: string, role: string, size: number | null = 10): Promise<string> => {
    const statement = "select record_log_opening('search', $1, $2, '每月查核', null, '{}', null, true, $3) as opening";
    return (await pool.query(statement, [account, role, size])).rows[0].opening;
  };
  const read = (pool: Pool, opening: string, account = "chen.auditor") =>
    pool.query("select * from read_log_opening($1, $2)", [opening, account]);

  test.each([
    "select * from query_log",
    "select entry from query_log",
    "update query_log_opening set reason = ''",
    "insert into query_log_opening (purpose, account, account_role, reason, question, entry_ids) values ('audit', 'x', 'auditor', 'r', '{}', '{}')",
    "update abnormal_use_alert set state = 'dismissed'",
    "insert into log_checkpoint values ('x', current_date, 1, 'x', now())",
    "delete from log_disagreement",
    "select * from subject_record",
  ])("§4(2)2 may not %s", async (statement) => {
    const { pool, close } = openDatabase(platform.api.database.consoleUrl, { max: 1 });
    await expect(pool.query(statement)).rejects.toMatchObject({ code: "42501" });
    await close();
  });

  test("§4(2)2 reads in the name of people in office only, a page at a time, and never without its record; API and worker not at all", async () => {
    const { consoleUrl, apiUrl, workerUrl } = platform.api.database;
    const { owner } = platform.api;
    await owner.pool.query("insert into account (account) values ('chen.auditor'), ('past.auditor')");
    await owner.pool.query(`insert into appointment (account, duty, valid_from, valid_until, appointed_by, appointed_at, reason) values
      ('chen.auditor', 'auditor', now() - interval '1 day', null, 'chief', now(), '府函'),
      ('past.auditor', 'auditor', now() - interval '2 days', now() - interval '1 day', 'chief', now(), '府函'),
      ('past.auditor', 'auditor', now() + interval '1 day', null, 'chief', now(), '府函')`);
    const { pool, close } = openDatabase(consoleUrl, { max: 1 });
    for (const [account, role] of [
      ["past.auditor", "auditor"],
      ["chen.auditor", "ethics"],
      ["nobody", "auditor"],
    ] as const)
      await expect(open(pool, account, role)).rejects.toThrow("only somebody in office");
    for (const size of [1001, null]) await expect(open(pool, "chen.auditor", "auditor", size)).rejects.toThrow("page by page");
    const { result: opening, recorded } = await platform.openingsOf(() => open(pool, "chen.auditor", "auditor"));
    expect(recorded).toMatchObject([{ account: "chen.auditor", account_role: "auditor", entry_ids: { length: 10 } }]);
    expect((await read(pool, opening)).rows.map(({ entry_id }) => entry_id)).toEqual(recorded[0]?.entry_ids);
    // Nobody is given what somebody else, or another role, has opened.
    await expect(read(pool, opening, "past.auditor")).rejects.toThrow("to whom their opening belongs");
    const reader = openDatabase(platform.api.database.logReaderUrl, { max: 1 });
    await expect(read(reader.pool, opening)).rejects.toThrow("to whom their opening belongs");
    await reader.close();
    // Nobody reads and takes the record back.
    for (const begin of ["begin", "begin isolation level repeatable read"]) {
      await pool.query(begin);
      const unrecorded = await open(pool, "chen.auditor", "auditor");
      await expect(read(pool, unrecorded)).rejects.toThrow("after their opening is on record");
      await pool.query("rollback");
      await expect(read(pool, unrecorded)).rejects.toThrow("to whom their opening belongs");
    }
    await pool.query("begin");
    await pool.query("savepoint here");
    const undone = await open(pool, "chen.auditor", "auditor");
    await expect(read(pool, undone)).rejects.toThrow("after their opening is on record");
    await pool.query("rollback");
    // Nor later, by what somebody else opened.
    await owner.pool.query("update query_log_opening set opened_at = opened_at - interval '1 minute' where opening_id = $1", [opening]);
    await expect(read(pool, opening)).rejects.toThrow("and at once");
    await close();
    for (const url of [apiUrl, workerUrl]) {
      const other = openDatabase(url, { max: 1 });
      await expect(open(other.pool, "chen.auditor", "auditor")).rejects.toMatchObject({ code: "42501" });
      await expect(read(other.pool, opening)).rejects.toMatchObject({ code: "42501" });
      await other.close();
    }
  });
});

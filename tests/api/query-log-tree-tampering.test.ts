import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { growLog } from "../../src/log-keeper.ts";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { ORIGIN, openTestLogKeeping, type TestLogKeeping } from "../support/log-keeping.ts";
import { PEOPLE, question } from "../support/people.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

const asked = () => question({ nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name }, { checks: ["resident"] });

describe("§4(2)5 nothing is signed any more", () => {
  const code = (rounds: TestLogKeeping) =>
    rounds.settle().then(
      () => "signed",
      (error: { code?: string }) => error.code,
    );
  let own: TestApi;
  let token: string;
  const askTimes = async (times: number) => {
    for (let time = 0; time < times; time += 1) expect((await ask(own.url, asked(), { token })).status).toBe(200);
  };
  let rounds: TestLogKeeping;

  beforeEach(async () => {
    own = await startTestApi();
    await seedGenerations(own.owner.pool, own.keyStore, Object.values(PEOPLE));
    ({ token } = await seedIntegration(own.owner.pool, { checks: ["resident"] }));
    await own.settle();
    rounds = openTestLogKeeping(own);
    await askTimes(3);
    await rounds.settle();
  });
  afterEach(async () => {
    await rounds.close();
    rmSync(rounds.directory, { recursive: true });
    await own.close();
  });

  test.each([
    [
      "an entry that was edited after its answer and before its checkpoint",
      "leaf-hash-differs",
      "update query_log set entry = entry || '\\x20' where leaf_index = 3",
    ],
    ["an entry that is gone before its checkpoint", "log-has-gap", "delete from query_log where leaf_index = 3"],
    [
      "an entry that is there twice",
      "log-has-gap",
      "insert into query_log select uuidv7(), now(), integration_id, operator, operation_code, outcome, case_number_index, subject_index, leaf_hash, entry, leaf_index from query_log where leaf_index = 3",
    ],
  ])("§4(2)5 over %s", async (_, expected, tampering) => {
    await askTimes(1);
    await own.owner.pool.query(tampering);
    expect(await code(rounds)).toBe(expected);
    // Said once, however often it is met, also to those who watch the platform.
    expect(await code(rounds)).toBe(expected);
    const open = await own.owner.pool.query("select origin, code, witness_name from open_log_disagreement");
    expect(open.rows).toEqual([{ origin: ORIGIN, code: expected, witness_name: null }]);
    const { text } = await ask(own.url, undefined, { method: "GET", path: "/metrics" });
    expect(text).toContain(`query_log_disagreements{code="${expected}"} 1\n`);
    expect(text).toContain("query_log_signed_entries 3\n");
    expect(text).toContain("query_log_entries 4\n");
  });

  test("§4(2)5 when a backup of the database is restored that has forgotten entries", async () => {
    await own.owner.pool.query("alter table log_tree disable trigger all");
    await own.owner.pool.query("delete from query_log where leaf_index = 2");
    await own.owner.pool.query("update log_head set size = 2");
    expect(await code(rounds)).toBe("log-rolled-back");
  });

  test("§4(2)5 when the restored database has gone on with other entries", async () => {
    await own.owner.pool.query("alter table log_tree disable trigger all");
    for (const statement of [
      "delete from query_log where leaf_index = 2",
      "update log_head set size = 2",
      "update log_tree set size = 0",
      "delete from log_tile",
      "delete from log_checkpoint",
    ])
      await own.owner.pool.query(statement);
    await askTimes(2);
    expect(await code(rounds)).toBe("log-forked");
    // Without what was kept outside, nobody here could know; a witness still would.
    rmSync(join(rounds.directory, "checkpoint"));
    expect(await code(rounds)).toBe("signed");
    const metrics = async () => (await ask(own.url, undefined, { method: "GET", path: "/metrics" })).text;
    // What was signed before stands against it for good, until a log of another name is begun.
    await askTimes(1);
    expect(await code(rounds)).toBe("signed");
    expect(await metrics()).toContain('query_log_disagreements{code="log-forked"} 1\n');
    rmSync(join(rounds.directory, "checkpoint"));
    await growLog({ ...rounds, origin: "verify.example.gov.tw/begun-anew" });
    expect((await own.owner.pool.query("select from log_disagreement where settled_at is not null")).rowCount).toBeGreaterThan(0);
    expect(await metrics()).not.toContain("query_log_disagreements{");
  });

  test("§4(2)5 when the kept checkpoint is damaged", async () => {
    writeFileSync(join(rounds.directory, "checkpoint"), "no note");
    expect(await code(rounds)).toBe("kept-checkpoint-unreadable");
  });

  test("§4(2)5 by rewriting a tile: the database itself keeps the worker from it", async () => {
    await expect(rounds.pool.query("update log_tile set hashes = sha256('other')")).rejects.toThrow("a tile only grows");
    await expect(rounds.pool.query("update log_tree set size = 0")).rejects.toThrow("the log only grows");
    await expect(rounds.pool.query("delete from log_tile")).rejects.toThrow("permission denied");
  });
});

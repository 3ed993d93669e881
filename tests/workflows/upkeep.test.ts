import { randomBytes, randomUUID } from "node:crypto";
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createUpkeepActivities } from "../../src/activities/upkeep.ts";
import { monthOfEntry } from "../../src/domain/query-log-form.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { ensureSchedule } from "../../src/schedules.ts";
import { createTestPlatform, type TestPlatform } from "../support/worker.ts";

const DAY = 86_400_000;
const inHundredDays = new Date(Date.now() + 100 * DAY);
let platform: TestPlatform;

beforeAll(async () => {
  platform = await createTestPlatform(undefined, () => inHundredDays);
  await platform.startWorker();
});
afterAll(() => platform.stop());

async function partitions(): Promise<string[]> {
  const { rows } = await platform.context.pool.query(
    "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'query_log'::regclass",
  );
  return rows.map(({ name }) => name);
}

const run = (activity: () => Promise<void>) => new MockActivityEnvironment().run(activity);

describe("the daily upkeep", () => {
  test("§4(2)5 has the log's coming months ready, and forgets what only made retries safe", async () => {
    const owner = openDatabase(platform.database.ownerUrl, { max: 1 });
    for (const [key, hoursBefore] of [
      ["old", 49],
      ["recent", 47],
    ] as const) {
      const askedAt = new Date(inHundredDays.getTime() - hoursBefore * 3_600_000);
      const bytes = randomBytes(16);
      await owner.pool.query("insert into idempotent_request values ($1, $2, $3, $4, 1, $5)", [
        1,
        Buffer.from(key),
        bytes,
        randomUUID(),
        askedAt,
      ]);
    }
    const { scheduleId, handle } = await scheduled();
    await handle.trigger();
    await expect.poll(async () => (await owner.pool.query("select idempotency_key_index from idempotent_request")).rowCount).toBe(1);
    const month = monthOfEntry(inHundredDays.getTime() + 60 * DAY).replace("-", "_");
    expect(await partitions()).toContain(`query_log_${month}`);
    expect(scheduleId).toContain("upkeep");
    await handle.delete();
    await owner.close();
  });

  test("§4(2)5 has a person found at once in each month of the log that is over, and in no other yet", async () => {
    const owner = openDatabase(platform.database.ownerUrl, { max: 1 });
    await owner.pool.query("select create_query_log_partitions('2026-01-01', 3)");
    const indexed = async () =>
      (
        await owner.pool.query("select indrelid::regclass::text as month from pg_index where indexrelid::regclass::text like '%_person'")
      ).rows
        .map(({ month }) => month)
        .sort();
    const { indexPastMonths } = createUpkeepActivities(platform.context);
    await run(indexPastMonths);
    const past = await indexed();
    expect(past).toEqual(expect.arrayContaining(["query_log_2026_01", "query_log_2026_02", "query_log_2026_03"]));
    const yesterday = monthOfEntry(Date.now() - DAY).replace("-", "_");
    expect(past.every((month) => month < `query_log_${yesterday}`)).toBe(true);
    await run(indexPastMonths);
    expect(await indexed()).toEqual(past);
    await owner.close();
  });

  test("§4(1)5 measures the database every day, and announces once a month that its room runs out", async () => {
    const { pool } = platform.context;
    const { watchDiskUse } = createUpkeepActivities(platform.context);
    await run(watchDiskUse);
    const { rows: measured } = await pool.query("select bytes::float8 from database_size where measured_on = $1", [
      taipeiDate(inHundredDays.getTime()),
    ]);
    expect(measured[0].bytes).toBeGreaterThan(1_000_000);
    // So much less, ten days before, that no disk could take the growth.
    await pool.query("insert into database_size values ($1, -1e17)", [taipeiDate(inHundredDays.getTime() - 10 * DAY)]);
    await run(watchDiskUse);
    await run(watchDiskUse);
    // The server of this run is on this machine, so its disk can be seen.
    expect((await pool.query("select kind, recipient, about from notice where about = 'database'")).rows).toEqual([
      { kind: "disk-fills-up", recipient: "dedicatedOfficer", about: "database" },
    ]);
  });

  test("§4(2)5 has one schedule, however often workers start, and misses no day while they are down", async () => {
    await ensureSchedule(platform.client, platform.context.config.taskQueue, "upkeep");
    const { handle } = await scheduled();
    const { spec, policies } = await handle.describe();
    expect(spec.timezone).toBe("Asia/Taipei");
    expect(policies).toMatchObject({ overlap: "BUFFER_ONE", catchupWindow: 7 * DAY });
    await handle.delete();
  });
});

async function scheduled() {
  const scheduleId = await ensureSchedule(platform.client, platform.context.config.taskQueue, "upkeep");
  return { scheduleId, handle: platform.client.schedule.getHandle(scheduleId) };
}

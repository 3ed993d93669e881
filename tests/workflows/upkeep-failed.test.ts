import { createHash, randomUUID } from "node:crypto";
import { WorkflowFailedError } from "@temporalio/client";
import { MockActivityEnvironment, type TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../db/client.ts";
import { listInventories } from "../../db/queries/ip-inventory.ts";
import { createIpInventoryActivities, type OpenInventory } from "../../src/activities/ip-inventory.ts";
import { createUpkeepActivities } from "../../src/activities/upkeep.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { upkeep } from "../../src/workflows/upkeep.ts";
import { seedIntegration } from "../support/seed.ts";
import { createTimeSkippingEnvironment } from "../support/temporal.ts";
import { createTestPlatform, type TestPlatform } from "../support/worker.ts";

let environment: TestWorkflowEnvironment;
let platform: TestPlatform;
let owner: OpenDatabase;
let integrationId: number;

beforeAll(async () => {
  environment = await createTimeSkippingEnvironment();
  platform = await createTestPlatform(environment);
  owner = openDatabase(platform.database.ownerUrl, { max: 1 });
  ({ integrationId } = await seedIntegration(owner.pool, { checks: ["resident"] }));
  await platform.startWorker();
});
afterAll(async () => {
  await owner.close();
  await platform.stop();
  await environment.teardown();
});

const rows = async (query: string, values: unknown[] = []) => (await owner.pool.query(query, values)).rows;
const begin = () => platform.client.workflow.start(upkeep, { workflowId: randomUUID(), taskQueue: platform.context.config.taskQueue });
const run = async (): Promise<void> => (await begin()).result();

/** A step that fails is tried for an hour. Time goes on in leaps, with room between them for a step that is at work. */
async function runLeaping(): Promise<void> {
  const handle = await begin();
  let ended = false;
  const result = handle.result().finally(() => {
    ended = true;
  });
  result.catch(() => undefined);
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    if (!ended) await environment.sleep("25 minutes");
  }
  await result;
}
const told = () => rows("select about, recipient, cancelled_at is null as stands from notice where kind = 'upkeep-failed' order by 1");

describe("the nightly upkeep", () => {
  test("§4(1)5 goes on after a step that fails, says which it was, and tells no more of it once it succeeds", async () => {
    await owner.pool.query("alter table idempotent_request rename to elsewhere");
    await owner.pool.query("alter table database_size rename to measured_elsewhere");
    const failed = await runLeaping().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(WorkflowFailedError);
    expect((failed as WorkflowFailedError).cause?.message).toBe("Steps that failed: watchDiskUse, forgetOldRequests");
    const about = (step: string, stands: boolean) => ({ about: `upkeep/${step}`, recipient: "dedicatedOfficer", stands });
    expect(await told()).toEqual([about("forgetOldRequests", true), about("watchDiskUse", true)]);
    await owner.pool.query("alter table measured_elsewhere rename to database_size");
    await expect(runLeaping()).rejects.toThrow(WorkflowFailedError);
    expect(await rows("select from database_size")).toHaveLength(1);
    expect(await told()).toEqual([about("forgetOldRequests", true), about("watchDiskUse", false)]);
    await owner.pool.query("alter table elsewhere rename to idempotent_request");
    await run();
    expect((await told()).every(({ stands }) => stands === false)).toBe(true);
  });

  test("§4(1)2 §3(8) notes where the others were used and opens reviews, whatever one entry of the log is", async () => {
    const today = taipeiDate(Date.now());
    const enter = async (entry: Buffer, place: number) => {
      const entryId = `${Date.now()
        .toString(16)
        .padStart(12, "0")
        .replace(/^(.{8})/, "$1-")}-7000-8000-00000000000${place}`;
      await rows(
        `insert into query_log (entry_id, asked_at, integration_id, outcome, leaf_hash, entry, leaf_index)
          values ($1, now(), $2, 'match', $3, $4, $5)`,
        [entryId, integrationId, createHash("sha256").update(entry).digest(), entry, place],
      );
      return entryId;
    };
    const entries = ["broken", "{}", '{"sourceAddress": "nowhere"}', '{"sourceAddress": "203.66.0.7"}'].map((text) => Buffer.from(text));
    const [first] = await Promise.all([...entries, Buffer.from([0xff, 0])].map(enter));
    const noted = new MockActivityEnvironment().run(createUpkeepActivities(platform.context).noteAddressUsage);
    await expect(noted).rejects.toMatchObject({ type: "entry-unreadable", details: [{ entries: 4, firstEntryId: first }] });
    expect(await rows("select host(address) as address, last_used_on::text as day from address_usage")).toEqual([
      { address: "203.66.0.7", day: today },
    ]);
    const { openInventory } = createIpInventoryActivities(platform.context);
    const review: OpenInventory = await new MockActivityEnvironment().run(openInventory, "review", Date.now());
    expect(review.inventoryNumber).toBe(today);
    await rows("delete from ip_inventory");
    await rows("delete from query_log");
  });

  test("§3(8) opens the half-yearly review that did not begin, once", async () => {
    await run();
    expect(await listInventories(platform.context.db)).toEqual([]);
    await rows(
      `insert into integration_step (integration_id, step, actor, actor_role, reason, taken_at, sequence)
        values ($1, 'provision', 'platform', 'platform', '核准後配賦', now() - interval '1 year', 1)`,
      [integrationId],
    );
    await run();
    await expect.poll(async () => (await listInventories(platform.context.db)).length).toBe(1);
    const opened = await listInventories(platform.context.db);
    await run();
    expect((await listInventories(platform.context.db)).map(({ workflowId }) => workflowId)).toEqual(
      opened.map(({ workflowId }) => workflowId),
    );
  });
});

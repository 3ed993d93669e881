import { randomUUID } from "node:crypto";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../db/client.ts";
import { readIntegration } from "../../db/queries/integration-record.ts";
import { listFindings, listInventories } from "../../db/queries/ip-inventory.ts";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import { inventoryAbout } from "../../src/domain/ip-inventory.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { createIntegrationClient, type IntegrationClient } from "../../src/integration-client.ts";
import { decideFoundAddress } from "../../src/ip-inventory-client.ts";
import { ipInventory } from "../../src/workflows/ip-inventory.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpAddress, madeUpApplication, OFFICER, say } from "../support/integration.ts";
import { codeOf } from "../support/integration-platform.ts";
import { createTimeSkippingEnvironment } from "../support/temporal.ts";
import { createTestPlatform, type TestPlatform } from "../support/worker.ts";

const DAY = 86_400_000;

let environment: TestWorkflowEnvironment;
let platform: TestPlatform;
let integrations: IntegrationClient;
let owner: OpenDatabase;

beforeAll(async () => {
  environment = await createTimeSkippingEnvironment();
  platform = await createTestPlatform(environment);
  integrations = createIntegrationClient(platform.client, platform.context.config.taskQueue);
  owner = openDatabase(platform.database.ownerUrl, { max: 1 });
  await platform.startWorker();
});
afterAll(async () => {
  await owner.close();
  await platform.stop();
  await environment.teardown();
});

async function opened(number: string, days: number, addresses: string[]): Promise<void> {
  const now = await environment.currentTimeMs();
  await integrations.apply({ ...madeUpApplication(number, taipeiDate(now), taipeiDate(now + days * DAY)), addresses }, say(APPLICANT));
  await integrations.check(number, say(CASE_OFFICER));
  await integrations.approve(number, { ...say(MANAGER), sharedAddresses: addresses });
  await integrations.provision(number, {
    ...say(OFFICER),
    credential: { credentialId: randomUUID(), secretHash: hashSecret(createSecret()) },
  });
}

/** The integration is answered at an address today. */
async function answered(number: string, address: string): Promise<void> {
  const today = taipeiDate(await environment.currentTimeMs());
  await owner.pool.query(
    "insert into address_usage select integration_id, $2, $3 from integration where application_number = $1 on conflict (integration_id, address) do update set last_used_on = $3",
    [number, address, today],
  );
  await owner.pool.query(
    "insert into daily_usage select integration_id, $2, 1 from integration where application_number = $1 on conflict do nothing",
    [number, today],
  );
}

/** Passes to the next 1 January or 1 July, and starts the review as its schedule does. */
async function nextReview() {
  const now = await environment.currentTimeMs();
  const today = taipeiDate(now);
  const year = Number(today.slice(0, 4));
  const day = today < `${year}-07-01` ? `${year}-07-01` : `${year + 1}-01-01`;
  await environment.sleep(startOfDay(day) + 2 * 3_600_000 - now);
  const workflowId = `ip-inventory-${day}`;
  const handle = await platform.client.workflow.start(ipInventory, { workflowId, taskQueue: platform.context.config.taskQueue });
  await expect.poll(async () => (await listInventories(platform.context.db))[0]?.inventoryNumber).toBe(day);
  const decide = (integrationNumber: string, address: string, choice: "keep" | "remove", by = OFFICER) =>
    decideFoundAddress(platform.client, workflowId, { ...say(by, "機房備援線路"), integrationNumber, address, choice });
  const found = async () =>
    (await listFindings(platform.context.db, day)).map(({ integrationNumber, address, flaws, outcome, decidedBy }) => ({
      ...{ integrationNumber, address, flaws, outcome, decidedBy },
    }));
  return { day, handle, decide, found };
}

describe("the half-yearly review of addresses", () => {
  test("§3(8) over two years finds duplicates, idle and expired ones; kept with a reason, removed by the officer, or when nobody answers", async () => {
    const [busy, idle, shared, short] = ["112-busy", "112-idle", "112-shared", "112-short"];
    const [address, backup, lonely] = [madeUpAddress(), madeUpAddress(), madeUpAddress()];
    const whitelist = async (number: string) => (await readIntegration(platform.context.db, number))?.approval?.addresses;
    const waits = (integrationNumber: string, at: string, ...flaws: string[]) => ({
      ...{ integrationNumber, address: at, flaws, outcome: null, decidedBy: null },
    });
    await opened(busy, 1000, [address, backup]);

    // First: everything is new.
    const first = await nextReview();
    expect(await first.handle.result()).toEqual({ inventoryNumber: first.day, decided: 0, unanswered: 0 });
    await opened(idle, 1000, [lonely]);
    await opened(shared, 1000, [address]);
    await opened(short, 20, [madeUpAddress()]);
    await environment.sleep(100 * DAY);
    for (const number of [busy, shared]) await answered(number, address);

    // Second: one is shared, one is the backup line that nobody used, one has ended; the officer answers all.
    const second = await nextReview();
    const [gone] = (await whitelist(short)) ?? [];
    expect(await second.found()).toEqual([
      waits(busy, address, "duplicate"),
      waits(busy, backup, "idle"),
      waits(shared, address, "duplicate"),
      waits(short, gone ?? "", "expired"),
    ]);
    expect(await codeOf(second.decide(busy, address, "keep", MANAGER))).toBe("role-not-allowed");
    expect(await codeOf(second.decide(idle, lonely, "remove"))).toBe("address-not-found");
    await second.decide(busy, address, "keep");
    expect(await codeOf(second.decide(busy, address, "remove"))).toBe("address-decided");
    await second.decide(busy, backup, "keep");
    await second.decide(shared, address, "remove");
    await second.decide(short, gone ?? "", "remove");
    expect(await second.handle.result()).toEqual({ inventoryNumber: second.day, decided: 4, unanswered: 0 });
    expect(await codeOf(second.decide(busy, backup, "remove"))).toBe("inventory-not-open");
    expect([await whitelist(busy), await whitelist(shared), await whitelist(short)]).toEqual([[address, backup], [], []]);
    await environment.sleep(10 * DAY);
    await answered(busy, address);
    await answered(idle, lonely);

    // Third: the backup line still lies idle; nobody answers, and it is removed when the deadline passes.
    const third = await nextReview();
    expect(await third.found()).toEqual([waits(busy, backup, "idle")]);
    await environment.sleep(13 * DAY);
    expect(await whitelist(busy)).toEqual([address, backup]);
    await environment.sleep(2 * DAY);
    expect(await third.handle.result()).toEqual({ inventoryNumber: third.day, decided: 0, unanswered: 1 });
    expect(await third.found()).toMatchObject([{ address: backup, outcome: "removed", decidedBy: "platform" }]);
    expect(await whitelist(busy)).toEqual([address]);
    await answered(busy, address);
    await answered(idle, lonely);

    // Fourth: nothing is left to find, and the records hold all four.
    const fourth = await nextReview();
    expect(await fourth.handle.result()).toEqual({ inventoryNumber: fourth.day, decided: 0, unanswered: 0 });
    const reviews = await listInventories(platform.context.db);
    expect(reviews.map(({ inventoryNumber }) => inventoryNumber)).toEqual([fourth, third, second, first].map(({ day }) => day));
    expect(reviews.every(({ closedAt }) => closedAt !== null)).toBe(true);
    expect((await readIntegration(platform.context.db, busy))?.timeline.at(-1)).toMatchObject({
      ...{ step: "removeAddress", account: "platform", reason: "not answered by the deadline" },
    });
    const notices = await platform.context.pool.query("select kind, cancelled_at is not null as cancelled from notice where about = $1", [
      inventoryAbout(third.day),
    ]);
    expect(notices.rows.every(({ cancelled }) => cancelled)).toBe(true);
    expect(notices.rowCount).toBe(2);
  });
});

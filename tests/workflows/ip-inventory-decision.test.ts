import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../db/client.ts";
import { decideAddress, insertInventory, listFindings } from "../../db/queries/ip-inventory.ts";
import type { Actor } from "../../src/domain/integration-step.ts";
import { decideFoundAddress } from "../../src/ip-inventory-client.ts";
import { ipInventory } from "../../src/workflows/ip-inventory.ts";
import { madeUpAddress, OFFICER, say } from "../support/integration.ts";
import { codeOf, createIntegrationPlatform, type IntegrationPlatform, inDays } from "../support/integration-platform.ts";
import { openIntegration } from "../support/ip-inventory.ts";

const STRANGER: Actor = { account: "nobody.here", role: "dedicatedOfficer" };

let platform: IntegrationPlatform;
let owner: OpenDatabase;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  owner = openDatabase(platform.database.ownerUrl, { max: 2 });
  await platform.startWorker();
});
afterAll(async () => {
  await owner.close();
  await platform.stop();
});

/** A review that found one address of an integration of its own, and may be answered for so many seconds. */
async function review(inventoryNumber: string, seconds: number) {
  const [integrationNumber, address, workflowId] = [`of-${inventoryNumber}`, madeUpAddress(), `ip-inventory-${inventoryNumber}`];
  await openIntegration(platform, integrationNumber, [address]);
  const [openedAt, usedSince] = [Date.now(), inDays(-180)];
  const deadline = openedAt + seconds * 1000;
  const found = {
    integrationNumber,
    address,
    flaws: ["idle"],
    state: "active",
    addedOn: usedSince,
    heldFrom: usedSince,
    lastUsedOn: null,
  } as const;
  await platform.context.db
    .transaction()
    .execute((trx) => insertInventory(trx, workflowId, { inventoryNumber, usedSince, deadline }, openedAt, 1, [found]));
  const { taskQueue } = platform.context.config;
  const handle = await platform.client.workflow.start(ipInventory, { workflowId, taskQueue });
  const decideOn = (on: string, by: Actor) =>
    codeOf(decideFoundAddress(platform.client, workflowId, { ...say(by, "備援線路"), integrationNumber, address: on, choice: "keep" }));
  const decide = (by: Actor) => decideOn(address, by);
  await expect.poll(() => decideOn("another", OFFICER)).toBe("address-not-found");
  const outcome = async () =>
    (await listFindings(platform.context.db, inventoryNumber)).map((finding) => [finding.outcome, finding.decidedBy]);
  const decideOnRecord = (said: ReturnType<typeof say>, choice: "keep" | "remove", at: number) =>
    platform.context.db
      .transaction()
      .execute((trx) => decideAddress(trx, inventoryNumber, { ...said, integrationNumber, address, choice }, at));
  return { deadline, handle, decide, decideOnRecord, outcome };
}

describe("a decision that the records refuse", () => {
  test("§3(8) leaves the review open for the officer's, though it was the last", async () => {
    const { handle, decide, outcome } = await review("2020-01-01", 600);
    expect(await decide(STRANGER)).toBe("not-in-office");
    expect(await outcome()).toEqual([[null, null]]);
    expect(await decide(OFFICER)).toBeUndefined();
    expect(await handle.result()).toMatchObject({ decided: 1, unanswered: 0 });
    expect(await outcome()).toEqual([["kept", OFFICER.account]]);
  });

  test("§3(8) since they have another stands, and who comes late is told; the review still ends", async () => {
    const { handle, decide, outcome, decideOnRecord } = await review("2020-04-01", 15);
    const now = Date.now();
    // As it is when Temporal was restored from a backup that is older than the records.
    await decideOnRecord(say(OFFICER, "備援線路已停用"), "keep", now);
    await decideOnRecord(say(OFFICER, "備援線路已停用"), "keep", now);
    expect(await decide(OFFICER)).toBe("address-decided");
    await expect(decideOnRecord(say(OFFICER, "備援線路已停用"), "remove", now)).rejects.toMatchObject({ code: "address-decided" });
    expect(await handle.result()).toMatchObject({ decided: 0, unanswered: 1 });
    expect(await outcome()).toEqual([["kept", OFFICER.account]]);
  });

  test("§3(8) after the deadline leaves the address unanswered, and so removed; a second one meanwhile is told", async () => {
    const { deadline, handle, decide, outcome } = await review("2020-07-01", 20);
    const holder = await owner.pool.connect();
    try {
      await holder.query("begin");
      await holder.query("lock table appointment in access exclusive mode");
      const decided = decide(STRANGER);
      const waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
      await expect.poll(async () => (await platform.context.pool.query(waiting)).rowCount).toBe(1);
      expect(await decide(OFFICER)).toBe("address-decided");
      await new Promise((resolve) => setTimeout(resolve, deadline + 500 - Date.now()));
      await holder.query("commit");
      expect(await decided).toBe("not-in-office");
    } finally {
      holder.release(true);
    }
    expect(await handle.result()).toMatchObject({ decided: 0, unanswered: 1 });
    expect(await outcome()).toEqual([["removed", "platform"]]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readIntegration } from "../../db/queries/integration-record.ts";
import { listInventories } from "../../db/queries/ip-inventory.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { decideFoundAddress } from "../../src/ip-inventory-client.ts";
import { runIpInventoryCommand } from "../../src/ip-inventory-command.ts";
import { ensureSchedule, removeSchedule } from "../../src/schedules.ts";
import { OFFICER, say } from "../support/integration.ts";
import { createIntegrationPlatform, type IntegrationPlatform } from "../support/integration-platform.ts";

let platform: IntegrationPlatform;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  await platform.startWorker();
});
afterAll(async () => {
  await removeSchedule(platform.client, platform.context.config.taskQueue, "ip-inventory");
  await platform.stop();
});

const schedule = () => ensureSchedule(platform.client, platform.context.config.taskQueue, "ip-inventory");
const command = (...argv: string[]) =>
  runIpInventoryCommand(argv, platform.context.db, (workflowId, decision) => decideFoundAddress(platform.client, workflowId, decision));

describe("the schedule of the reviews", () => {
  test("§3(8) is one, on 1 January and 1 July in Taiwan, however often workers start", async () => {
    const scheduleId = await schedule();
    expect(await schedule()).toBe(scheduleId);
    const { info, policies } = await platform.client.schedule.getHandle(scheduleId).describe();
    const [next, following] = info.nextActionTimes.map((time) => time.getTime());
    for (const moment of [next, following]) {
      const day = taipeiDate(moment ?? 0);
      expect(day).toMatch(/-(01|07)-01$/);
      expect(moment).toBe(startOfDay(day) + 2 * 3_600_000);
    }
    expect(policies).toMatchObject({ overlap: "BUFFER_ONE", catchupWindow: 30 * 86_400_000 });
  });

  test("§3(8) starts a review, whose findings the dedicated officer answers by command", async () => {
    const [kept, removed] = [await platform.activated(), await platform.activated()];
    const addressOf = async (number: string) => (await platform.integrations.show(number)).application.addresses[0] ?? "";
    for (const number of [kept, removed]) await platform.integrations.revoke(number, say(OFFICER));
    expect(await command("list")).toBe("No review yet.");
    const handle = platform.client.schedule.getHandle(await schedule());
    await handle.trigger();
    await expect.poll(async () => (await listInventories(platform.context.db)).length).toBe(1);
    const review = (await listInventories(platform.context.db))[0]?.inventoryNumber ?? "";
    const shown = await command("show");
    expect(shown).toContain(`${kept}  ${await addressOf(kept)}  expired  last used never  waits`);
    expect(shown.split("\n").at(-1)).toMatch(new RegExp(`^Review ${review}: 2 addresses, use since .*, open until `));
    await expect(command("keep", await addressOf(kept))).rejects.toThrow("--integration NUMBER");
    const as = ["--as", OFFICER.account, "--reason", "機房備援線路"];
    await expect(command("keep", await addressOf(kept), "--integration", removed, ...as)).rejects.toThrow(
      "(address-not-found, clause 3(8))",
    );
    await expect(command("keep", await addressOf(kept), "--integration", kept, "--as", OFFICER.account)).rejects.toThrow("3(3)");
    expect(await command("keep", await addressOf(kept), "--integration", kept, ...as)).toContain("is kept");
    expect(await command("remove", await addressOf(removed), "--integration", removed, ...as)).toContain("is removed");
    await expect.poll(() => command("show", review)).toContain("closed ");
    const left = async (number: string) => (await readIntegration(platform.context.db, number))?.approval?.addresses.length;
    expect([await left(kept), await left(removed)]).toEqual([1, 0]);
    const { findings } = JSON.parse(await command("show", "--json"));
    expect(findings).toContainEqual(expect.objectContaining({ outcome: "kept", decidedBy: OFFICER.account, reason: "機房備援線路" }));
    await expect(command("remove", await addressOf(kept), "--integration", kept, ...as)).rejects.toThrow("inventory-not-open");
  });

  test("§3(8) begins one review a day: another fails, and says why", async () => {
    const { workflowId } = (await listInventories(platform.context.db))[0] ?? { workflowId: "" };
    const again = platform.client.workflow.execute("ipInventory", {
      workflowId: `${workflowId}-again`,
      taskQueue: platform.context.config.taskQueue,
      args: [],
    });
    await expect(again).rejects.toMatchObject({ cause: { cause: { type: "inventory-exists" } } });
    expect(await listInventories(platform.context.db)).toHaveLength(1);
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { listInventories } from "../../db/queries/ip-inventory.ts";
import { decideFoundAddress } from "../../src/ip-inventory-client.ts";
import { ipInventory } from "../../src/workflows/ip-inventory.ts";
import { OFFICER, say } from "../support/integration.ts";
import { createIntegrationPlatform, type IntegrationPlatform } from "../support/integration-platform.ts";
import { keepHistory } from "./keep-history.ts";

let platform: IntegrationPlatform;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  await platform.startWorker();
});
afterAll(() => platform.stop());

test("a review that waits for the officer, and one that has ended", async () => {
  const numbers = [await platform.activated(), await platform.activated()];
  for (const number of numbers) await platform.integrations.revoke(number, say(OFFICER));
  const workflowId = "replay-ip-inventory";
  const handle = await platform.client.workflow.start(ipInventory, { workflowId, taskQueue: platform.context.config.taskQueue });
  await expect.poll(async () => (await listInventories(platform.context.db)).length).toBe(1);
  for (const [place, integrationNumber] of numbers.entries()) {
    const [address = ""] = (await platform.integrations.show(integrationNumber)).application.addresses;
    const choice = place === 0 ? "keep" : "remove";
    await decideFoundAddress(platform.client, workflowId, { ...say(OFFICER, "備援線路"), integrationNumber, address, choice });
    if (place === 0) await keepHistory(platform.client, workflowId, "ip-inventory-open.json");
  }
  await handle.result();
  await keepHistory(platform.client, workflowId, "ip-inventory-closed.json");
});

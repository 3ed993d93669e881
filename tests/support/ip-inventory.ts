import { expect, vi } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { listInventories } from "../../db/queries/ip-inventory.ts";
import { ipInventory } from "../../src/workflows/ip-inventory.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, say } from "./integration.ts";
import { fresh, type IntegrationPlatform, inDays } from "./integration-platform.ts";

/** An active integration of this number, with these addresses; those that others have too are known to the manager. */
export async function openIntegration(platform: IntegrationPlatform, number: string, addresses: string[]): Promise<void> {
  const { integrations } = platform;
  await integrations.apply({ ...madeUpApplication(number, inDays(0), inDays(300)), addresses }, say(APPLICANT));
  await putIntoUse(platform, number, addresses);
}

/** Checks, approves and provisions an application, and waits until its integration is in use. */
export async function putIntoUse(platform: IntegrationPlatform, number: string, addresses: string[] = []): Promise<void> {
  const { integrations } = platform;
  await integrations.check(number, say(CASE_OFFICER));
  await integrations.approve(number, { ...say(MANAGER), sharedAddresses: addresses });
  await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
  await vi.waitFor(async () => expect((await platform.onRecord(number)).state).toBe("active"), { timeout: 30_000 });
}

/**
 * Begins a review as its schedule does, with every address on the whitelist, and every integration in use, for years.
 * @returns its number
 */
export async function beginReview(platform: IntegrationPlatform): Promise<string> {
  const owner = openDatabase(platform.database.ownerUrl, { max: 1 });
  await owner.pool.query("update integration_address set added_at = now() - interval '2 years'");
  await owner.pool.query("update integration set approved_from = approved_from - interval '2 years'");
  await owner.close();
  const { taskQueue } = platform.context.config;
  await platform.client.workflow.start(ipInventory, { workflowId: `ip-inventory-${taskQueue}`, taskQueue });
  const only = async () => {
    const inventories = await listInventories(platform.context.db);
    expect(inventories).toHaveLength(1);
    return inventories[0]?.inventoryNumber ?? "";
  };
  return vi.waitFor(only, { timeout: 30_000 });
}

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { integrationWorkflowId } from "../../src/integration-client.ts";
import { reconcile } from "../../src/reconcile.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, OFFICER, say } from "../support/integration.ts";
import { createIntegrationPlatform, fresh, type IntegrationPlatform } from "../support/integration-platform.ts";

let platform: IntegrationPlatform;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  await platform.startWorker();
});
afterAll(() => platform.stop());

/** As if Temporal had never heard of it. */
async function forget(number: string): Promise<void> {
  const workflowId = integrationWorkflowId(number);
  await platform.client.workflowService.deleteWorkflowExecution({ namespace: "default", workflowExecution: { workflowId } });
  const known = () => platform.client.workflow.getHandle(workflowId).describe();
  await expect.poll(() => known().catch(() => "unknown"), { timeout: 10_000 }).toBe("unknown");
}

const run = () => reconcile(platform.context.db, platform.client, platform.context.config.taskQueue);

describe("after the loss of Temporal's store", () => {
  test("§3(3) §4(1)2 every open integration goes on from the records, and what runs is left alone", async () => {
    const take = platform.integrations;
    const [applied, returned, checked] = [await platform.applied(), await platform.applied(), await platform.checked()];
    const [approved, active, suspended, ended] = [
      await platform.approved(),
      await platform.activated(),
      await platform.activated(),
      await platform.activated(),
    ];
    const running = await platform.activated();
    await take.sendBack(returned, say(CASE_OFFICER));
    await take.amend(active, { ...say(APPLICANT), draft: { applicationNumber: randomUUID(), kind: "renewal" } });
    await take.suspend(suspended, say(OFFICER));
    await take.revoke(ended, say(OFFICER));
    const open = [applied, returned, checked, approved, active, suspended];
    const before = await Promise.all(open.map((number) => take.show(number)));
    await Promise.all(open.map(forget));

    expect(await run()).toEqual({ begun: open, running: 1 });
    expect(await run()).toEqual({ begun: [], running: 7 });
    expect(await Promise.all(open.map((number) => take.show(number)))).toEqual(before);
    await take.check(applied, say(CASE_OFFICER));
    await take.resubmit(returned, say(APPLICANT));
    await take.approve(checked, say(MANAGER));
    await take.provision(approved, { ...say(OFFICER), credential: fresh() });
    await expect.poll(async () => (await platform.onRecord(approved)).state).toBe("active");
    await take.check(active, say(CASE_OFFICER));
    await take.resume(suspended, say(MANAGER));
    await expect.poll(async () => (await platform.onRecord(suspended)).state).toBe("active");
    expect((await platform.onRecord(ended)).state).toBe("revoked");
    expect((await take.show(running)).state).toBe("active");
  });
});

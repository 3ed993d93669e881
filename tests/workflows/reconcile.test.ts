import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listFindings, listInventories } from "../../db/queries/ip-inventory.ts";
import { insertDisposalStep } from "../../db/queries/retention.ts";
import { createActivities } from "../../src/activities/index.ts";
import { propose } from "../../src/domain/retention.ts";
import { integrationWorkflowId } from "../../src/integration-client.ts";
import { decideFoundAddress } from "../../src/ip-inventory-client.ts";
import { reconcile } from "../../src/reconcile.ts";
import { createRetentionClient } from "../../src/retention-client.ts";
import { removeSchedules } from "../../src/schedules.ts";
import { retentionWorkflowId } from "../../src/workflows/retention.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, OTHER_MANAGER, say } from "../support/integration.ts";
import { codeOf, createIntegrationPlatform, fresh, type IntegrationPlatform, inDays } from "../support/integration-platform.ts";
import { beginReview } from "../support/ip-inventory.ts";

let platform: IntegrationPlatform;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  await platform.startWorker();
});
afterAll(async () => {
  await removeSchedules(platform.client, platform.context.config.taskQueue);
  await platform.stop();
});

/** As if Temporal had never heard of it. */
async function forget(workflowId: string): Promise<void> {
  await platform.client.workflowService.deleteWorkflowExecution({ namespace: "default", workflowExecution: { workflowId } });
  const known = () => platform.client.workflow.getHandle(workflowId).describe();
  await expect.poll(() => known().catch(() => "unknown")).toBe("unknown");
}

const run = () => reconcile(platform.context.db, platform.client, platform.context.config);

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
    const provisioned = randomUUID();
    await take.apply(madeUpApplication(provisioned, inDays(5), inDays(30)), say(APPLICANT));
    await take.check(provisioned, say(CASE_OFFICER));
    await take.approve(provisioned, say(MANAGER));
    await take.provision(provisioned, { ...say(OFFICER), credential: fresh() });
    const running = await platform.activated();
    await take.sendBack(returned, say(CASE_OFFICER));
    await take.amend(active, { ...say(APPLICANT), draft: { applicationNumber: randomUUID(), kind: "renewal" } });
    await take.suspend(suspended, say(OFFICER));
    await take.revoke(ended, say(OFFICER));
    const open = [applied, returned, checked, approved, active, suspended, provisioned];
    const before = await Promise.all(open.map((number) => take.show(number)));
    await Promise.all(open.map((number) => forget(integrationWorkflowId(number))));

    expect(await run()).toEqual({ begun: open.map(integrationWorkflowId), running: 1 });
    expect(await run()).toEqual({ begun: [], running: 8 });
    expect(await Promise.all(open.map((number) => take.show(number)))).toEqual(before);
    await take.check(applied, say(CASE_OFFICER));
    await take.resubmit(returned, say(APPLICANT));
    await take.approve(checked, say(MANAGER));
    await take.provision(approved, { ...say(OFFICER), credential: fresh() });
    await expect.poll(async () => (await platform.onRecord(approved)).state).toBe("active");
    await take.check(active, say(CASE_OFFICER));
    await take.resume(suspended, say(MANAGER));
    await expect.poll(async () => (await platform.onRecord(suspended)).state).toBe("active");
    await take.revoke(provisioned, say(OFFICER));
    expect((await platform.onRecord(ended)).state).toBe("revoked");
    expect((await take.show(running)).state).toBe("active");
  });

  test("§3(8) an open review goes on with what is still to be answered, until its own deadline", async () => {
    const [kept, left] = [await platform.activated(), await platform.activated()];
    const addressOf = async (number: string) => (await platform.integrations.show(number)).application.addresses[0] ?? "";
    const reviewNumber = await beginReview(platform);
    const { db } = platform.context;
    const [review] = await listInventories(db);
    const workflowId = review?.workflowId ?? "";
    const decide = async (integrationNumber: string) =>
      codeOf(
        decideFoundAddress(platform.client, workflowId, {
          ...{ ...say(OFFICER, "備援線路"), integrationNumber, address: await addressOf(integrationNumber), choice: "keep" },
        }),
      );
    // What has just begun is not open yet.
    const keep = (integrationNumber: string) => expect.poll(() => decide(integrationNumber)).toBeUndefined();
    await keep(kept);
    await forget(workflowId);

    expect((await run()).begun).toEqual([workflowId]);
    expect((await run()).begun).toEqual([]);
    expect(await listInventories(db)).toEqual([review]);
    await keep(left);
    expect(await decide(kept)).toBe("address-not-found");
    const waiting = (await listFindings(db, reviewNumber)).filter(({ outcome }) => outcome === null);
    for (const { integrationNumber } of waiting) await keep(integrationNumber);
    await expect.poll(async () => (await listInventories(db))[0]?.closedAt).not.toBeNull();
    expect(await run()).toMatchObject({ begun: [] });
  });

  test("§4(1)5 a month of the log that is held or proposed goes on, one that is gone does not", async () => {
    const { context, client } = platform;
    const { taskQueue } = context.config;
    await createActivities(context).prepareQueryLog();
    const [held, proposed] = [inDays(0).slice(0, 7), "2020-02"];
    const months = createRetentionClient(client, taskQueue);
    await months.hold(held, { ...say(OFFICER), matter: "政風-115-1" });
    await context.db.transaction().execute((trx) => insertDisposalStep(trx, propose({ month: proposed, timeline: [] }, 0, Date.now())));
    await forget(retentionWorkflowId(taskQueue, held));

    expect((await run()).begun).toEqual([proposed, held].map((month) => retentionWorkflowId(taskQueue, month)));
    expect((await run()).begun).toEqual([]);
    await months.lift(held, { ...say(MANAGER), matter: "政風-115-1" });
    // Nothing of this month is in the log, so its end takes nothing away.
    await months.approve(proposed, say(OTHER_MANAGER));
    expect((await months.show(proposed)).timeline.map(({ step }) => step)).toContain("approve");
    await client.workflow.getHandle(retentionWorkflowId(taskQueue, held)).terminate();
  });

  test("§3(8) §4(2)5 the schedules are there again", async () => {
    const { taskQueue } = platform.context.config;
    await removeSchedules(platform.client, taskQueue);
    await run();
    const known = (name: string) => platform.client.schedule.getHandle(`${name}-${taskQueue}`).describe();
    for (const name of ["abnormal-use", "ip-inventory", "upkeep"]) expect((await known(name)).state.paused).toBe(false);
    await expect(known("notice-mail")).rejects.toThrow("not found");
  });
});

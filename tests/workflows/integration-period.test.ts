import { randomUUID } from "node:crypto";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../db/client.ts";
import { findIntegration } from "../../db/queries/integration.ts";
import { listDueNotices } from "../../db/queries/notice.ts";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
import { lapsesAt } from "../../src/domain/integration-due.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { createIntegrationClient, type IntegrationClient, integrationWorkflowId } from "../../src/integration-client.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, say } from "../support/integration.ts";
import { createTimeSkippingEnvironment } from "../support/temporal.ts";
import { createTestPlatform, type TestPlatform } from "../support/worker.ts";

const DAY = 86_400_000;
const fresh = () => ({ credentialId: randomUUID(), secretHash: hashSecret(createSecret()) });

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

async function approved(days: { from: number; until: number }) {
  const now = await environment.currentTimeMs();
  const [from, until] = [taipeiDate(now + days.from * DAY), taipeiDate(now + days.until * DAY)];
  const number = randomUUID();
  await integrations.apply(madeUpApplication(number, from, until), say(APPLICANT));
  await integrations.check(number, say(CASE_OFFICER));
  await integrations.approve(number, say(MANAGER));
  return { number, begins: startOfDay(from), ends: startOfDay(until) + DAY };
}

/** The system asks on the day of a moment. */
async function used(number: string, moment: number): Promise<void> {
  await owner.pool.query("insert into daily_usage select integration_id, $2, 1 from integration where application_number = $1", [
    number,
    taipeiDate(moment),
  ]);
}

async function sleepUntil(moment: number): Promise<void> {
  await environment.sleep(moment - (await environment.currentTimeMs()));
}

async function expectState(number: string, state: string): Promise<void> {
  await expect.poll(async () => (await findIntegration(platform.context.db, number))?.state).toBe(state);
}

describe("the approved period", () => {
  test("§4(1)2 makes the integration active when it begins, and expired when it ends", async () => {
    const { number, begins, ends } = await approved({ from: 3, until: 30 });
    await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    await sleepUntil(begins - 60_000);
    await expectState(number, "provisioned");
    await sleepUntil(begins + 60_000);
    await expectState(number, "active");
    await sleepUntil(ends - 60_000);
    await expectState(number, "active");
    await sleepUntil(ends + 60_000);
    await expectState(number, "expired");
    expect(await platform.client.workflow.getHandle(integrationWorkflowId(number)).result()).toBe("expired");
    await expect(integrations.revoke(number, say(OFFICER))).rejects.toMatchObject({ code: "step-out-of-order" });
  });

  test("§4(1)2 begins by itself though the records, restored from a backup, have forgotten that it was provisioned", async () => {
    const { number, begins } = await approved({ from: 3, until: 30 });
    await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    await owner.pool.query(`
      with i as (update integration set state = 'approved' where application_number = '${number}' returning integration_id),
        a as (update application set stage = 'approved' where application_number = '${number}'),
        c as (delete from credential using i where credential.integration_id = i.integration_id),
        s as (delete from integration_scope using i where integration_scope.integration_id = i.integration_id),
        w as (delete from integration_address using i where integration_address.integration_id = i.integration_id)
      delete from integration_step using i where integration_step.integration_id = i.integration_id and step = 'provision'`);
    await sleepUntil(begins + 60_000);
    await expect.poll(async () => (await integrations.show(number)).state).toBe("approved");
    await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    await expectState(number, "active");
    await integrations.revoke(number, say(OFFICER));
  });

  test("§4(1)2 waits while the records refuse its beginning, without asking again and again, and people may go on", async () => {
    const { number, begins } = await approved({ from: 3, until: 30 });
    await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    await owner.pool.query("alter table integration_step add constraint refuses check (step <> 'activate') not valid");
    await sleepUntil(begins + 30 * 60_000);
    const { events } = await platform.client.workflow.getHandle(integrationWorkflowId(number)).fetchHistory();
    expect(events?.filter((event) => event.activityTaskFailedEventAttributes).length).toBe(1);
    await integrations.addCredential(number, { ...say(OFFICER), credential: fresh() });
    await expectState(number, "provisioned");
    await owner.pool.query("alter table integration_step drop constraint refuses");
    await environment.sleep(2 * 3_600_000);
    await expectState(number, "active");
    await integrations.revoke(number, say(OFFICER));
  });

  test("§4(1)2 ends three years later too", async () => {
    const { number, ends } = await approved({ from: 0, until: 3 * 365 - 1 });
    await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    await used(number, ends - DAY);
    await expectState(number, "active");
    await sleepUntil(ends - 60_000);
    await expectState(number, "active");
    await sleepUntil(ends + 60_000);
    await expectState(number, "expired");
  });

  test("§4(1)2 ends for what was approved and never provisioned, and waits for no decision", async () => {
    const { number, ends } = await approved({ from: 1, until: 5 });
    const now = await environment.currentTimeMs();
    const undecided = randomUUID();
    await integrations.apply(madeUpApplication(undecided, taipeiDate(now), taipeiDate(now + DAY)), say(APPLICANT));
    await integrations.check(undecided, say(CASE_OFFICER));
    await sleepUntil(ends + 60_000);
    await expectState(number, "expired");
    // However long the office takes.
    await environment.sleep(5 * 365 * DAY);
    await expectState(undecided, "checked");
    await expect(integrations.approve(undecided, say(MANAGER))).rejects.toMatchObject({ code: "period-over" });
    await integrations.refuse(undecided, say(MANAGER));
    await expectState(undecided, "refused");
  });
});

describe("an application that was sent back and never comes again", () => {
  test("§3(3) lapses after 60 days, announced before; a change lapses alone, and the rights go on", async () => {
    const { number: holder } = await approved({ from: 0, until: 300 });
    await integrations.provision(holder, { ...say(OFFICER), credential: fresh() });
    const draft = { applicationNumber: randomUUID(), kind: "change", checks: ["resident"] } as const;
    await integrations.amend(holder, { ...say(APPLICANT), draft });
    const fresher = randomUUID();
    const now = await environment.currentTimeMs();
    await integrations.apply(madeUpApplication(fresher, taipeiDate(now), taipeiDate(now + 90 * DAY)), say(APPLICANT));
    for (const number of [holder, fresher]) await integrations.sendBack(number, say(CASE_OFFICER, "請補正"));
    const lapse = lapsesAt(await integrations.show(fresher)) ?? 0;
    const due = async (moment: number) =>
      (await listDueNotices(platform.context.db, new Date(moment))).filter(({ about }) => about === fresher).map(({ kind }) => kind);
    expect(await due(lapse - 15 * DAY)).toEqual(["application-returned"]);
    expect(await due(lapse - DAY)).toEqual(["application-returned", "application-lapses", "application-lapses"]);
    await sleepUntil(lapse - 60_000);
    await expectState(fresher, "returned");
    await sleepUntil(lapse + 60_000);
    await expectState(fresher, "lapsed");
    expect(await due(lapse + DAY)).toEqual(["application-lapsed"]);
    expect(await platform.client.workflow.getHandle(integrationWorkflowId(fresher)).result()).toBe("lapsed");
    await expect(integrations.resubmit(fresher, say(APPLICANT))).rejects.toMatchObject({ code: "application-lapsed" });
    await expect.poll(async () => (await integrations.show(holder)).amendment).toBeUndefined();
    expect(await integrations.show(holder)).toMatchObject({ state: "active", approval: { checks: ["resident", "indigenous"] } });
    await integrations.revoke(holder, say(OFFICER));
  });
});

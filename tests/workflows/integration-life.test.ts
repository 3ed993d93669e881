import { randomUUID } from "node:crypto";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../db/client.ts";
import { findIntegration } from "../../db/queries/integration.ts";
import { listDueNotices } from "../../db/queries/notice.ts";
import { createActivities } from "../../src/activities/index.ts";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
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

const now = () => environment.currentTimeMs();

async function pass(days: number): Promise<void> {
  await environment.sleep(days * DAY);
}

/** An integration that becomes active now, for so many days. */
async function opened(days: number): Promise<string> {
  const number = randomUUID();
  await integrations.apply(madeUpApplication(number, taipeiDate(await now()), taipeiDate((await now()) + days * DAY)), say(APPLICANT));
  await decide(number);
  await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
  await expectState(number, "active");
  return number;
}

async function decide(number: string): Promise<void> {
  await integrations.check(number, say(CASE_OFFICER));
  await integrations.approve(number, say(MANAGER));
}

async function asked(number: string): Promise<void> {
  await owner.pool.query(
    "insert into daily_usage select integration_id, $2, 1 from integration where application_number = $1 on conflict do nothing",
    [number, taipeiDate(await now())],
  );
}

/** As the nightly upkeep does. */
const noteUse = () => new MockActivityEnvironment().run(createActivities(platform.context).noteAddressUsage);

async function expectState(number: string, state: string): Promise<void> {
  await expect.poll(async () => (await findIntegration(platform.context.db, number))?.state).toBe(state);
}

async function announced(number: string, kind: string): Promise<string[]> {
  const due = await listDueNotices(platform.context.db, new Date(await now()));
  return due.filter((notice) => notice.about === number && notice.kind === kind).map(({ recipient }) => recipient);
}

describe("an integration over the years", () => {
  test("§4(1)2 is renewed five times without a gap, each time in a run of its own, and expires when it is not", async () => {
    const number = await opened(365);
    const handle = platform.client.workflow.getHandle(integrationWorkflowId(number));
    const runs = new Set([(await handle.describe()).runId]);
    for (let year = 1; year <= 5; year += 1) {
      for (const days of [170, 170]) {
        await pass(days);
        await asked(number);
      }
      await integrations.amend(number, {
        ...say(APPLICANT),
        draft: { applicationNumber: `${number.slice(0, 30)}-${year}`, kind: "renewal" },
      });
      await decide(number);
      await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
      await expect.poll(async () => (await handle.describe()).runId).not.toSatisfy((run: string) => runs.has(run));
      runs.add((await handle.describe()).runId);
      await expectState(number, "active");
    }
    // However long it lives, a run holds no more than one period's steps and looks.
    for (const runId of runs)
      expect((await platform.client.workflow.getHandle(integrationWorkflowId(number), runId).fetchHistory()).events?.length).toBeLessThan(
        300,
      );
    const { timeline, approval } = await integrations.show(number);
    expect(timeline.map(({ step }) => step)).toEqual([
      ...["submit", "check", "approve", "provision", "activate"],
      ...Array.from({ length: 5 }, () => ["amend", "check", "approve", "provision"]).flat(),
    ]);
    const left = Date.parse(`${approval?.until}T00:00:00+08:00`) + DAY - (await now());
    for (const part of [0, left / 3, left / 3]) {
      await environment.sleep(part);
      await asked(number);
    }
    await environment.sleep(left / 3 - 60_000);
    await expectState(number, "active");
    await environment.sleep(120_000);
    await expectState(number, "expired");
  });

  test("§4(1)2 has its end announced 60, 30 and 7 days before, anew after a renewal, and each once", async () => {
    const number = await opened(99);
    await pass(39);
    expect(await announced(number, "period-ends")).toEqual([]);
    await pass(2);
    expect(await announced(number, "period-ends")).toEqual(["applicant", "caseOfficer"]);
    await pass(30);
    expect(await announced(number, "period-ends")).toHaveLength(4);
    await integrations.amend(number, { ...say(APPLICANT), draft: { applicationNumber: randomUUID(), kind: "renewal" } });
    await decide(number);
    await integrations.provision(number, say(OFFICER));
    expect(await announced(number, "period-ends")).toEqual([]);
    const { rows } = await platform.context.pool.query(
      "select cancelled_at is not null as cancelled, count(*)::int as n from notice where about = $1 and kind = 'period-ends' group by 1 order by 1",
      [number],
    );
    expect(rows).toEqual([
      { cancelled: false, n: 6 },
      { cancelled: true, n: 6 },
    ]);
    await integrations.revoke(number, say(OFFICER));
    const left = await platform.context.pool.query(
      "select recipient from notice where about = $1 and cancelled_at is null and kind <> $2",
      [...[number, "integration-ended"]],
    );
    expect(left.rows).toEqual([]);
    expect(await announced(number, "integration-ended")).toEqual(["applicant", "manager"]);
  });
});

describe("an integration that nobody uses", () => {
  test("§4(1)2 is warned, then suspended, and resumed by a manager; a question in time keeps it", async () => {
    const [unused, used] = [await opened(700), await opened(700)];
    await pass(179);
    expect(await announced(unused, "integration-idle")).toEqual([]);
    await asked(used);
    await pass(2);
    await expect.poll(() => announced(unused, "integration-idle")).toEqual(["applicant", "dedicatedOfficer"]);
    expect(await announced(used, "integration-idle")).toEqual([]);
    await pass(28);
    await expectState(unused, "active");
    await pass(2);
    await expectState(unused, "suspended");
    expect((await integrations.show(unused)).suspendedFor).toBe("idle");
    await expectState(used, "active");
    await integrations.resume(unused, say(MANAGER, "系統已恢復使用"));
    await expectState(unused, "active");
    await pass(100);
    await expectState(unused, "active");
    expect((await integrations.show(used)).timeline.at(-1)?.step).toBe("activate");
  });

  test("§4(1)2 and asks again after the warning is warned no more: the days count anew", async () => {
    const number = await opened(700);
    await pass(181);
    await expect.poll(() => announced(number, "integration-idle")).toHaveLength(2);
    await pass(10);
    await noteUse();
    expect(await announced(number, "integration-idle")).toHaveLength(2);
    await asked(number);
    await noteUse();
    expect(await announced(number, "integration-idle")).toEqual([]);
    await pass(175);
    await expectState(number, "active");
    await pass(8);
    await expect.poll(() => announced(number, "integration-idle")).toEqual(["applicant", "dedicatedOfficer"]);
    await pass(31);
    await expectState(number, "suspended");
    const { timeline } = await integrations.show(number);
    expect(timeline.slice(-3).map(({ step }) => step)).toEqual(["warnIdle", "warnIdle", "suspend"]);
  });
});

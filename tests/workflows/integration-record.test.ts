import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listSteps } from "../../db/queries/integration.ts";
import { createIntegrationActivities } from "../../src/activities/integration.ts";
import type { RecordedStep } from "../../src/domain/integration-record.ts";
import { MANAGER, OFFICER, say } from "../support/integration.ts";
import { codeOf, createIntegrationPlatform, fresh, type IntegrationPlatform, inDays, today } from "../support/integration-platform.ts";

let platform: IntegrationPlatform;
let worker: { stop(): Promise<void> };

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  worker = await platform.startWorker();
});
afterAll(() => platform.stop());

describe("the records of an integration", () => {
  test("§3(3) goes on where it was when the worker is replaced", async () => {
    const number = await platform.approved();
    await worker.stop();
    const pending = platform.integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    worker = await platform.startWorker();
    expect((await pending).credentials).toHaveLength(1);
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
  });

  test("§5(5) that the records say has been stopped gets no rights from a later step, and what follows is not held up", async () => {
    const number = await platform.approved();
    await platform.context.pool.query("update integration set state = 'revoked' where application_number = $1", [number]);
    expect(await codeOf(platform.integrations.provision(number, { ...say(OFFICER), credential: fresh() }))).toBe("record-disagrees");
    const { integrationId } = await platform.onRecord(number);
    expect([await platform.count("integration_scope", integrationId), await platform.count("credential", integrationId)]).toEqual([0, 0]);
    expect((await platform.integrations.show(number)).state).toBe("approved");
    await platform.context.pool.query("update integration set state = 'approved' where application_number = $1", [number]);
    expect(await codeOf(platform.integrations.provision(number, { ...say(OFFICER), credential: fresh() }))).toBeUndefined();
  });

  test("§3(3) takes steps in their order when the records were out of reach meanwhile", async () => {
    const number = await platform.approved();
    const holder = await platform.context.pool.connect();
    await holder.query("begin");
    await holder.query("select from integration where application_number = $1 for update", [number]);
    const provisioned = platform.integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    const waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    await expect.poll(async () => (await platform.context.pool.query(waiting)).rowCount).toBe(1);
    const revoked = platform.integrations.revoke(number, say(OFFICER));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await holder.query("commit");
    holder.release();
    expect([(await provisioned).state, (await revoked).state]).toEqual(["provisioned", "revoked"]);
    const steps = await listSteps(platform.context.db, (await platform.onRecord(number)).integrationId);
    expect(steps.map(({ step }) => step)).toEqual(["submit", "approve", "provision", "revoke"]);
    expect(await platform.count("credential", (await platform.onRecord(number)).integrationId, "revoked_at is null")).toBe(0);
  });
});

describe("recording a step", () => {
  test("§3(3) twice, or twice at once, writes it once, and never another in its place", async () => {
    const number = await platform.applied();
    const { recordStep } = createIntegrationActivities(platform.context);
    const step: RecordedStep = {
      applicationNumber: number,
      sequence: 2,
      step: "approve",
      state: "approved",
      account: MANAGER.account,
      role: "manager",
      reason: "測試理由",
      takenAt: new Date().toISOString(),
      approval: { checks: ["resident"], from: today, until: inDays(9) },
    };
    await Promise.all([recordStep(step), recordStep(step), recordStep(step)]);
    await recordStep(step);
    await expect(recordStep({ ...step, takenAt: new Date(0).toISOString() })).rejects.toMatchObject({ type: "record-disagrees" });
    expect(await platform.count("integration_step", (await platform.onRecord(number)).integrationId, "step = 'approve'")).toBe(1);
  });
});

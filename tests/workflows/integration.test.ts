import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { findIntegration, listIntegrations, listSteps } from "../../db/queries/integration.ts";
import { createIntegrationActivities } from "../../src/activities/integration.ts";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
import { openAccessRegister } from "../../src/api/access-register.ts";
import type { RecordedStep } from "../../src/domain/integration-record.ts";
import type { Actor } from "../../src/domain/integration-step.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import type { RuleViolation } from "../../src/domain/rule-violation.ts";
import { createIntegrationClient, type IntegrationClient, integrationWorkflowId } from "../../src/integration-client.ts";
import { integration as integrationWorkflow } from "../../src/workflows/integration.ts";
import { decodedHistory, rawHistory } from "../support/history.ts";
import { APPLICANT, MANAGER, madeUpApplication, OFFICER, OTHER_MANAGER } from "../support/integration.ts";
import { createTestPlatform, type TestPlatform } from "../support/worker.ts";

const DAY = 86_400_000;
const today = taipeiDate(Date.now());
const inDays = (days: number) => taipeiDate(Date.now() + days * DAY);
const say = (by: Actor, reason = "測試理由") => ({ by, reason });
const fresh = (secret = createSecret()) => ({ credentialId: randomUUID(), secretHash: hashSecret(secret) });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: RuleViolation) => error.code,
  );

let platform: TestPlatform;
let integrations: IntegrationClient;
let worker: { stop(): Promise<void> };

beforeAll(async () => {
  platform = await createTestPlatform();
  integrations = createIntegrationClient(platform.client, platform.context.config.taskQueue);
  worker = await platform.startWorker();
});
afterAll(() => platform.stop());

async function applied(until = inDays(30)): Promise<string> {
  const number = randomUUID();
  await integrations.apply(madeUpApplication(number, today, until), say(APPLICANT));
  return number;
}

async function activated(): Promise<string> {
  const number = await applied();
  await integrations.approve(number, say(MANAGER));
  await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
  await expect.poll(async () => (await onRecord(number)).state, { timeout: 5000 }).toBe("active");
  return number;
}

async function onRecord(number: string) {
  const found = await findIntegration(platform.context.db, number);
  if (found === undefined) throw new Error("not on record");
  return found;
}

async function count(table: string, integrationId: number, condition = "true"): Promise<number> {
  const { rows } = await platform.context.pool.query(`select count(*)::int as n from ${table} where integration_id = $1 and ${condition}`, [
    integrationId,
  ]);
  return rows[0].n;
}

describe("an integration", () => {
  test("§3(3) is applied for, approved, provisioned, active and revoked, each step on record with who, when and why", async () => {
    const number = await applied();
    await integrations.approve(number, { ...say(MANAGER, "範圍縮小"), checks: ["resident"], until: inDays(10) });
    const secret = createSecret();
    const provisioned = await integrations.provision(number, { ...say(OFFICER, "已設定"), credential: fresh(secret) });
    expect(provisioned.credentials).toHaveLength(1);
    await expect.poll(async () => (await onRecord(number)).state).toBe("active");
    const record = await onRecord(number);
    expect(record.approvedUntil).toEqual(new Date(`${inDays(11)}T00:00:00+08:00`));
    const { rows: rights } = await platform.context.pool.query(
      `select (select array_agg(check_code) from integration_scope where integration_id = $1) as checks,
        (select array_agg(host(address) order by address) from integration_address where integration_id = $1) as addresses,
        (select encode(secret_hash, 'hex') from credential where integration_id = $1) as hash`,
      [record.integrationId],
    );
    expect(rights[0]).toEqual({ checks: ["resident"], addresses: ["10.20.30.40", "127.0.0.1"], hash: hashSecret(secret) });
    await integrations.revoke(number, say(OFFICER, "系統停用"));
    expect((await onRecord(number)).state).toBe("revoked");
    expect(await count("credential", record.integrationId, "revoked_at is null")).toBe(0);
    const steps = await listSteps(platform.context.db, record.integrationId);
    expect(steps.map(({ step, actor, role, reason }) => [step, actor, role, reason])).toEqual([
      ["submit", APPLICANT.account, "applicant", "測試理由"],
      ["approve", MANAGER.account, "manager", "範圍縮小"],
      ["provision", OFFICER.account, "dedicatedOfficer", "已設定"],
      ["activate", "platform", "platform", "the approved period has begun"],
      ["revoke", OFFICER.account, "dedicatedOfficer", "系統停用"],
    ]);
    expect((await integrations.show(number)).timeline).toHaveLength(5);
    expect((await listIntegrations(platform.context.db)).map(({ applicationNumber }) => applicationNumber)).toContain(number);
  });

  test("§3(3) that is refused stays on record and gets no rights", async () => {
    const number = await applied();
    await integrations.refuse(number, say(MANAGER, "目的不符"));
    const { state, integrationId } = await onRecord(number);
    expect(state).toBe("refused");
    expect(await count("integration_scope", integrationId)).toBe(0);
    expect(await codeOf(integrations.provision(number, { ...say(OFFICER), credential: fresh() }))).toBe("integration-not-open");
    expect((await integrations.show(number)).state).toBe("refused");
  });

  test("§3(3) changes nothing, not even its history, when a step breaks a rule", async () => {
    const number = await applied();
    const before = await rawHistory(platform.client, integrationWorkflowId(number));
    expect(await codeOf(integrations.approve(number, say(OFFICER)))).toBe("role-not-allowed");
    expect(await codeOf(integrations.approve(number, say({ ...APPLICANT, role: "manager" })))).toBe("own-application");
    expect(await codeOf(integrations.approve(number, { ...say(MANAGER), checks: ["disability"] }))).toBe("scope-wider-than-requested");
    expect(await codeOf(integrations.approve(number, { ...say(MANAGER), until: inDays(31) }))).toBe("period-wider-than-requested");
    expect(await codeOf(integrations.refuse(number, say(MANAGER, "查 A123456789")))).toBe("national-id-in-text");
    expect(await codeOf(integrations.provision(number, { ...say(OFFICER), credential: fresh() }))).toBe("step-out-of-order");
    expect(await codeOf(integrations.revoke(number, say(OFFICER)))).toBe("step-out-of-order");
    const after = await rawHistory(platform.client, integrationWorkflowId(number));
    expect(after.filter((event) => "workflowExecutionUpdateAcceptedEventAttributes" in event)).toHaveLength(1);
    expect(after.filter((event) => "activityTaskScheduledEventAttributes" in event)).toHaveLength(
      before.filter((event) => "activityTaskScheduledEventAttributes" in event).length,
    );
    expect((await onRecord(number)).state).toBe("submitted");
  });

  test("§3(3) decided by two managers at once has one decision, and the other manager is told", async () => {
    const number = await applied();
    const outcomes = await Promise.all([
      codeOf(integrations.approve(number, say(MANAGER))),
      codeOf(integrations.refuse(number, say(OTHER_MANAGER))),
      codeOf(integrations.approve(number, say(OTHER_MANAGER))),
    ]);
    expect(outcomes.filter((code) => code === undefined)).toHaveLength(1);
    expect(
      outcomes.filter((code) => code !== undefined).every((code) => code === "already-decided" || code === "integration-not-open"),
    ).toBe(true);
    const { integrationId } = await onRecord(number);
    expect(await count("integration_step", integrationId, "step in ('approve', 'refuse')")).toBe(1);
  });

  test("§3(3) has one process for its number, while it is open and when it has ended", async () => {
    const number = await applied();
    const again = () => codeOf(integrations.apply(madeUpApplication(number, today, inDays(9)), say(APPLICANT)));
    expect(await again()).toBe("application-number-taken");
    await integrations.refuse(number, say(MANAGER));
    expect(await again()).toBe("application-number-taken");
  });

  test("§3(3) has one record for its number, even where Temporal has forgotten the first", async () => {
    const number = await applied();
    const handle = await platform.client.workflow.start(integrationWorkflow, {
      workflowId: randomUUID(),
      taskQueue: platform.context.config.taskQueue,
      args: [madeUpApplication(number, today, inDays(9)), say(OTHER_MANAGER)],
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { type: "application-number-taken" } } });
    expect((await listSteps(platform.context.db, (await onRecord(number)).integrationId)).map(({ actor }) => actor)).toEqual([
      APPLICANT.account,
    ]);
  });

  test("§3(7) is not applied for with an address that can't be whitelisted, and its number stays free", async () => {
    const number = randomUUID();
    const draft = madeUpApplication(number, today, inDays(9));
    expect(await codeOf(integrations.apply({ ...draft, addresses: ["224.0.0.1"] }, say(APPLICANT)))).toBe("address-not-public");
    expect(await codeOf(integrations.apply({ ...draft, addresses: ["10.0.0.0/8"] }, say(APPLICANT)))).toBe("address-not-single");
    expect(await codeOf(integrations.apply(draft, say(APPLICANT)))).toBeUndefined();
  });

  test("§3(5) takes a second credential, not a third at the same time", async () => {
    const number = await activated();
    await integrations.addCredential(number, { ...say(OFFICER), credential: fresh() });
    expect(await codeOf(integrations.addCredential(number, { ...say(OFFICER), credential: fresh() }))).toBe("too-many-credentials");
    expect(await count("credential", (await onRecord(number)).integrationId)).toBe(2);
  });

  test("§4(1)2 is cut off from every API process within a second of its revocation", async () => {
    const secret = createSecret();
    const number = await applied();
    await integrations.approve(number, say(MANAGER));
    const { pool, close } = openDatabase(platform.database.apiUrl, { max: 2 });
    const register = await openAccessRegister(pool, platform.context.logger);
    const access = () => register.current().findCredential(hashSecret(secret));
    try {
      await integrations.provision(number, { ...say(OFFICER), credential: fresh(secret) });
      await expect.poll(() => access()?.integration.state, { timeout: 2000 }).toBe("active");
      expect(access()).toMatchObject({
        revoked: false,
        integration: { scope: new Set(["resident", "indigenous"]), addresses: new Set(["127.0.0.1", "10.20.30.40"]) },
      });
      await integrations.revoke(number, say(OFFICER));
      await expect.poll(() => [access()?.revoked, access()?.integration.state], { timeout: 1000, interval: 20 }).toEqual([true, "revoked"]);
    } finally {
      await register.close();
      await close();
    }
  });

  test("§3(3) goes on where it was when the worker is replaced", async () => {
    const number = await applied();
    await integrations.approve(number, say(MANAGER));
    await worker.stop();
    const pending = integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    worker = await platform.startWorker();
    expect((await pending).credentials).toHaveLength(1);
    await expect.poll(async () => (await onRecord(number)).state).toBe("active");
  });

  test("§5(5) that the records say has been stopped gets no rights from a later step, and what follows is not held up", async () => {
    const number = await applied();
    await integrations.approve(number, say(MANAGER));
    await platform.context.pool.query("update integration set state = 'revoked' where application_number = $1", [number]);
    expect(await codeOf(integrations.provision(number, { ...say(OFFICER), credential: fresh() }))).toBe("record-disagrees");
    const { integrationId } = await onRecord(number);
    expect([await count("integration_scope", integrationId), await count("credential", integrationId)]).toEqual([0, 0]);
    expect((await integrations.show(number)).state).toBe("approved");
    await platform.context.pool.query("update integration set state = 'approved' where application_number = $1", [number]);
    expect(await codeOf(integrations.provision(number, { ...say(OFFICER), credential: fresh() }))).toBeUndefined();
  });

  test("§3(3) takes steps in their order when the records were out of reach meanwhile", async () => {
    const number = await applied();
    await integrations.approve(number, say(MANAGER));
    const holder = await platform.context.pool.connect();
    await holder.query("begin");
    await holder.query("select from integration where application_number = $1 for update", [number]);
    const provisioned = integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    const waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    await expect.poll(async () => (await platform.context.pool.query(waiting)).rowCount).toBe(1);
    const revoked = integrations.revoke(number, say(OFFICER));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await holder.query("commit");
    holder.release();
    expect([(await provisioned).state, (await revoked).state]).toEqual(["provisioned", "revoked"]);
    const steps = await listSteps(platform.context.db, (await onRecord(number)).integrationId);
    expect(steps.map(({ step }) => step)).toEqual(["submit", "approve", "provision", "revoke"]);
    expect(await count("credential", (await onRecord(number)).integrationId, "revoked_at is null")).toBe(0);
  });
});

describe("recording a step", () => {
  test("§3(3) twice, or twice at once, writes it once", async () => {
    const number = await applied();
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
    expect(await count("integration_step", (await onRecord(number)).integrationId, "step = 'approve'")).toBe(1);
  });
});

describe("what Temporal keeps of an integration", () => {
  test("§4(1)3 is ciphertext, and holds no secret and nobody's ID number even when it is opened", async () => {
    const number = await applied();
    await integrations.approve(number, say(MANAGER));
    const secret = createSecret();
    await integrations.provision(number, { ...say(OFFICER), credential: fresh(secret) });
    await integrations.revoke(number, say(MANAGER, "系統停用"));
    const raw = JSON.stringify(await rawHistory(platform.client, integrationWorkflowId(number)));
    for (const text of ["稅務局", MANAGER.account, "系統停用", hashSecret(secret)]) {
      expect(raw).not.toContain(text);
      expect(raw).not.toContain(Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -1));
    }
    const opened = JSON.stringify(await decodedHistory(platform.client, integrationWorkflowId(number)));
    expect(opened).toContain("系統停用");
    expect(opened).not.toContain(secret);
    expect(opened).not.toMatch(/(?<![a-z0-9])[a-z][1289a-d]\d{8}(?![a-z0-9])/i);
  });
});

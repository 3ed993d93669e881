import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { listIntegrations, listSteps } from "../../db/queries/integration.ts";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
import { openAccessRegister } from "../../src/api/access-register.ts";
import { integrationWorkflowId } from "../../src/integration-client.ts";
import { integration as integrationWorkflow } from "../../src/workflows/integration.ts";
import { rawHistory } from "../support/history.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpAddress, madeUpApplication, OFFICER, OTHER_MANAGER, say } from "../support/integration.ts";
import { codeOf, createIntegrationPlatform, fresh, type IntegrationPlatform, inDays } from "../support/integration-platform.ts";

let platform: IntegrationPlatform;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  await platform.startWorker();
});
afterAll(() => platform.stop());

describe("an integration", () => {
  test("§3(3) is applied for, approved, provisioned, active and revoked, each step on record with who, when and why", async () => {
    const number = await platform.applied();
    await platform.integrations.sendBack(number, say(CASE_OFFICER, "請補正用途"));
    const address = madeUpAddress();
    const correction = { purpose: "房屋稅減免審查", addresses: ["127.0.0.1", address] };
    await platform.integrations.resubmit(number, { ...say(APPLICANT, "已補正"), correction });
    await platform.integrations.check(number, say(CASE_OFFICER, "文件齊備"));
    const until = inDays(10);
    await platform.integrations.approve(number, { ...say(MANAGER, "範圍縮小"), checks: ["resident"], until });
    const secret = createSecret();
    const provisioned = await platform.integrations.provision(number, { ...say(OFFICER, "已設定"), credential: fresh(secret) });
    expect(provisioned.credentials).toHaveLength(1);
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
    const record = await platform.onRecord(number);
    expect(record.approvedUntil).toEqual(new Date(Date.parse(`${until}T24:00:00+08:00`)));
    const { rows: rights } = await platform.context.pool.query(
      `select (select array_agg(check_code) from integration_scope where integration_id = $1) as checks,
        (select array_agg(host(address) order by address) from integration_address where integration_id = $1) as addresses,
        (select encode(secret_hash, 'hex') from credential where integration_id = $1) as hash`,
      [record.integrationId],
    );
    expect(rights[0]).toEqual({ checks: ["resident"], addresses: [address, "127.0.0.1"], hash: hashSecret(secret) });
    await platform.integrations.revoke(number, say(OFFICER, "系統停用"));
    expect((await platform.onRecord(number)).state).toBe("revoked");
    expect(await platform.count("credential", record.integrationId, "revoked_at is null")).toBe(0);
    const steps = await listSteps(platform.context.db, record.integrationId);
    expect(steps.map(({ step, actor, role, reason }) => [step, actor, role, reason])).toEqual([
      ["submit", APPLICANT.account, "applicant", "測試理由"],
      ["sendBack", CASE_OFFICER.account, "caseOfficer", "請補正用途"],
      ["resubmit", APPLICANT.account, "applicant", "已補正"],
      ["check", CASE_OFFICER.account, "caseOfficer", "文件齊備"],
      ["approve", MANAGER.account, "manager", "範圍縮小"],
      ["provision", OFFICER.account, "dedicatedOfficer", "已設定"],
      ["activate", "platform", "platform", "the approved period has begun"],
      ["revoke", OFFICER.account, "dedicatedOfficer", "系統停用"],
    ]);
    expect((await platform.integrations.show(number)).timeline).toHaveLength(8);
    const { rows: submitted } = await platform.context.pool.query(
      "select submitted->>'purpose' as purpose from integration_step where integration_id = $1 and submitted is not null order by sequence",
      [record.integrationId],
    );
    expect(submitted).toEqual([{ purpose: "減免資格審查" }, { purpose: "房屋稅減免審查" }]);
    expect((await listIntegrations(platform.context.db)).map(({ applicationNumber }) => applicationNumber)).toContain(number);
  });

  test("§3(3) that is refused stays on record and gets no rights", async () => {
    const number = await platform.checked();
    await platform.integrations.refuse(number, say(MANAGER, "目的不符"));
    const { state, integrationId } = await platform.onRecord(number);
    expect(state).toBe("refused");
    expect(await platform.count("integration_scope", integrationId)).toBe(0);
    expect(await codeOf(platform.integrations.provision(number, { ...say(OFFICER), credential: fresh() }))).toBe("step-out-of-order");
    expect(await codeOf(platform.integrations.approve(number, say(MANAGER)))).toBe("already-decided");
    expect(await codeOf(platform.integrations.approve("unknown", say(MANAGER)))).toBe("integration-not-open");
    expect((await platform.integrations.show(number)).state).toBe("refused");
  });

  test("§3(3) that was withdrawn is decided no more, and the manager is told so", async () => {
    const number = await platform.checked();
    await platform.integrations.withdraw(number, say(APPLICANT, "改採紙本查證"));
    expect(await codeOf(platform.integrations.approve(number, say(MANAGER)))).toBe("application-withdrawn");
    expect((await platform.onRecord(number)).state).toBe("withdrawn");
  });

  test("§3(3) changes nothing, not even its history, when a step breaks a rule", async () => {
    const number = await platform.applied();
    expect(await codeOf(platform.integrations.approve(number, say(MANAGER)))).toBe("not-checked");
    await platform.integrations.check(number, say(CASE_OFFICER));
    const before = await rawHistory(platform.client, integrationWorkflowId(number));
    expect(await codeOf(platform.integrations.approve(number, say(OFFICER)))).toBe("role-not-allowed");
    expect(await codeOf(platform.integrations.approve(number, say({ ...APPLICANT, role: "manager" })))).toBe("own-application");
    expect(await codeOf(platform.integrations.approve(number, say({ ...CASE_OFFICER, role: "manager" })))).toBe("own-check");
    expect(await codeOf(platform.integrations.approve(number, { ...say(MANAGER), checks: ["income"] }))).toBe("unknown-check");
    expect(await codeOf(platform.integrations.approve(number, { ...say(MANAGER), checks: ["disability"] }))).toBe(
      "scope-wider-than-requested",
    );
    expect(await codeOf(platform.integrations.approve(number, { ...say(MANAGER), until: inDays(31) }))).toBe("period-wider-than-requested");
    expect(await codeOf(platform.integrations.refuse(number, say(MANAGER, "查 A123456789")))).toBe("national-id-in-text");
    expect(await codeOf(platform.integrations.provision(number, { ...say(OFFICER), credential: fresh() }))).toBe("step-out-of-order");
    expect(await codeOf(platform.integrations.revoke(number, say(OFFICER)))).toBe("step-out-of-order");
    const after = await rawHistory(platform.client, integrationWorkflowId(number));
    expect(after.filter((event) => "workflowExecutionUpdateAcceptedEventAttributes" in event)).toHaveLength(2);
    expect(after.filter((event) => "activityTaskScheduledEventAttributes" in event)).toHaveLength(
      before.filter((event) => "activityTaskScheduledEventAttributes" in event).length,
    );
    expect((await platform.onRecord(number)).state).toBe("checked");
  });

  test("§3(3) decided by two managers at once has one decision, and the other manager is told", async () => {
    const number = await platform.checked();
    const outcomes = await Promise.all([
      codeOf(platform.integrations.approve(number, say(MANAGER))),
      codeOf(platform.integrations.refuse(number, say(OTHER_MANAGER))),
      codeOf(platform.integrations.approve(number, say(OTHER_MANAGER))),
    ]);
    expect(outcomes.filter((code) => code === undefined)).toHaveLength(1);
    expect(outcomes.filter((code) => code === "already-decided")).toHaveLength(2);
    const { integrationId } = await platform.onRecord(number);
    expect(await platform.count("integration_step", integrationId, "step in ('approve', 'refuse')")).toBe(1);
  });

  test("§3(3) has one process for its number, while it is open and when it has ended", async () => {
    const number = await platform.applied();
    const again = () => codeOf(platform.integrations.apply(madeUpApplication(number, inDays(0), inDays(9)), say(APPLICANT)));
    expect(await again()).toBe("application-number-taken");
    await platform.integrations.withdraw(number, say(APPLICANT));
    expect(await again()).toBe("application-number-taken");
  });

  test("§3(3) has one record for its number, even where Temporal has forgotten the first", async () => {
    const number = await platform.applied();
    const handle = await platform.client.workflow.start(integrationWorkflow, {
      workflowId: randomUUID(),
      taskQueue: platform.context.config.taskQueue,
      args: [{ draft: madeUpApplication(number, inDays(0), inDays(9)), submission: { ...say(OTHER_MANAGER), requestId: randomUUID() } }],
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { type: "application-number-taken" } } });
    expect((await listSteps(platform.context.db, (await platform.onRecord(number)).integrationId)).map(({ actor }) => actor)).toEqual([
      APPLICANT.account,
    ]);
  });

  test("§3(7) is not applied for with an address that can't be whitelisted, and its number stays free", async () => {
    const number = randomUUID();
    const draft = madeUpApplication(number, inDays(0), inDays(9));
    for (const address of ["224.0.0.1", "::1:2"])
      expect(await codeOf(platform.integrations.apply({ ...draft, addresses: [address] }, say(APPLICANT)))).toBe("address-not-public");
    expect(await codeOf(platform.integrations.apply({ ...draft, addresses: ["10.0.0.0/8"] }, say(APPLICANT)))).toBe("address-not-single");
    expect(await codeOf(platform.integrations.apply(draft, say(APPLICANT)))).toBeUndefined();
  });

  test("§3(5) takes a second credential, not a third at the same time", async () => {
    const number = await platform.activated();
    await platform.integrations.addCredential(number, { ...say(OFFICER), credential: fresh() });
    expect(await codeOf(platform.integrations.addCredential(number, { ...say(OFFICER), credential: fresh() }))).toBe(
      "too-many-credentials",
    );
    expect(await platform.count("credential", (await platform.onRecord(number)).integrationId)).toBe(2);
  });

  test("§4(1)2 is cut off from every API process within a second of its revocation", async () => {
    const secret = createSecret();
    const number = await platform.approved();
    const { pool, close } = openDatabase(platform.database.apiUrl, { max: 2 });
    const register = await openAccessRegister(pool, platform.context.logger);
    const access = () => register.current().findCredential(hashSecret(secret));
    try {
      await platform.integrations.provision(number, { ...say(OFFICER), credential: fresh(secret) });
      await expect.poll(() => access()?.integration.state, { timeout: 2000 }).toBe("active");
      expect(access()).toMatchObject({
        revoked: false,
        integration: { scope: new Set(["resident", "indigenous"]), addresses: new Set([expect.stringContaining("10.20.")]) },
      });
      await platform.integrations.revoke(number, say(OFFICER));
      await expect.poll(() => [access()?.revoked, access()?.integration.state], { timeout: 1000, interval: 20 }).toEqual([true, "revoked"]);
    } finally {
      await register.close();
      await close();
    }
  });
});

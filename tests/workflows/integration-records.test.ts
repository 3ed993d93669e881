import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { rotateCredential } from "../../db/queries/credential.ts";
import { listSteps } from "../../db/queries/integration.ts";
import { createSecret, hashSecret, proveSecret } from "../../src/adapters/credential-secret.ts";
import type { Actor } from "../../src/domain/integration-step.ts";
import { integrationWorkflowId } from "../../src/integration-client.ts";
import { integration as integrationWorkflow, recordsChanged, stepUpdate } from "../../src/workflows/integration.ts";
import { ruleViolationIn } from "../../src/workflows/rule-failure.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, say } from "../support/integration.ts";
import { codeOf, createIntegrationPlatform, fresh, type IntegrationPlatform, inDays } from "../support/integration-platform.ts";

let platform: IntegrationPlatform;
let owner: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  owner = openDatabase(platform.database.ownerUrl, { max: 2 });
  await platform.startWorker();
  await owner.pool.query(`
    insert into account (account) values ('hua.manager'), ('ma.manager');
    insert into appointment (account, duty, valid_from, valid_until, appointed_by, appointed_at, reason) values
      ('hua.manager', 'manager', now() - interval '2 days', now() - interval '1 day', 'chief', now(), '府函'),
      ('ma.manager', 'manager', now() + interval '1 day', null, 'chief', now(), '府函')`);
});
afterAll(async () => {
  await owner.close();
  await platform.stop();
});

const stepsOf = async (number: string) =>
  (await listSteps(platform.context.db, (await platform.onRecord(number)).integrationId)).map(({ step, actor }) => `${step} ${actor}`);

describe("the records take a step", () => {
  test.each<[string, Actor]>([
    ["nobody's account", { account: "nobody.here", role: "manager" }],
    ["another duty's holder", { ...CASE_OFFICER, role: "manager" }],
    ["whose office has ended", { account: "hua.manager", role: "manager" }],
    ["whose office has yet to begin", { account: "ma.manager", role: "manager" }],
  ])("§3(1) §3(3) not from %s, whoever reaches the processes", async (_who, by) => {
    const number = await platform.applied();
    await platform.integrations.check(number, say({ ...CASE_OFFICER }));
    expect(await codeOf(platform.integrations.approve(number, say(by)))).toBe(
      by.account === CASE_OFFICER.account ? "own-check" : "not-in-office",
    );
    const written = platform.context.pool.query(
      "insert into integration_step (integration_id, sequence, step, actor, actor_role, reason, taken_at) values ($1, 3, 'approve', $2, $3, 'x', now())",
      [(await platform.onRecord(number)).integrationId, by.account, by.role],
    );
    await expect(written).rejects.toThrow("only somebody in office");
    expect(await stepsOf(number)).toEqual([`submit ${APPLICANT.account}`, `check ${CASE_OFFICER.account}`]);
    // What was refused stands in nobody's way.
    expect(await codeOf(platform.integrations.approve(number, say(MANAGER)))).toBeUndefined();
  });

  test("§3(3) not from another process of the integration, beyond its rules", async () => {
    const forged = async (integrationNumber: string) => {
      const args: [{ integrationNumber: string }] = [{ integrationNumber }];
      const options = { workflowId: `forged/${randomUUID()}`, taskQueue: platform.context.config.taskQueue, args };
      const handle = await platform.client.workflow.start(integrationWorkflow, options);
      const provision = { ...say(OFFICER), credential: fresh(), requestId: randomUUID() };
      return handle.executeUpdate(stepUpdate("provision"), { args: [provision] }).then(
        () => "provisioned",
        (error: unknown) => ruleViolationIn(error)?.code,
      );
    };
    const [applied, approved] = [await platform.applied(), await platform.approved()];
    expect(await forged(applied)).toBe("step-out-of-order");
    expect(await platform.count("credential", (await platform.onRecord(applied)).integrationId)).toBe(0);
    expect(await forged(approved)).toBe("provisioned");
  });

  test("§3(3) §5(5) not a second time, when somebody without the key sends again what was sent", async () => {
    const number = await platform.activated();
    const { suspend, resume } = platform.integrations;
    await suspend(number, say(OFFICER, "查明中"));
    await resume(number, say(MANAGER, "已查明"));
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
    await suspend(number, say(OFFICER, "憑證外洩"));
    const { integrationId } = await platform.onRecord(number);
    const before = await stepsOf(number);
    const workflowId = integrationWorkflowId(number);
    const { events } = await platform.client.workflow.getHandle(workflowId).fetchHistory();
    const inputs = events?.map((event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input);
    const input = inputs?.find((found) => found?.name === "resume") ?? null;
    expect(input).not.toBeNull();
    const request = { meta: { updateId: randomUUID(), identity: "intruder" }, input };
    const answer = await platform.client.workflowService.updateWorkflowExecution({
      ...{ namespace: "default", workflowExecution: { workflowId }, request },
      waitPolicy: { lifecycleStage: 3 },
    });
    // It is told what holds, as a retry would be.
    expect(answer.outcome?.success).toBeDefined();
    expect((await platform.onRecord(number)).state).toBe("suspended");
    expect(await stepsOf(number)).toEqual(before);
    expect(await platform.count("integration_step", integrationId, "step = 'resume'")).toBe(1);
  });

  test("§3(1) not in the platform's own name, nor a system's", async () => {
    const number = await platform.activated();
    for (const role of ["platform", "system"] as const)
      expect(await codeOf(platform.integrations.suspend(number, say({ account: role, role })))).toBe("role-not-allowed");
    expect((await platform.onRecord(number)).state).toBe("active");
  });

  test("§3(3) not against their own constraints: the step is refused with a code at once, and the next is taken", async () => {
    const number = await platform.applied();
    await owner.pool.query("alter table integration_step add constraint refuses check (reason <> '不被接受')");
    expect(await codeOf(platform.integrations.check(number, say(CASE_OFFICER, "不被接受")))).toBe("record-refused");
    expect(await codeOf(platform.integrations.check(number, say(CASE_OFFICER)))).toBeUndefined();
  });

  test("§3(3) not an agency's name that its index can't hold", async () => {
    const number = randomUUID();
    const letter = () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000));
    const named = (length: number) => {
      const agencyName = Array.from({ length }, letter).join("");
      return codeOf(platform.integrations.apply({ ...madeUpApplication(number, inDays(0), inDays(9)), agencyName }, say(APPLICANT)));
    };
    expect([await named(1000), await named(200)]).toEqual(["name-too-long", undefined]);
  });

  test("§3(7) with the addresses of others that a manager acknowledged, however they were typed, and no others", async () => {
    const number = await platform.checked();
    const approve = (...sharedAddresses: string[]) => codeOf(platform.integrations.approve(number, { ...say(MANAGER), sharedAddresses }));
    expect(await approve("10.1.1.0/24")).toBe("address-not-single");
    expect(await approve("10.1.1.7 ", "2001:DB8:0::7")).toBeUndefined();
    const { rows } = await platform.context.pool.query(
      "select array(select host(a) from unnest(shared_addresses) a) as shared from application where application_number = $1",
      [number],
    );
    expect(rows).toEqual([{ shared: ["10.1.1.7", "2001:db8::7"] }]);
  });

  test("§5(5) while others write what belongs to the integration", async () => {
    const number = await platform.activated();
    const { integrationId } = await platform.onRecord(number);
    const writer = await owner.pool.connect();
    try {
      await writer.query("begin");
      await writer.query("insert into daily_usage (integration_id, usage_day, subjects) values ($1, current_date, 1)", [integrationId]);
      await platform.integrations.suspend(number, say(OFFICER));
      expect((await platform.onRecord(number)).state).toBe("suspended");
      await writer.query("commit");
    } finally {
      writer.release();
    }
  });
});

describe("a revoked credential", () => {
  test("§3(5) takes with it those that the system made by it, also those that its workflow has not heard of", async () => {
    const number = await platform.approved();
    const [token, first] = [createSecret(), randomUUID()];
    await platform.integrations.provision(number, { ...say(OFFICER), credential: { credentialId: first, secretHash: hashSecret(token) } });
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
    const api = openDatabase(platform.database.apiUrl, { max: 1 });
    const until = Date.now() + 9 * 86_400_000;
    const next = { freshId: randomUUID(), freshHash: hashSecret(createSecret()), validUntil: until, presentValidUntil: until };
    const rotated = await rotateCredential(api.pool, { presentId: first, proof: proveSecret(token), ...next });
    expect(rotated.outcome).toBe("rotated");
    await api.close();
    const { credentials } = await platform.integrations.revokeCredential(number, {
      ...say(OFFICER, "外洩"),
      credentialId: first,
    });
    expect(credentials).toEqual([]);
    const { integrationId } = await platform.onRecord(number);
    expect(await platform.count("credential", integrationId, "revoked_at is not null")).toBe(2);
    expect(await platform.count("credential", integrationId, `replaces = '${first}'`)).toBe(1);
  });

  test("§3(5) leaves the one before it, whose end is then announced as it is, and no longer as it was", async () => {
    const number = await platform.approved();
    const [token, first, second] = [createSecret(), randomUUID(), randomUUID()];
    await platform.integrations.provision(number, { ...say(OFFICER), credential: { credentialId: first, secretHash: hashSecret(token) } });
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
    const announced = async () => {
      const { rows } = await platform.context.pool.query<{ announces: Date }>(
        "select distinct announces from notice where about = $1 and kind = 'credential-expires' and cancelled_at is null",
        [number],
      );
      return rows.map(({ announces }) => announces.getTime());
    };
    expect(await announced()).toHaveLength(1);
    const [until, shortened] = [9, 4].map((days) => Date.now() + days * 86_400_000) as [number, number];
    const next = { freshId: second, freshHash: hashSecret(createSecret()), validUntil: until, presentValidUntil: shortened };
    const api = openDatabase(platform.database.apiUrl, { max: 1 });
    await rotateCredential(api.pool, { presentId: first, proof: proveSecret(token), ...next });
    await api.close();
    // As the catch-up does.
    await platform.client.workflow.getHandle(integrationWorkflowId(number)).signal(recordsChanged);
    await expect.poll(async () => (await platform.integrations.show(number)).credentials.length).toBe(2);
    await platform.integrations.revokeCredential(number, { ...say(OFFICER, "外洩"), credentialId: second });
    expect(await announced()).toEqual([shortened]);
  });
});

describe("a decision", () => {
  test("§3(3) is taken on what was shown: sent back and put right meanwhile, it has to be looked at anew", async () => {
    const number = await platform.checked();
    const seen = 2;
    await platform.integrations.sendBack(number, { ...say(CASE_OFFICER, "請補正"), seen });
    await platform.integrations.resubmit(number, { ...say(APPLICANT), correction: { checks: ["resident", "disability"] } });
    await platform.integrations.check(number, say(CASE_OFFICER));
    expect(await codeOf(platform.integrations.approve(number, { ...say(MANAGER), seen }))).toBe("application-changed");
    expect(await codeOf(platform.integrations.refuse(number, { ...say(MANAGER), seen: 4 }))).toBe("application-changed");
    expect(await codeOf(platform.integrations.approve(number, { ...say(MANAGER), seen: 5 }))).toBeUndefined();
    const provision = { ...say(OFFICER), credential: { credentialId: "00000000-0000-4000-8000-000000000003", secretHash: "3".repeat(64) } };
    expect(await codeOf(platform.integrations.provision(number, { ...provision, seen: 5 }))).toBe("application-changed");
    expect(await codeOf(platform.integrations.provision(number, { ...provision, seen: 6 }))).toBeUndefined();
  });
});

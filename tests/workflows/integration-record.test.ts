import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listSteps } from "../../db/queries/integration.ts";
import { readIntegration } from "../../db/queries/integration-record.ts";
import { createIntegrationActivities } from "../../src/activities/integration.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpAddress, OFFICER, OTHER_MANAGER, say } from "../support/integration.ts";
import { createIntegrationPlatform, fresh, type IntegrationPlatform, inDays } from "../support/integration-platform.ts";

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

  test("§3(3) hold all that its workflow knows, after every step", async () => {
    const { db } = platform.context;
    const number = await platform.applied();
    const same = async () => expect(await readIntegration(db, number)).toEqual(await platform.integrations.show(number));
    await same();
    const take = platform.integrations;
    await take.sendBack(number, say(CASE_OFFICER));
    await take.resubmit(number, { ...say(APPLICANT), correction: { addresses: [madeUpAddress(), "2001:b000:0:0::7"], until: inDays(60) } });
    await same();
    await take.check(number, say(CASE_OFFICER));
    await take.approve(number, { ...say(MANAGER), checks: ["indigenous"], until: inDays(50) });
    await same();
    await take.provision(number, { ...say(OFFICER), credential: fresh() });
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
    await same();
    const draft = {
      applicationNumber: randomUUID(),
      kind: "change",
      checks: ["resident", "disability"],
      addresses: [madeUpAddress()],
    } as const;
    await take.amend(number, { ...say(APPLICANT), draft });
    await same();
    await take.check(number, say(CASE_OFFICER));
    await take.approve(number, { ...say(OTHER_MANAGER), checks: ["disability"] });
    await same();
    await take.provision(number, { ...say(OFFICER), credential: fresh() });
    await same();
    const [first] = (await take.show(number)).credentials;
    await take.revokeCredential(number, { ...say(OFFICER), credentialId: first?.credentialId ?? "" });
    await same();
    await take.suspend(number, { ...say(MANAGER), cause: "correctiveAction" });
    const reapplication = { applicationNumber: randomUUID(), kind: "reapplication", improvement: "已改善" } as const;
    await take.amend(number, { ...say(APPLICANT), draft: reapplication });
    await same();
    await take.revoke(number, say(MANAGER));
    await same();
    const { rows } = await platform.context.pool.query(
      "select kind, stage from application where integration_id = $1 order by submitted_at",
      [(await platform.onRecord(number)).integrationId],
    );
    expect(rows).toEqual([
      { kind: "new", stage: "replaced" },
      { kind: "change", stage: "provisioned" },
      { kind: "reapplication", stage: "lapsed" },
    ]);
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
    expect(steps.map(({ step }) => step)).toEqual(["submit", "check", "approve", "provision", "revoke"]);
    expect(await platform.count("credential", (await platform.onRecord(number)).integrationId, "revoked_at is null")).toBe(0);
  });
});

describe("taking a step", () => {
  test("§3(3) twice, or twice at once, takes it once, and never another in its place", async () => {
    const number = await platform.checked();
    const { takeStep } = createIntegrationActivities(platform.context);
    const request = { ...say(MANAGER), requestId: randomUUID() };
    const approve = () => takeStep(number, "approve", request, Date.now());
    const [first, ...others] = await Promise.all([approve(), approve(), approve()]);
    expect(first?.integration.state).toBe("approved");
    for (const other of others) expect(other).toEqual(first);
    const other = takeStep(number, "approve", { ...say(OTHER_MANAGER), requestId: randomUUID() }, Date.now());
    await expect(other).rejects.toMatchObject({ type: "already-decided" });
    // It came once, whatever has happened since.
    await takeStep(number, "provision", { ...say(OFFICER), credential: fresh(), requestId: randomUUID() } as typeof request, Date.now());
    expect((await approve()).integration.state).not.toBe("approved");
    expect(await platform.count("integration_step", (await platform.onRecord(number)).integrationId, "step = 'approve'")).toBe(1);
  });

  test("§3(3) under the name of another integration's request takes nothing", async () => {
    const [number, other] = [await platform.applied(), await platform.applied()];
    const { takeStep } = createIntegrationActivities(platform.context);
    const request = { ...say(CASE_OFFICER), requestId: randomUUID() };
    await takeStep(number, "check", request, Date.now());
    await expect(takeStep(other, "check", request, Date.now())).rejects.toMatchObject({ type: "record-refused" });
  });

  test("§3(3) that lacks the one before it is refused, whatever its process believes", async () => {
    const number = await platform.applied();
    const { takeStep } = createIntegrationActivities(platform.context);
    const approve = takeStep(number, "approve", { ...say(MANAGER), requestId: randomUUID() }, Date.now());
    await expect(approve).rejects.toMatchObject({ type: "not-checked" });
  });
});

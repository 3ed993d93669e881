import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { rotateCredential } from "../../db/queries/credential.ts";
import { stopCredentialOnRecord, stopOnRecord } from "../../db/queries/integration-stop.ts";
import { createSecret, hashSecret, proveSecret } from "../../src/adapters/credential-secret.ts";
import { openAccessRegister } from "../../src/api/access-register.ts";
import { startCatchUp } from "../../src/integration-catch-up.ts";
import { stopFromConsole, stopIntegration } from "../../src/integration-stop.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, OFFICER, say } from "../support/integration.ts";
import { codeOf, createIntegrationPlatform, fresh, type IntegrationPlatform } from "../support/integration-platform.ts";

const DAY = 86_400_000;
let platform: IntegrationPlatform;
let worker: { stop(): Promise<void> };

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  worker = await platform.startWorker();
});
afterAll(() => platform.stop());

const stop = (number: string, by = OFFICER) => stopIntegration(platform.context.db, number, say(by, "疑似異常查詢"), Date.now());

describe("an emergency stop", () => {
  test("§5(5) cuts off within a second without Temporal, as a step of its own, and the workflow catches up when it is back", async () => {
    const secret = createSecret();
    const number = await platform.approved();
    await platform.integrations.provision(number, { ...say(OFFICER), credential: fresh(secret) });
    await expect.poll(async () => (await platform.integrations.show(number)).state).toBe("active");
    const { pool, close } = openDatabase(platform.database.apiUrl, { max: 2 });
    const register = await openAccessRegister(pool, platform.context.logger);
    await worker.stop();
    try {
      const stopped = await stop(number);
      expect(stopped).toMatchObject({ state: "suspended", suspendedFor: "person" });
      const state = () => register.current().findCredential(hashSecret(secret))?.integration.state;
      await expect.poll(state, { timeout: 1000, interval: 20 }).toBe("suspended");
    } finally {
      await register.close();
      await close();
    }
    worker = await platform.startWorker();
    expect((await platform.integrations.show(number)).state).toBe("active");
    const catchUp = startCatchUp(platform.context, platform.client);
    await expect.poll(async () => (await platform.integrations.show(number)).state).toBe("suspended");
    await catchUp.stop();
    expect((await platform.integrations.show(number)).timeline.at(-1)).toMatchObject({ step: "suspend", account: OFFICER.account });
    expect((await platform.context.pool.query("select from unseen_step")).rowCount).toBe(0);
    await platform.integrations.resume(number, say(MANAGER));
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
  });

  test("§5(5) is heard of at the workflow's next step at the latest: the records have the last word", async () => {
    const number = await platform.activated();
    await stop(number);
    const change = { applicationNumber: `${number.slice(0, 30)}-2`, kind: "change", checks: ["resident"] } as const;
    expect(await codeOf(platform.integrations.amend(number, { ...say(APPLICANT), draft: change }))).toBe("reapplication-required");
    expect((await platform.integrations.show(number)).state).toBe("suspended");
    const { integrationId } = await platform.onRecord(number);
    expect(await platform.count("integration_step", integrationId)).toBe(6);
    await platform.integrations.revoke(number, say(MANAGER));
    expect((await platform.onRecord(number)).state).toBe("revoked");
  });

  test("§5(5) follows the rules of a suspension", async () => {
    const number = await platform.activated();
    expect(await codeOf(stop(number, APPLICANT))).toBe("role-not-allowed");
    expect(await codeOf(stop("unknown"))).toBe("integration-unknown");
    await stop(number);
    expect(await codeOf(stop(number))).toBe("already-suspended");
    expect(await codeOf(stop(await platform.applied()))).toBe("step-out-of-order");
  });
});

describe("a leaked credential", () => {
  const revoked = async (number: string) => {
    const { rows } = await platform.context.pool.query(
      "select credential_id as id from credential join integration using (integration_id) where application_number = $1 and revoked_at is not null order by valid_from",
      [number],
    );
    return rows.map(({ id }) => id);
  };

  test("§3(5) §5(5) is ended without Temporal, with what was made by it, by a command or the console, in the name of somebody in office only", async () => {
    const secret = createSecret();
    const number = await platform.approved();
    const credential = fresh(secret);
    await platform.integrations.provision(number, { ...say(OFFICER), credential });
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
    const api = openDatabase(platform.database.apiUrl, { max: 1 });
    const made = {
      presentId: credential.credentialId,
      proof: proveSecret(secret),
      freshId: randomUUID(),
      freshHash: hashSecret(createSecret()),
    };
    await rotateCredential(api.pool, { ...made, validUntil: Date.now() + 80 * DAY, presentValidUntil: Date.now() + 14 * DAY });
    await api.close();
    const end = (credentialId: string, by = OFFICER) => ({ ...say(by, "金鑰外洩"), credentialId });
    await worker.stop();
    const { db, close } = openDatabase(platform.database.consoleUrl, { max: 1 });
    try {
      await expect(stopCredentialOnRecord(db, number, end(made.presentId, CASE_OFFICER))).rejects.toThrow(
        "only a manager or dedicated officer",
      );
      await expect(stopCredentialOnRecord(db, number, end(made.presentId, { ...MANAGER, account: "nobody" }))).rejects.toThrow("in office");
      expect(await stopCredentialOnRecord(db, "none", end(made.presentId))).toBe(false);
      expect(await revoked(number)).toEqual([]);
      await stopFromConsole(db, number, end(made.freshId, MANAGER), Date.now());
      expect(await revoked(number)).toEqual([made.freshId]);
      const broken = (credentialId: string) => codeOf(stopFromConsole(db, number, end(credentialId), Date.now()));
      expect([await broken(made.freshId), await broken("none")]).toEqual(["credential-unknown", "credential-unknown"]);
      await stopIntegration(platform.context.db, number, end(made.presentId), Date.now());
      expect(await revoked(number)).toEqual([made.presentId, made.freshId]);
    } finally {
      await close();
      worker = await platform.startWorker();
    }
    const catchUp = startCatchUp(platform.context, platform.client);
    await expect.poll(async () => (await platform.integrations.show(number)).credentials).toEqual([]);
    await catchUp.stop();
    expect((await platform.integrations.show(number)).timeline.slice(-2)).toMatchObject([
      { step: "revokeCredential", account: MANAGER.account, reason: "金鑰外洩" },
      { step: "revokeCredential", account: OFFICER.account },
    ]);
  });
});

describe("a credential that a system changed by itself", () => {
  test("§3(5) is known to the workflow as soon as it is told, and its end is what is announced", async () => {
    const number = await platform.approved();
    const secret = createSecret();
    await platform.integrations.provision(number, { ...say(OFFICER), credential: fresh(secret) });
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
    const { credentials: before } = await platform.integrations.show(number);
    const { pool, close } = openDatabase(platform.database.apiUrl, { max: 1 });
    const rotation = { presentId: before[0]?.credentialId ?? "", freshId: randomUUID(), freshHash: hashSecret(createSecret()) };
    const proof = proveSecret(secret);
    await rotateCredential(pool, { ...rotation, proof, validUntil: Date.now() + 80 * DAY, presentValidUntil: Date.now() + 14 * DAY });
    await close();
    const catchUp = startCatchUp(platform.context, platform.client);
    const known = async () => (await platform.integrations.show(number)).credentials.map(({ credentialId }) => credentialId);
    await expect.poll(known).toEqual([rotation.presentId, rotation.freshId]);
    await catchUp.stop();
    expect(await codeOf(platform.integrations.addCredential(number, { ...say(OFFICER), credential: fresh() }))).toBe(
      "too-many-credentials",
    );
    const { rows } = await platform.context.pool.query(
      "select split_part(notice_key, '/', 3) as id, cancelled_at is not null as cancelled from notice where about = $1 and kind = 'credential-expires' order by 2",
      [number],
    );
    expect(rows).toEqual([
      ...Array.from({ length: 2 }, () => ({ id: rotation.freshId, cancelled: false })),
      ...Array.from({ length: 2 }, () => ({ id: rotation.presentId, cancelled: true })),
    ]);
  });
});

test("§5(5) the console's role can suspend in the name of somebody in office only, and change nothing else", async () => {
  const number = await platform.activated();
  const { db, pool, close } = openDatabase(platform.database.consoleUrl, { max: 1 });
  const stop = (by: { account: string; role: typeof OFFICER.role }) => stopOnRecord(db, number, { by, reason: "測試理由" });
  const appointer = openDatabase(platform.database.appointerUrl, { max: 1 });
  await appointer.pool.query(
    `with new as (insert into account (account) values ('ma.manager') returning account)
     insert into appointment (account, duty, valid_from, appointed_by, appointed_at, reason)
     select account, 'manager', now() + interval '1 day', 'chief', now(), '府函' from new`,
  );
  await appointer.close();
  for (const by of [
    APPLICANT,
    { ...OFFICER, account: "nobody.here" },
    { ...CASE_OFFICER, role: "dedicatedOfficer" as const },
    { ...MANAGER, account: "ma.manager" },
  ])
    await expect(stop(by)).rejects.toThrow("in office");
  expect(await stopOnRecord(db, "unknown", { by: OFFICER, reason: "測試理由" })).toBe(false);
  for (const statement of [
    "update integration set state = 'active'",
    "insert into unseen_step values (1)",
    "update notice set sent_at = now()",
  ])
    await expect(pool.query(statement)).rejects.toThrow("permission denied");
  await close();
  expect((await platform.onRecord(number)).state).toBe("active");
});

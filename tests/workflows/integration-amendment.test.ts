import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAccessRegister } from "../../db/queries/access-register.ts";
import { readIntegration } from "../../db/queries/integration-record.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpAddress, madeUpApplication, OFFICER, say } from "../support/integration.ts";
import { codeOf, createIntegrationPlatform, fresh, type IntegrationPlatform, inDays } from "../support/integration-platform.ts";

let platform: IntegrationPlatform;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  await platform.startWorker();
});
afterAll(() => platform.stop());

async function decide(number: string): Promise<void> {
  await platform.integrations.check(number, say(CASE_OFFICER));
  await platform.integrations.approve(number, say(MANAGER));
}

describe("a change of an integration", () => {
  test("§3(3) §3(7) takes the old rights' place at once: whoever looks sees the old or the new, never none, never both", async () => {
    const number = await platform.activated();
    const { integrationId } = await platform.onRecord(number);
    const [before] = (await platform.integrations.show(number)).application.addresses;
    const address = madeUpAddress();
    const draft = { applicationNumber: randomUUID(), kind: "change", checks: ["disability"], addresses: [address] } as const;
    await platform.integrations.amend(number, { ...say(APPLICANT), draft });
    await decide(number);
    const seen = new Set<string>();
    let done = false;
    const looking = (async () => {
      while (!done) {
        const { integrations } = await readAccessRegister(platform.context.pool);
        const found = integrations.find((row) => row.integrationId === integrationId);
        seen.add(JSON.stringify([found?.state, found?.checks, found?.addresses]));
        await setImmediate();
      }
    })();
    await platform.integrations.provision(number, say(OFFICER));
    await platform.context.pool.query("select");
    done = true;
    await looking;
    const after = JSON.stringify(["active", ["disability"], [address]]);
    seen.add(after);
    expect([...seen].sort()).toEqual([JSON.stringify(["active", ["resident", "indigenous"], [before]]), after].sort());
    expect(await platform.count("credential", integrationId, "revoked_at is null")).toBe(1);
  });

  test("§3(3) has a number that no other application has, and one at a time", async () => {
    const [number, other] = [await platform.activated(), await platform.activated()];
    const amend = (applicationNumber: string) =>
      codeOf(platform.integrations.amend(number, { ...say(APPLICANT), draft: { applicationNumber, kind: "renewal" } }));
    expect(await amend(other)).toBe("application-number-taken");
    const mine = randomUUID();
    expect(await amend(mine)).toBeUndefined();
    expect(await amend(randomUUID())).toBe("amendment-open");
    const draft = madeUpApplication(mine, inDays(0), inDays(9));
    expect(await codeOf(platform.integrations.apply(draft, say(APPLICANT)))).toBe("application-number-taken");
    expect((await platform.integrations.show(number)).amendment?.application.applicationNumber).toBe(mine);
  });
});

describe("an address that another integration has", () => {
  test("§3(7) is approved only by a manager who says that they know", async () => {
    const first = await platform.activated();
    const { addresses } = (await platform.integrations.show(first)).application;
    const number = randomUUID();
    await platform.integrations.apply({ ...madeUpApplication(number, inDays(0), inDays(30)), addresses }, say(APPLICANT));
    await platform.integrations.check(number, say(CASE_OFFICER));
    const unknowing = platform.integrations.approve(number, say(MANAGER));
    await expect(unknowing).rejects.toMatchObject({ code: "address-shared", message: expect.stringContaining(addresses[0] ?? "") });
    expect((await platform.onRecord(number)).state).toBe("checked");
    await platform.integrations.approve(number, { ...say(MANAGER, "同一機房出口"), sharedAddresses: addresses });
    const { rows } = await platform.context.pool.query("select shared_addresses from application where application_number = $1", [number]);
    expect(rows).toEqual([{ shared_addresses: [...addresses] }]);
  });
});

describe("after a suspension or a termination", () => {
  test("§5(6) the system comes back when its agency says what has been improved", async () => {
    const number = await platform.activated();
    await platform.integrations.suspend(number, { ...say(MANAGER, "屆期未改善"), cause: "correctiveAction" });
    expect(await codeOf(platform.integrations.resume(number, say(MANAGER)))).toBe("reapplication-required");
    const draft = { applicationNumber: randomUUID(), kind: "reapplication", improvement: "已改採雙人覆核" } as const;
    await platform.integrations.amend(number, { ...say(APPLICANT), draft });
    await decide(number);
    await platform.integrations.provision(number, say(OFFICER));
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
  });

  test("§5(6) a new application for the same system must say so too", async () => {
    const number = await platform.activated();
    const { systemName } = (await platform.integrations.show(number)).application;
    const again = { ...madeUpApplication(randomUUID(), inDays(0), inDays(9)), systemName };
    await platform.integrations.suspend(number, say(MANAGER));
    expect(await codeOf(platform.integrations.apply(again, say(APPLICANT)))).toBe("improvement-missing");
    await platform.integrations.revoke(number, say(MANAGER, "情節嚴重"));
    expect(await codeOf(platform.integrations.apply(again, say(APPLICANT)))).toBe("improvement-missing");
    const renamed = { ...again, applicationNumber: randomUUID(), agencyName: "換了名稱的機關" };
    expect(await codeOf(platform.integrations.apply(renamed, say(APPLICANT)))).toBe("improvement-missing");
    const improved = await platform.integrations.apply({ ...again, improvement: "已更換委外廠商" }, say(APPLICANT));
    expect(improved.application).toMatchObject({ kind: "reapplication", improvement: "已更換委外廠商" });
  });

  test("§5(6) nor is it got around by putting the system's name right later; what it is called follows", async () => {
    const number = await platform.activated();
    const { systemName } = (await platform.integrations.show(number)).application;
    await platform.integrations.revoke(number, say(MANAGER, "情節嚴重"));
    const other = await platform.applied();
    await platform.integrations.sendBack(other, say(CASE_OFFICER, "請補正"));
    const resubmit = (correction: object) => platform.integrations.resubmit(other, { ...say(APPLICANT, "已補正"), correction });
    expect(await codeOf(resubmit({ systemName }))).toBe("improvement-missing");
    await resubmit({ systemName: "改過名稱的系統" });
    const { rows } = await platform.context.pool.query("select system_name from integration where application_number = $1", [other]);
    expect(rows).toEqual([{ system_name: "改過名稱的系統" }]);
  });

  test("§5(6) a change that was sent back before is put right as it is, also while its own integration rests", async () => {
    const number = await platform.activated();
    const draft = { applicationNumber: randomUUID(), kind: "change", checks: ["resident"] } as const;
    await platform.integrations.amend(number, { ...say(APPLICANT), draft });
    await platform.integrations.sendBack(number, say(CASE_OFFICER, "請補正"));
    await platform.integrations.suspend(number, say(MANAGER));
    expect(
      await codeOf(platform.integrations.resubmit(number, { ...say(APPLICANT), correction: { purpose: "限縮用途" } })),
    ).toBeUndefined();
  });

  test("§3(3) what one application calls an agency is not what another one is called by", async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const named = (number: string, agencyName: string) => ({
      ...madeUpApplication(number, inDays(0), inDays(9)),
      agencyCode: "squat",
      agencyName,
    });
    await platform.integrations.apply(named(first, "冒名機關"), say(APPLICANT));
    await platform.integrations.apply(named(second, "真正的機關"), say(APPLICANT));
    const nameOf = async (number: string) => (await readIntegration(platform.context.db, number))?.application.agencyName;
    expect([await nameOf(first), await nameOf(second)]).toEqual(["冒名機關", "真正的機關"]);
  });

  test("§3(5) one credential is revoked at once, and the other holds", async () => {
    const number = await platform.activated();
    await platform.integrations.addCredential(number, { ...say(OFFICER), credential: fresh() });
    const [first] = (await platform.integrations.show(number)).credentials;
    const revocation = { ...say(OFFICER, "疑似外洩"), credentialId: first?.credentialId ?? "" };
    await platform.integrations.revokeCredential(number, revocation);
    const { integrationId } = await platform.onRecord(number);
    expect(await platform.count("credential", integrationId, "revoked_at is null")).toBe(1);
    expect(await codeOf(platform.integrations.revokeCredential(number, revocation))).toBe("credential-unknown");
  });
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { stepOnRecord } from "../../db/queries/integration-unseen.ts";
import { createIntegrationActivities } from "../../src/activities/integration.ts";
import { removeAddress } from "../../src/domain/integration-rights.ts";
import { startCatchUp } from "../../src/integration-catch-up.ts";
import { integrationWorkflowId } from "../../src/integration-client.ts";
import { stopFromConsole, stopIntegration } from "../../src/integration-stop.ts";
import { reconcile } from "../../src/reconcile.ts";
import { removeSchedules } from "../../src/schedules.ts";
import { recordsChanged, stepUpdate } from "../../src/workflows/integration.ts";
import { ruleViolationIn } from "../../src/workflows/rule-failure.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, OTHER_MANAGER, PLATFORM, say } from "../support/integration.ts";
import { codeOf, createIntegrationPlatform, fresh, type IntegrationPlatform, inDays } from "../support/integration-platform.ts";

const DAY = 86_400_000;
let platform: IntegrationPlatform;
let officers: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  officers = openDatabase(platform.database.consoleUrl, { max: 1 });
  await platform.startWorker();
});
afterAll(async () => {
  await removeSchedules(platform.client, platform.context.config.taskQueue);
  await officers.close();
  await platform.stop();
});

const sanction = { ...say(MANAGER, "屆期未改善"), cause: "correctiveAction" } as const;

describe("a system whose integration was stopped", () => {
  const applied = async (systemName: string, more: object = {}) => {
    const number = randomUUID();
    const draft = { ...madeUpApplication(number, inDays(0), inDays(30)), systemName, ...more };
    return { number, code: await codeOf(platform.integrations.apply(draft, say(APPLICANT))) };
  };
  const given = async (number: string) => {
    await platform.integrations.check(number, say(CASE_OFFICER));
    await platform.integrations.approve(number, say(MANAGER));
    await platform.integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
  };

  test("§5(6) says what was improved, however its name is typed, also when its period has ended meanwhile", async () => {
    const { number } = await applied("Land Tax 系統");
    await given(number);
    await platform.integrations.suspend(number, sanction);
    const improved = { improvement: "已改採雙人覆核" };
    for (const [systemName, more] of [
      ["Land Tax 系統"],
      ["LAND TAX系統 ", { agencyCode: "TAX" }],
      ["Ｌａｎｄ Tax 系統", { agencyCode: "other" }],
    ] as const)
      expect((await applied(systemName, more)).code).toBe("improvement-missing");
    await createIntegrationActivities(platform.context).takeDueStep(number, Date.now() + 40 * DAY);
    expect((await platform.onRecord(number)).state).toBe("expired");
    expect((await applied("Land Tax 系統")).code).toBe("improvement-missing");
    expect((await applied("Land Tax 系統", improved)).code).toBeUndefined();
  });

  test("§5(6) gets nothing by an application that was there before, until that says so too", async () => {
    const [first, second] = [await applied("稅籍系統"), await applied("稅籍系統")];
    await given(first.number);
    await platform.integrations.check(second.number, say(CASE_OFFICER));
    await platform.integrations.suspend(first.number, sanction);
    expect(await codeOf(platform.integrations.approve(second.number, say(MANAGER)))).toBe("improvement-missing");
    await platform.integrations.sendBack(second.number, say(CASE_OFFICER, "請說明改善情形"));
    await platform.integrations.resubmit(second.number, { ...say(APPLICANT), correction: { improvement: "已改採雙人覆核" } });
    await given(second.number);
  });

  test("§5(6) that ended in order says nothing of it", async () => {
    const { number } = await applied("殯葬系統");
    await given(number);
    await platform.integrations.suspend(number, say(MANAGER));
    await platform.integrations.resume(number, say(MANAGER));
    await expect.poll(async () => (await platform.onRecord(number)).state).toBe("active");
    await createIntegrationActivities(platform.context).takeDueStep(number, Date.now() + 40 * DAY);
    expect([(await platform.onRecord(number)).state, (await applied("殯葬系統")).code]).toEqual(["expired", undefined]);
  });
});

describe("an address", () => {
  test("§3(7) of two applications that are approved at once is acknowledged by the second manager", async () => {
    for (let round = 1; round <= 3; round += 1) {
      const pair = [randomUUID(), randomUUID()];
      for (const number of pair) {
        const draft = { ...madeUpApplication(number, inDays(0), inDays(30)), addresses: [`10.88.8.${round}`] };
        await platform.integrations.apply(draft, say(APPLICANT));
        await platform.integrations.check(number, say(CASE_OFFICER));
      }
      const managers = [MANAGER, OTHER_MANAGER];
      const codes = await Promise.all(
        pair.map((number, place) => codeOf(platform.integrations.approve(number, say(managers[place] ?? MANAGER)))),
      );
      expect(codes.sort()).toEqual(["address-shared", undefined]);
    }
  });

  test("§3(8) that the review removed doesn't come back by a renewal that was under way", async () => {
    const number = randomUUID();
    const take = platform.integrations;
    await take.apply({ ...madeUpApplication(number, inDays(0), inDays(30)), addresses: ["10.89.9.1", "10.89.9.2"] }, say(APPLICANT));
    await take.check(number, say(CASE_OFFICER));
    await take.approve(number, say(MANAGER));
    await take.provision(number, { ...say(OFFICER), credential: fresh() });
    await expect.poll(async () => (await take.show(number)).state).toBe("active");
    await take.amend(number, { ...say(APPLICANT), draft: { applicationNumber: randomUUID(), kind: "renewal" } });
    await platform.context.db.transaction().execute((trx) => {
      const removal = { ...say(PLATFORM, "屆期未答復"), address: "10.89.9.2" };
      return stepOnRecord(trx, number, (known) => removeAddress(known, removal, Date.now()));
    });
    await take.check(number, say(CASE_OFFICER));
    await take.approve(number, say(MANAGER));
    expect((await take.provision(number, say(OFFICER))).approval?.addresses).toEqual(["10.89.9.1"]);
    expect(await platform.count("integration_address", (await platform.onRecord(number)).integrationId)).toBe(1);
  });
});

describe("a process and the records", () => {
  test("§3(3) an integration that is revoked while it is renewed ends, and leaves no process behind", async () => {
    const number = await platform.activated();
    const take = platform.integrations;
    await take.amend(number, { ...say(APPLICANT), draft: { applicationNumber: randomUUID(), kind: "renewal" } });
    await take.check(number, say(CASE_OFFICER));
    await take.approve(number, say(MANAGER));
    const holder = await platform.context.pool.connect();
    await holder.query("begin");
    await holder.query("select from integration where application_number = $1 for update", [number]);
    const renewed = take.provision(number, say(OFFICER));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const revoked = take.revoke(number, say(OFFICER));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await holder.query("commit");
    holder.release();
    await renewed;
    expect((await revoked).state).toBe("revoked");
    const handle = platform.client.workflow.getHandle(integrationWorkflowId(number));
    await expect.poll(async () => (await handle.describe()).status.name, { timeout: 10_000 }).toBe("COMPLETED");
  });

  test("§3(3) a step without an id, or with one that is none, is refused: it could be sent again", async () => {
    const number = await platform.activated();
    const handle = platform.client.workflow.getHandle(integrationWorkflowId(number));
    for (const requestId of [undefined, "1", "A123456789"]) {
      const update = handle.executeUpdate(stepUpdate("suspend"), { args: [{ ...say(MANAGER), requestId } as never] });
      await expect(update.catch((error: unknown) => ruleViolationIn(error)?.code)).resolves.toBe("request-malformed");
    }
    expect((await platform.onRecord(number)).state).toBe("active");
  });

  test("§5(5) whose records can't be read for once goes on: it reads them when it looks next", async () => {
    const number = await platform.activated();
    const handle = platform.client.workflow.getHandle(integrationWorkflowId(number));
    const owner = openDatabase(platform.database.ownerUrl, { max: 1 });
    await stopIntegration(platform.context.db, number, say(OFFICER), Date.now());
    // What comes after it can't be written: the read has notices to cancel.
    await owner.pool.query("alter table notice add constraint refuses check (cancelled_at is null) not valid");
    await owner.pool.query("update notice set cancelled_at = null where about = $1", [number]);
    await handle.signal(recordsChanged);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await owner.pool.query("alter table notice drop constraint refuses");
    await owner.close();
    expect((await handle.describe()).status.name).toBe("RUNNING");
    await handle.signal(recordsChanged);
    await expect.poll(async () => (await platform.integrations.show(number)).state).toBe("suspended");
  });

  test("§5(5) that know different things are brought together: what runs reads the records again", async () => {
    const number = await platform.activated();
    await expect.poll(async () => (await platform.integrations.show(number)).state).toBe("active");
    await stopIntegration(platform.context.db, number, say(OFFICER), Date.now());
    // As after a backup of Temporal's store was restored: nothing tells the process, and it finds fault with what is right.
    await platform.context.pool.query("delete from unseen_step");
    expect((await platform.integrations.show(number)).state).toBe("active");
    expect(await reconcile(platform.context.db, platform.client, platform.context.config)).toMatchObject({ begun: [] });
    await expect.poll(async () => (await platform.integrations.show(number)).state).toBe("suspended");
    await platform.integrations.resume(number, say(MANAGER));
  });

  test("§5(5) a stop while there was no process is told to the one that is begun again, and announced", async () => {
    const number = await platform.activated();
    await platform.client.workflow.getHandle(integrationWorkflowId(number)).terminate("its store was lost");
    const catchUp = startCatchUp(platform.context, platform.client);
    await stopFromConsole(officers.db, number, { ...say(MANAGER), cause: "person" }, Date.now());
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await reconcile(platform.context.db, platform.client, platform.context.config);
    const told = async () => {
      const { rows } = await platform.context.pool.query("select kind from notice where about = $1 and kind = 'integration-suspended'", [
        number,
      ]);
      const unseen = await platform.context.pool.query(
        "select from unseen_step join integration_step using (step_id) join integration i using (integration_id) where i.application_number = $1",
        [number],
      );
      return [rows.length > 0, unseen.rowCount];
    };
    await expect.poll(told, { timeout: 10_000 }).toEqual([true, 0]);
    await catchUp.stop();
  });
});

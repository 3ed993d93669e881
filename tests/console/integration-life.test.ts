import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readIntegration } from "../../db/queries/integration-record.ts";
import { startCatchUp } from "../../src/integration-catch-up.ts";
import type { IntegrationClient } from "../../src/integration-client.ts";
import { createVisitor, startTestConsole, type Visitor } from "../support/console.ts";
import { type ConsoleOffice, enter, type Officer, openConsoleOffice, PASSWORD } from "../support/console-office.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, say } from "../support/integration.ts";
import { fresh, inDays } from "../support/integration-platform.ts";

const DAY = 86_400_000;
let offset = 0;
const now = () => Date.now() + offset;
let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let console_: ConsoleOffice["console_"];
let hung: Officer;
let lin: Officer;
let wu: Officer;

beforeAll(async () => {
  office = await openConsoleOffice({ now });
  ({ platform, console_ } = office);
  hung = await office.enter(CASE_OFFICER.account, "caseOfficer");
  lin = await office.enter(MANAGER.account, "manager");
  wu = await office.enter(OFFICER.account, "dedicatedOfficer");
}, 120_000);
afterAll(() => office?.stop());

const path = (number: string, step = "") => `/console/integrations/${encodeURIComponent(number)}${step}`;
const stateOf = async (number: string) => (await platform.onRecord(number)).state;
/** What the home page has to do now. */
const nowIn = (text: string) => text.split(/本週到期|60 日內到期/)[0] ?? "";
/** Opens a page of a case and sends its form. */
async function send(visitor: Visitor, number: string, step: string, fields: Record<string, string | string[]>) {
  await visitor.get(path(number));
  return visitor.post(path(number, step), { reason: "測試理由", ...fields });
}

describe("an application in the console", () => {
  test("§3(3) waits for each duty in its turn, on the home page of those whose turn it is", async () => {
    const number = await platform.applied();
    const waitsFor = async (visitor: Visitor) => nowIn((await visitor.get("/console")).text).includes(`地方稅系統 ${number}`);
    const waits = () => Promise.all([hung, lin, wu].map(waitsFor));
    expect(await waits()).toEqual([true, false, false]);
    expect((await send(hung, number, "/check", {})).status).toBe(303);
    expect(await waits()).toEqual([false, true, false]);
    expect((await send(lin, number, "/approve", { checks: ["resident"] })).status).toBe(303);
    expect(await waits()).toEqual([false, false, true]);
    expect((await send(wu, number, "/provision", { credential: "yes" })).text).toMatch(/class="secret">vp_[\w-]{43}</);
    expect(await waits()).toEqual([false, false, false]);
  });

  test("§3(3) is sent back with reasons only, and may come again", async () => {
    const number = await platform.applied();
    expect((await hung.get(path(number, "/send-back"))).text).toContain("機關看得到理由");
    const silent = await hung.post(path(number, "/send-back"), { reason: "" });
    expect([silent.status, silent.text.includes("理由未填")]).toEqual([422, true]);
    expect((await hung.post(path(number, "/send-back"), { reason: "缺法令依據條次" })).status).toBe(303);
    const page = await hung.get(path(number));
    for (const known of ["待補正", "缺法令依據條次", "等機關補正"]) expect(page.text).toContain(known);
    await platform.integrations.resubmit(number, say(APPLICANT));
    expect((await hung.get(path(number))).text).toContain("待審查");
  });

  test("§3(3) isn't decided before it is checked, nor by who checked it", async () => {
    const number = await platform.applied();
    const early = await send(lin, number, "/approve", { checks: ["resident"] });
    expect([early.status, early.text.includes("承辦人員尚未審查完備")]).toEqual([422, true]);
    const caseOfficer = (account: string) =>
      console_.owner.pool.query("update appointment set account = $1 where duty = 'caseOfficer'", [account]);
    await caseOfficer(MANAGER.account);
    await platform.integrations.check(number, say({ ...CASE_OFFICER, account: MANAGER.account }));
    await caseOfficer(CASE_OFFICER.account);
    expect((await lin.get(path(number))).text).toContain("您參與過本案，須由其他主管決定");
    const own = await send(lin, number, "/approve", { checks: ["resident"] });
    expect([own.status, own.text.includes("本人審查過的申請案")]).toEqual([422, true]);
    expect(await stateOf(number)).toBe("checked");
  });

  test("§3(3) that was withdrawn has nothing left to decide", async () => {
    const number = await platform.checked();
    await platform.integrations.withdraw(number, say(APPLICANT));
    const late = await send(lin, number, "/approve", { checks: ["resident"] });
    expect([late.status, late.text.includes("已撤回")]).toEqual([422, true]);
    expect(late.text).not.toContain(`action="${path(number, "/approve")}"`);
  });

  test("§3(7) with an address that another integration has is approved only by a manager who says that they know", async () => {
    const addresses = ["10.99.0.7", "10.99.0.8"];
    const [one, other] = [`one-${Date.now()}`, `other-${Date.now()}`];
    for (const number of [one, other]) {
      await platform.integrations.apply({ ...madeUpApplication(number, inDays(0), inDays(30)), addresses }, say(APPLICANT));
      await platform.integrations.check(number, say(CASE_OFFICER));
    }
    await platform.integrations.approve(one, say(MANAGER));
    expect((await lin.get(path(other))).text).toContain(`10.99.0.7 也是 ${one} 的白名單 IP`);
    const refused = await lin.post(path(other, "/approve"), { reason: "測試理由", checks: ["resident"], shared: "10.99.0.7" });
    expect([refused.status, refused.text.includes('href="#shared"')]).toEqual([422, true]);
    expect(/id="shared-10.99.0.7"[^>]*checked/.test(refused.text)).toBe(true);
    expect(await stateOf(other)).toBe("checked");
    expect((await lin.post(path(other, "/approve"), { reason: "同一機房", checks: ["resident"], shared: addresses })).status).toBe(303);
    expect(await stateOf(other)).toBe("approved");
  });

  test("§3(3) for a change shows what it would change, and leaves what holds until it is provisioned", async () => {
    const number = await platform.activated();
    const asked = { checks: ["resident", "disability"], addresses: ["10.98.0.1"] };
    const draft = { applicationNumber: `${number}-2`.slice(-40), kind: "change", ...asked } as const;
    await platform.integrations.amend(number, { ...say(APPLICANT), draft });
    const page = (await hung.get(path(number))).text;
    for (const known of ["變更申請", draft.applicationNumber, "10.98.0.1", "有變更", "原有權限照舊"]) expect(page).toContain(known);
    await send(hung, number, "/check", {});
    expect((await lin.get(path(number))).text).not.toContain('name="from"');
    await send(lin, number, "/approve", { checks: ["resident"] });
    // Whoever sets it up sees what the manager made of it.
    const approved = (await wu.get(path(number))).text;
    for (const known of ["不會並存，也不會中斷", "核准內容", "較申請內容少"]) expect(approved).toContain(known);
    expect((await send(wu, number, "/provision", {})).status).toBe(303);
    const after = (await wu.get(path(number))).text;
    expect([after.includes("有變更"), after.includes("使用中"), after.includes("10.98.0.1")]).toEqual([false, true, true]);
  });
});

describe("an integration in use", () => {
  test("§3(5) one credential is revoked, the other stays", async () => {
    const number = await platform.activated();
    await platform.integrations.addCredential(number, { ...say(OFFICER), credential: fresh() });
    const { credentials } = await platform.integrations.show(number);
    const [gone, stays] = credentials.map(({ credentialId }) => credentialId);
    const step = `/credentials/${gone}/revoke`;
    expect((await wu.get(path(number))).text).toContain(path(number, step));
    expect((await wu.get(path(number, step))).text).toContain("另有 1 組有效憑證");
    expect((await wu.post(path(number, step), { reason: "疑似外洩" })).status).toBe(303);
    expect((await readIntegration(platform.context.db, number))?.credentials.map(({ credentialId }) => credentialId)).toEqual([stays]);
    const again = await send(wu, number, step, {});
    expect([again.status, again.text.includes("本介接沒有這組憑證")]).toEqual([422, true]);
    expect((await hung.get(path(number, step))).status).toBe(403);
  });

  test("§5(5) is suspended at once with Temporal out of reach; the workflow catches up, and a manager resumes it", async () => {
    const number = await platform.activated();
    const down = {} as IntegrationClient;
    const away = await startTestConsole({ database: platform.database, integrations: down, now });
    const kao = await enter(away, "kao.manager", "manager", now);
    expect((await kao.get(path(number, "/suspend"))).text).toContain("1 組憑證、1 個 IP 將在一秒內停止查詢；最近 7 天查詢了 0 人次");
    expect((await kao.post(path(number, "/suspend"), { reason: "" })).text).toContain("理由未填");
    expect((await kao.post(path(number, "/suspend"), { reason: "疑似異常查詢" })).location).toBe(path(number));
    expect((await kao.get(path(number))).text).toContain("疑似異常查詢");
    const twice = await kao.post(path(number, "/suspend"), { reason: "疑似異常查詢" });
    expect([twice.status, twice.text.includes("本介接已暫停")]).toEqual([422, true]);
    await away.close();
    expect(await stateOf(number)).toBe("suspended");
    const { rows } = await console_.owner.pool.query(
      "select account, outcome from admin_trail where action = 'suspendIntegration' order by trail_id",
    );
    expect(rows).toEqual(["application-incomplete", "done", "already-suspended"].map((outcome) => ({ account: "kao.manager", outcome })));

    const catchUp = startCatchUp(platform.context, platform.client);
    await expect.poll(async () => (await platform.integrations.show(number)).state).toBe("suspended");
    await catchUp.stop();
    expect((await wu.get(path(number, "/resume"))).status).toBe(403);
    expect((await lin.get(path(number))).text).toContain(path(number, "/resume"));
    expect((await send(lin, number, "/resume", {})).status).toBe(303);
    await expect.poll(() => stateOf(number)).toBe("active");
  });

  test("§5(6) what a corrective action suspended isn't resumed, only applied for again", async () => {
    const number = await platform.activated();
    expect((await send(wu, number, "/suspend", { corrective: "yes" })).status).toBe(303);
    const page = (await lin.get(path(number))).text;
    expect([page.includes("須由機關改善後重新申請"), page.includes(path(number, "/resume"))]).toEqual([true, false]);
    const catchUp = startCatchUp(platform.context, platform.client);
    await expect.poll(async () => (await platform.integrations.show(number)).suspendedFor).toBe("correctiveAction");
    await catchUp.stop();
    const refused = await send(lin, number, "/resume", {});
    expect([refused.status, refused.text.includes("須由機關改善後重新申請")]).toEqual([422, true]);
    expect(await stateOf(number)).toBe("suspended");
  });
});

test("§4(1)2 §3(5) the home page has what people are to be told, once, and in whose duty it is", async () => {
  const number = await platform.activated();
  offset = 25 * DAY;
  const told = async (account: string, { secret }: Officer) => {
    const visitor = createVisitor(console_, now);
    await visitor.logIn(account, PASSWORD, secret);
    const due = (await visitor.get("/console")).text;
    return ["核准期限屆滿", "憑證到期"].map((what) => due.split(`>${what}</a><span>${number}`).length - 1);
  };
  expect(await told(CASE_OFFICER.account, hung)).toEqual([1, 0]);
  expect(await told(OFFICER.account, wu)).toEqual([0, 1]);
  expect(await told(MANAGER.account, lin)).toEqual([0, 0]);
});

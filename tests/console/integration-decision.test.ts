import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IntegrationClient } from "../../src/integration-client.ts";
import { startTestConsole, type Visitor } from "../support/console.ts";
import { type ConsoleOffice, enter, openConsoleOffice } from "../support/console-office.ts";
import { APPLICANT, CASE_OFFICER, madeUpApplication, say } from "../support/integration.ts";
import { inDays } from "../support/integration-platform.ts";

let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let lin: Visitor;
let chen: Visitor;
let wu: Visitor;
let hung: Visitor;

beforeAll(async () => {
  office = await openConsoleOffice();
  ({ platform } = office);
  lin = await office.enter("lin.manager", "manager");
  chen = await office.enter("chen.manager", "manager");
  hung = await office.enter(CASE_OFFICER.account, "caseOfficer");
  wu = await office.enter("wu.officer", "dedicatedOfficer");
}, 120_000);
afterAll(() => office?.stop());

const path = (number: string, step = "") => `/console/integrations/${encodeURIComponent(number)}${step}`;
const stateOf = async (number: string) => (await platform.onRecord(number)).state;
const days = () => ({ from: inDays(0), until: inDays(30) });
const approval = (changes: Record<string, string | string[]> = {}) => ({
  checks: ["resident"],
  ...days(),
  reason: "符合業務需要",
  ...changes,
});

describe("a decision that a rule stands against", () => {
  test.each([
    ["no reason", { reason: "" }, "理由未填", "reason"],
    ["a reason with an ID number", { reason: "為 A123456789 辦理" }, "身分證統一編號，請改以案號", "reason"],
    ["no check", { checks: [] }, "核可的權限須在申請範圍內", "checks"],
    ["a check that nobody asked for", { checks: ["resident", "disability"] }, "核可的權限須在申請範圍內", "checks"],
    ["a longer period", { until: inDays(31) }, "核可期限須在申請期限之內", "until"],
    ["an earlier first day", { from: "2020-01-01" }, "核可期限須在申請期限之內", "from"],
    ["a first day that is none", { from: "昨天" }, "期限要有起日與迄日", "from"],
    ["a last day that is none", { until: "以後" }, "期限要有起日與迄日", "until"],
    ["a cleared first day", { from: "" }, "期限要有起日與迄日", "from"],
    ["a cleared last day", { until: "" }, "期限要有起日與迄日", "until"],
  ])(
    "§3(3) with %s gets its own answer beside its field, keeps what was typed, and changes nothing",
    async (_what, changes, sentence, field) => {
      const number = await platform.checked();
      await lin.get(path(number));
      const sent: Record<string, string | string[]> = approval(changes);
      const { status, text } = await lin.post(path(number, "/approve"), sent);
      expect(status).toBe(422);
      expect(text).toContain(sentence);
      expect(text).toContain(`href="#${field}"`);
      // Whoever hears the page is told at the field, or the group of boxes, and before all by its title.
      expect(text).toMatch(new RegExp(`<(fieldset|input|textarea)[^>]* id="${field}"[^>]* aria-describedby="([^"]* )?${field}-fault"`));
      expect([...text.matchAll(/id="(\w+)-fault"/g)].map(([, beside]) => beside)).toEqual([field]);
      expect(text).toMatch(/<title>錯誤：/);
      // The other language would empty the form: it is above what may be typed, and not there beside what was.
      expect(text).not.toContain("/console/language");
      expect(text).toContain(`value="${sent["from"]}"`);
      expect(text).toContain(`rows="3" autocomplete="off">${sent["reason"]}</textarea>`);
      expect(/id="checks-indigenous"[^>]*checked/.test(text)).toBe(false);
      expect(await stateOf(number)).toBe("checked");
    },
  );

  test("§4(1)2 of a change, which has no first day to say, a wrong last day is told beside it", async () => {
    const number = await platform.activated();
    const draft = { applicationNumber: `${number}-2`, kind: "change", checks: ["resident"] } as const;
    await platform.integrations.amend(number, { ...say(APPLICANT), draft });
    await platform.integrations.check(number, say(CASE_OFFICER));
    await lin.get(path(number));
    for (const until of ["", "abc", inDays(400)]) {
      const { status, text } = await lin.post(path(number, "/approve"), { reason: "符合業務需要", checks: ["resident"], until });
      expect([status, text.includes('href="#until"'), text.includes('id="until-fault"')]).toEqual([422, true, true]);
    }
  });

  test("§3(3) takes days of the Republic's calendar", async () => {
    const number = await platform.checked();
    await lin.get(path(number));
    const [from, until] = [inDays(0), inDays(10)];
    const roc = `${Number(until.slice(0, 4)) - 1911}/${until.slice(5, 7)}/${until.slice(8)}`;
    expect((await lin.post(path(number, "/approve"), approval({ from, until: roc }))).status).toBe(303);
    expect((await platform.integrations.show(number)).approval).toMatchObject({ checks: ["resident"], from, until });
  });

  test("§3(3) of two managers at once one decides; the other is told, and sees what the first did", async () => {
    const number = await platform.checked();
    await Promise.all([lin.get(path(number)), chen.get(path(number, "/refuse"))]);
    const answers = await Promise.all([
      lin.post(path(number, "/approve"), approval()),
      chen.post(path(number, "/refuse"), { reason: "目的不符" }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422]);
    const told = answers.find(({ status }) => status === 422);
    expect(told?.text).toContain("本案已由他人決定");
    expect(told?.text).toMatch(/待配賦|未核可/);
  });

  test("§3(3) on an application that was put right since the page was opened is not taken, and what stands now is shown", async () => {
    const number = await platform.checked();
    await lin.get(path(number));
    await chen.get(path(number, "/refuse"));
    await platform.integrations.sendBack(number, say(CASE_OFFICER, "請補正"));
    await platform.integrations.resubmit(number, { ...say(APPLICANT), correction: { purpose: "另一個用途" } });
    await platform.integrations.check(number, say(CASE_OFFICER));
    for (const answer of [
      await lin.post(path(number, "/approve"), approval()),
      await chen.post(path(number, "/refuse"), { reason: "目的不符" }),
    ])
      expect([answer.status, answer.text.includes("申請內容已有變動"), answer.text.includes("另一個用途")]).toEqual([422, true, true]);
    expect(await stateOf(number)).toBe("checked");
    // The page that said so shows what stands now, so a decision on it is one on that.
    expect((await lin.post(path(number, "/approve"), approval())).status).toBe(303);
    await wu.get(path(number));
    expect((await wu.post(path(number, "/provision"), { reason: "配賦", credential: "yes", seen: "" })).text).toContain("申請內容已有變動");
    expect(await stateOf(number)).toBe("approved");
  });

  test("§3(3) nobody decides on what they applied for", async () => {
    const number = `own-${Date.now()}`;
    await platform.integrations.apply(madeUpApplication(number, inDays(0), inDays(30)), say({ ...APPLICANT, account: "lin.manager" }));
    await platform.integrations.check(number, say(CASE_OFFICER));
    expect((await lin.get(path(number))).text).toContain("您參與過本案，須由其他主管決定");
    const { status, text } = await lin.post(path(number, "/approve"), approval({ seen: "2" }));
    expect([status, text.includes("不得由本人決定")]).toEqual([422, true]);
    expect((await lin.get("/console")).text).not.toContain(number);
    expect((await chen.get("/console")).text).toContain(number);
  });

  test("§3(3) by somebody whose duty it isn't is refused before anything is asked", async () => {
    const number = await platform.checked();
    await wu.get("/console");
    expect((await wu.post(path(number, "/approve"), approval())).status).toBe(403);
    await lin.get("/console");
    expect((await lin.post(path(number, "/provision"), { reason: "配賦" })).status).toBe(403);
    expect(await stateOf(number)).toBe("checked");
  });

  test("§3(3) twice, or after the end, says where the case stands", async () => {
    const number = await platform.activated();
    await wu.get(path(number));
    const again = await wu.post(path(number, "/provision"), { reason: "再配賦一次" });
    expect([again.status, again.text.includes("這個步驟不能再做")]).toEqual([422, true]);
    await wu.get(path(number, "/revoke"));
    expect((await wu.post(path(number, "/revoke"), { reason: "用畢" })).status).toBe(303);
    const late = await wu.post(path(number, "/credentials"), { reason: "換發" });
    expect([late.status, /這個步驟不能再做|流程中沒有這個申請編號/.test(late.text), late.text.includes("已撤銷")]).toEqual([
      422,
      true,
      true,
    ]);
    expect(late.text).not.toMatch(/vp_[\w-]{43}/);
  });

  test("§3(5) two credentials at once, and no third", async () => {
    const number = await platform.activated();
    await wu.get(path(number));
    const second = await wu.post(path(number, "/credentials"), { reason: "換發憑證" });
    expect(second.text).toMatch(/class="secret">vp_[\w-]{43}</);
    expect((await wu.get(path(number))).text).not.toMatch(/vp_[\w-]{43}/);
    await wu.get(path(number, "/credentials"));
    const third = await wu.post(path(number, "/credentials"), { reason: "換發憑證" });
    expect([third.status, third.text.includes("同時最多 2 組憑證有效")]).toEqual([422, true]);
  });

  test("§3(3) whose turn is over or has not come is not asked for: the case is shown instead", async () => {
    const number = await platform.activated();
    const steps = [
      ["/resume", lin],
      ["/refuse", lin],
      ["/send-back", hung],
      ["/withdraw", hung],
    ] as const;
    for (const [step, who] of steps) expect((await who.get(path(number, step))).location, step).toBe(path(number));
    const late = await lin.post(path(number, "/resume"), { reason: "" });
    expect([late.status, late.text.includes('name="reason"')]).toEqual([422, false]);
    await lin.get(path(number, "/suspend"));
    expect((await lin.post(path(number, "/suspend"), { reason: "異常使用" })).status).toBe(303);
    // What rests already can be put under a corrective action, once.
    const sanction = await lin.get(path(number, "/suspend"));
    expect([sanction.text.includes("改列因改善通知暫停"), sanction.text.includes('type="checkbox"')]).toEqual([true, false]);
    expect((await lin.post(path(number, "/suspend"), { reason: "屆期未改善", corrective: "yes" })).status).toBe(303);
    expect((await lin.get(path(number, "/suspend"))).location).toBe(path(number));
    expect((await lin.get(path(number))).text).toContain("須由機關改善後重新申請");
  });

  test("§3(5) on a credential that isn't the case's is a page that isn't there: what a link says is no word of the console's", async () => {
    const number = await platform.activated();
    const said = "請改打 0900-000-000";
    for (const credential of [said, "00000000-0000-4000-8000-000000000000"]) {
      const { status, text } = await lin.get(path(number, `/credentials/${encodeURIComponent(credential)}/revoke`));
      expect([status, text.replaceAll(/value="[^"]*"/g, "").includes(said)], credential).toEqual([404, false]);
    }
  });

  test("§3(3) on a case that isn't there", async () => {
    await lin.get("/console");
    expect((await lin.get(path("no-such-case"))).status).toBe(404);
    expect((await lin.post(path("no-such-case", "/approve"), approval())).status).toBe(404);
    expect((await lin.get(path("no-such-case", "/refuse"))).status).toBe(404);
  });
});

test("§3(3) while processes don't answer, a decision says so and keeps what was typed; everything that only reads goes on", async () => {
  const down = { approve: () => Promise.reject(new Error("connect ECONNREFUSED 127.0.0.1:7233")) } as unknown as IntegrationClient;
  const number = await platform.checked();
  const away = await startTestConsole({ database: platform.database, integrations: down });
  const manager = await enter(away, "kao.manager", "manager");
  expect((await manager.get(path(number))).status).toBe(200);
  const { status, text } = await manager.post(path(number, "/approve"), approval({ reason: "符合補助業務需要" }));
  expect([status, text.includes("請先到該案頁面確認"), text.includes("符合補助業務需要</textarea>")]).toEqual([503, true, true]);
  expect(text).not.toContain("ECONNREFUSED");
  await away.close();
});

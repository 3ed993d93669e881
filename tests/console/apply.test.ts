import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { POLICY } from "../../src/domain/policy.ts";
import { rocDayAhead } from "../../src/domain/roc-day.ts";
import type { IntegrationClient } from "../../src/integration-client.ts";
import { beginApplication, filledForm, LETTER, submitApplication } from "../support/applicant.ts";
import { createVisitor, startTestConsole, type Visitor } from "../support/console.ts";
import { type ConsoleOffice, openConsoleOffice } from "../support/console-office.ts";
import { CASE_OFFICER, say } from "../support/integration.ts";
import { inDays } from "../support/integration-platform.ts";
import { readPdf } from "../support/pdf.ts";

/** So that each applicant has a network of its own. */
const PROXY = { trustedProxies: ["127.0.0.1"] };
let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let console_: ConsoleOffice["console_"];
let hung: Visitor;

beforeAll(async () => {
  office = await openConsoleOffice(PROXY);
  ({ platform, console_ } = office);
  hung = await office.enter(CASE_OFFICER.account, "caseOfficer");
}, 120_000);
afterAll(() => office?.stop());

const begun = (where = console_) => beginApplication(where);
const submitted = () => submitApplication(console_);

describe("an agency without an account", () => {
  test("§3(2) §3(3) applies, gets a number, and its private link leads to the status from any browser", async () => {
    const today = inDays(0);
    const { number, link, token } = await submitted();
    expect(number).toMatch(/^\d{3}-介-\d{5,}$/);
    const other = createVisitor(console_);
    const opening = await other.get(link);
    expect([opening.status, opening.location, opening.headers.get("referrer-policy")]).toEqual([303, "/apply/case", "no-referrer"]);
    const status = await other.get("/apply/case");
    // With the link once more: an application takes longer than a browser stays open.
    for (const shown of [number, "等承辦人員審查", `/apply/open/${token}`]) expect(status.text).toContain(shown);
    const record = (await platform.integrations.show(number)).application;
    expect(record).toMatchObject({ kind: "new", agencyName: "測試社會處", checks: ["resident", "disability"] });
    expect(record.letter).toEqual({ number: "府社助字第1150012345號", date: today, onPaper: false, liabilityAcceptedOn: today });
  });

  test("§3(3) a draft survives a closed browser, with its letter and whatever was typed, right or wrong", async () => {
    const { link, send } = await begun();
    expect((await send({ ...filledForm(), do: "save" }, LETTER)).location).toBe("/apply/letter");
    const half = { do: "save", systemName: "半成品<系統>", addresses: "還不知道", checks: "disability" };
    expect((await send(half)).location).toBe("/apply/case?saved");
    const other = createVisitor(console_);
    await other.get(link);
    const { text } = await other.get("/apply/case");
    for (const kept of ["半成品&lt;系統&gt;", "還不知道"]) expect(text).toContain(kept);
    expect(/id="checks-disability"[^>]*checked/.test(text)).toBe(true);
    // Not whole, it has faults to be seen instead of anything to submit.
    expect((await other.get("/apply/letter")).text).toContain("addresses-fault");
    await send({ ...filledForm(), do: "save" });
    expect((await other.get("/apply/letter")).text).toContain("已收到一份");
  });

  test("§3(3) §3(7) §4(1)2 §6 each wrong field is told beside itself; nothing is lost, nothing is submitted", async () => {
    const { send } = await begun();
    const wrong = { ...filledForm(), agencyName: "", addresses: "203.66.0.0/24", checks: ["income"], from: "114/01/01", liability: "" };
    const { status, text } = await send(wrong);
    expect(status).toBe(422);
    for (const name of ["agencyName", "addresses", "checks", "from", "liability"]) {
      expect(text, name).toContain(`href="#${name}"`);
      expect(text, name).toContain(`id="${name}-fault"`);
    }
    for (const kept of ["203.66.0.0/24", "114/01/01", "府社助字第1150012345號", "社會救助法第4條"]) expect(text).toContain(kept);
    const { rows } = await console_.owner.pool.query("select count(*)::int as n from application where system_name = '半成品'");
    expect(rows[0].n).toBe(0);
  });

  test("§3(2) §3(3) to begin another one doesn't throw away the draft that is open without asking; its link is shown once more", async () => {
    const { browser, send, link } = await begun();
    await send({ ...filledForm(), do: "save", systemName: "填到一半的系統" });
    await browser.get("/apply");
    const asked = await browser.post("/apply/begin", {});
    expect([asked.status, asked.text.includes("已開啟另一份申請"), asked.text.includes(link)]).toEqual([200, true, true]);
    expect((await browser.get("/apply/case")).text).toContain("填到一半的系統");
    const instead = /name="instead" value="([^"]+)"/.exec(asked.text)?.[1] ?? "";
    expect((await browser.post("/apply/begin", { instead })).location).toBe("/apply/case");
    const fresh = (await browser.get("/apply/case")).text;
    expect([fresh.includes("填到一半的系統"), fresh.includes(link)]).toEqual([false, false]);
    // What was said of the first says nothing of the one that is open now.
    expect((await browser.post("/apply/begin", { instead })).text).toContain("已開啟另一份申請");
    await browser.get(link);
    expect((await browser.post("/apply/open", { token: link.split("/").at(-1) ?? "" })).location).toBe("/apply/case");
    expect((await browser.get("/apply/case")).text).toContain("填到一半的系統");
  });

  test("§3(3) §3(7) no box cuts what is pasted, and a text that is too long is told beside itself, with everything that was typed", async () => {
    const { browser, send } = await begun();
    expect((await browser.get("/apply/case")).text).not.toContain("maxlength");
    const addresses = Array.from({ length: 63 }, (_, n) => `203.66.12.${n + 100}`).join("\n");
    const { status, text } = await send({ ...filledForm(), addresses, purpose: "長".repeat(1001) });
    expect([status, text.includes(`${addresses}</textarea>`), text.includes('id="purpose-fault"')]).toEqual([422, true, true]);
    const longer = await send({ ...filledForm(), do: "save", purpose: "長".repeat(20_000) });
    expect(longer.status).toBe(422);
    for (const told of ["這次的變更沒有儲存", 'id="purpose-fault"', "社會救助法第4條"]) expect(longer.text).toContain(told);
    expect((await browser.get("/apply/case")).text).not.toContain("長".repeat(1002));
  });

  test.each([
    ["no PDF", "<html>", "不是 PDF"],
    ["too large", `%PDF-${"x".repeat(POLICY.applicationLetterBytes)}`, "檔案超過"],
  ])("§3(3) a letter that is %s isn't kept, and is told so; the text is", async (_what, letter, told) => {
    const { browser, send } = await begun();
    const { status, text } = await send({ ...filledForm(), do: "save" }, letter);
    expect([status, text.includes(told), text.includes("社會救助法第4條")]).toEqual([422, true, true]);
    expect((await browser.get("/apply/letter")).text).toContain("還沒有附上來文");
    expect((await browser.get("/apply/case")).text).toContain("社會救助法第4條");
  });

  test("§3(3) what is sent back is put right from the link, and what was said then is on record", async () => {
    const { browser, number, send } = await submitted();
    await platform.integrations.sendBack(number, say(CASE_OFFICER, "缺法令條次"));
    const status = (await browser.get("/apply/case")).text;
    const lastDay = `補正期限：${rocDayAhead(inDays(POLICY.returnedDays), inDays(0))}`;
    for (const known of ["缺法令條次", "待補正", "專案承辦人員", lastDay]) expect(status).toContain(known);
    expect(status).not.toContain(CASE_OFFICER.account);
    const form = (await browser.get("/apply/correct")).text;
    expect([form.includes("低收入戶審查系統"), form.includes('type="hidden" name="agencyName"')]).toEqual([true, true]);
    const again = { ...filledForm(), legalBasis: "社會救助法第4條第1項", agencyName: "別的機關" };
    expect((await send(again, LETTER, "/apply/correct")).location).toBe("/apply/case");
    const { state, application } = await platform.integrations.show(number);
    expect([state, application.legalBasis, application.agencyName]).toEqual(["submitted", "社會救助法第4條第1項", "測試社會處"]);
    const letters = (await hung.get(`/console/integrations/${encodeURIComponent(number)}`)).text.match(/\/letters\//g);
    expect(letters).toHaveLength(2);
  });

  test("§3(3) it puts right and withdraws only what it was shown", async () => {
    const { browser, number, step, send } = await submitted();
    await browser.get("/apply/case");
    await platform.integrations.sendBack(number, say(CASE_OFFICER, "缺法令條次"));
    const late = await step("/apply/withdraw", { reason: "不再需要" });
    for (const told of ["申請案已有進展", "缺法令條次", "不再需要"]) expect(late.text).toContain(told);
    await browser.get("/apply/correct");
    await platform.integrations.resubmit(number, say(CASE_OFFICER));
    await platform.integrations.sendBack(number, say(CASE_OFFICER, "尚缺公文"));
    const stale = await send({ ...filledForm(), purpose: "沒看到第二次退回" }, LETTER, "/apply/correct");
    expect([stale.status, stale.text.includes("沒看到第二次退回")]).toEqual([422, true]);
    expect((await platform.integrations.show(number)).state).toBe("returned");
  });

  test("§3(3) it withdraws from the link, and says why; after that nothing is left to do", async () => {
    const { browser, number, step } = await submitted();
    await browser.get("/apply/case");
    const silent = await step("/apply/withdraw", { reason: "" });
    expect([silent.status, silent.text.includes("理由未填")]).toEqual([422, true]);
    expect((await step("/apply/withdraw", { reason: "改由他系統辦理" })).location).toBe("/apply/case");
    const { text } = await browser.get("/apply/case");
    expect([text.includes("已撤回"), text.includes('action="/apply/withdraw"')]).toEqual([true, false]);
    const late = await step("/apply/withdraw", { reason: "再撤回一次" });
    expect(late.status).toBe(422);
    expect((await platform.onRecord(number)).state).toBe("withdrawn");
  });

  test("§3(3) prints its form without any officer's account", async () => {
    const { browser, number } = await submitted();
    await platform.integrations.check(number, say(CASE_OFFICER, "內部意見"));
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(`${console_.url}/apply/application.pdf`, { headers: { cookie } });
    const { text } = await readPdf(Buffer.from(await answer.arrayBuffer()));
    const plain = text.replaceAll(/[|\s]/g, "");
    for (const known of [number, "府社助字第1150012345號", "■線上", "審查完備", "已閱讀並同意"]) expect(plain).toContain(known);
    for (const hidden of [CASE_OFFICER.account, "內部意見"]) expect(plain).not.toContain(hidden);
  });
});

describe("with Temporal out of reach", () => {
  test("§3(3) nothing is lost: it says to try again, and a later try is one application", async () => {
    const away = await startTestConsole({ database: platform.database, integrations: {} as IntegrationClient, ...PROXY });
    const { browser, send } = await begun(away);
    const { status, text } = await send({ ...filledForm(), systemName: "稍後送出的系統" });
    expect([status, text.includes("請附上機關來文的電子檔")]).toEqual([422, true]);
    const failed = await send({ ...filledForm(), systemName: "稍後送出的系統" }, LETTER);
    expect([failed.status, failed.text.includes("內容已儲存")]).toEqual([503, true]);
    expect((await browser.get("/apply/case")).text).toContain("稍後送出的系統");
    await away.close();
  });

  test("§3(3) an answer that never came back: the second try finds the first one's application", async () => {
    let calls = 0;
    const forgetful: IntegrationClient = {
      ...platform.integrations,
      async apply(draft, request) {
        calls += 1;
        const applied = await platform.integrations.apply(draft, request);
        if (calls === 1) throw new Error("the connection broke");
        return applied;
      },
    };
    const away = await startTestConsole({ database: platform.database, integrations: forgetful, ...PROXY });
    const { browser, send } = await begun(away);
    const [one, other] = [
      await send({ ...filledForm(), systemName: "斷線的系統" }, LETTER),
      await send({ ...filledForm(), systemName: "斷線的系統" }),
    ];
    expect([one.status, other.location]).toEqual([503, "/apply/case"]);
    expect((await browser.get("/apply/case")).text).toContain("等承辦人員審查");
    const { rows } = await console_.owner.pool.query("select count(*)::int as n from application where system_name = '斷線的系統'");
    expect(rows[0].n).toBe(1);
    await away.close();
  });
});

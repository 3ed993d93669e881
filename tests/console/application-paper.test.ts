import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { POLICY } from "../../src/domain/policy.ts";
import { beginApplication, filledForm, LETTER, numberShown, submitApplication } from "../support/applicant.ts";
import type { Visitor } from "../support/console.ts";
import { type ConsoleOffice, openConsoleOffice } from "../support/console-office.ts";
import { CASE_OFFICER, MANAGER, madeUpAddress, say } from "../support/integration.ts";
import { inDays } from "../support/integration-platform.ts";

/** So that each applicant has a network of its own. */
const PROXY = { trustedProxies: ["127.0.0.1"] };
let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let console_: ConsoleOffice["console_"];
let hung: Visitor;
let lin: Visitor;

beforeAll(async () => {
  office = await openConsoleOffice(PROXY);
  ({ platform, console_ } = office);
  hung = await office.enter(CASE_OFFICER.account, "caseOfficer");
  lin = await office.enter(MANAGER.account, "manager");
}, 120_000);
afterAll(() => office?.stop());

const begun = (where = console_) => beginApplication(where);
const submitted = () => submitApplication(console_);

describe("on paper", () => {
  const path = (number: string, step = "") => `/console/integrations/${encodeURIComponent(number)}${step}`;

  test("§3(3) §6 the case officer enters it by the same fields and rules; it is marked as paper, with the letter's date and number", async () => {
    await hung.get("/console/applications/paper");
    const wrong = await hung.post("/console/applications/paper", {
      ...filledForm(),
      agencyName: "",
      letterDate: inDays(1),
      purpose: "保留的目的",
    });
    expect(wrong.status).toBe(422);
    for (const known of ["agencyName-fault", "letterDate-fault", "保留的目的"]) expect(wrong.text).toContain(known);
    const entered = await hung.post("/console/applications/paper", filledForm());
    expect(entered.status).toBe(303);
    const page = (await hung.get(entered.location ?? "")).text;
    for (const known of ["紙本申請", "府社助字第1150012345號", "責任告知同意日", "待審查"]) expect(page).toContain(known);
    expect((await lin.get("/console/applications/paper")).status).toBe(403);
  });

  test("§3(3) a scan of its letter is attached under the rules of letters, stays, and each opening is on the trail", async () => {
    await hung.get("/console/applications/paper");
    const entered = (await hung.post("/console/applications/paper", filledForm())).location ?? "";
    expect((await hung.get(entered)).text).toContain(`${entered}/scan`);
    const send = async (content: string) => {
      await hung.get(`${entered}/scan`);
      return hung.upload(`${entered}/scan`, {}, { name: "letter", content: new Blob([content]) });
    };
    for (const [content, told] of [
      ["<html>", "不是 PDF"],
      [`%PDF-${"x".repeat(POLICY.applicationLetterBytes)}`, "檔案超過"],
    ] as const) {
      const { status, text } = await send(content);
      expect([status, text.includes(told)]).toEqual([422, true]);
    }
    expect((await send(`%PDF-${"x".repeat(3 * POLICY.applicationLetterBytes)}`)).status).toBe(413);
    expect((await send(LETTER)).location).toBe(entered);
    const scan = /href="([^"]+\/letters\/[^"]+)"/.exec((await lin.get(entered)).text)?.[1] ?? "";
    expect((await lin.get(scan)).text).toBe(LETTER);
    for (let turn = 1; turn < POLICY.applicationLetters; turn += 1) expect((await send(LETTER)).status).toBe(303);
    expect((await send(LETTER)).text).toContain("一份申請最多");
    const owner = console_.owner.pool;
    const { rows } = await owner.query("select sealed from application_attachment where draft_id is null");
    expect(rows.every(({ sealed }) => !sealed.includes("來文的內容"))).toBe(true);
    const opened = await owner.query("select account, outcome from admin_trail where action = 'readLetter'");
    expect(opened.rows).toEqual([{ account: MANAGER.account, outcome: "done" }]);
    expect((await lin.get(`${entered}/scan`)).status).toBe(403);
  });

  test("§3(3) no scan is attached to what came online, by page or by the console's own role", async () => {
    const { number } = await submitted();
    expect((await hung.get(path(number, "/scan"))).status).toBe(404);
    const { pool, close } = openDatabase(platform.database.consoleUrl, { max: 1 });
    const insert = `insert into application_attachment values (gen_random_uuid(), null, $1, 'k', '', sha256(''), 9, now())`;
    await expect(pool.query(insert, [number])).rejects.toThrow("scans are of applications on paper");
    const take = "update application_attachment set application_number = 'x'";
    await expect(pool.query(take)).rejects.toThrow("stays on record");
    await close();
  });

  test("§3(3) the case officer puts right and withdraws for an agency that asks on paper", async () => {
    const { number } = await submitted();
    await platform.integrations.sendBack(number, say(CASE_OFFICER, "缺法令條次"));
    const returned = (await hung.get(path(number))).text;
    for (const expected of [path(number, "/correct"), "補正期限至", "逾期未再提出，該申請即失效"]) expect(returned).toContain(expected);
    expect((await hung.get(path(number, "/correct"))).text).toContain("低收入戶審查系統");
    expect((await hung.post(path(number, "/correct"), { ...filledForm(), legalBasis: "" })).text).toContain("legalBasis-fault");
    expect((await hung.post(path(number, "/correct"), { ...filledForm(), legalBasis: "社會救助法第5條" })).location).toBe(path(number));
    expect((await platform.integrations.show(number)).application).toMatchObject({
      legalBasis: "社會救助法第5條",
      letter: { onPaper: true },
    });
    await hung.get(path(number, "/withdraw"));
    expect((await hung.post(path(number, "/withdraw"), { reason: "機關來函撤回" })).location).toBe(path(number));
    expect((await platform.onRecord(number)).state).toBe("withdrawn");
    expect((await hung.get(path(number, "/correct"))).status).toBe(404);
  });

  test("§3(3) a change that came on paper is entered on what is in force, scanned, and put right; the old rights hold", async () => {
    const number = await platform.activated();
    const before = (await platform.integrations.show(number)).approval;
    expect((await hung.get(path(number))).text).toContain(path(number, "/change"));
    expect((await hung.get(path(number, "/reapplication"))).status).toBe(404);
    const { text } = await hung.get(path(number, "/change"));
    for (const known of ["減免資格審查", before?.addresses[0] ?? "", "測試稅務局"]) expect(text).toContain(known);
    const form = { ...filledForm(), addresses: before?.addresses.join("\n") ?? "", until: inDays(30) };
    const longer = await hung.post(path(number, "/change"), { ...form, until: inDays(60) });
    expect([longer.status, longer.text.includes("變更不能延長期限")]).toEqual([422, true]);
    expect((await hung.post(path(number, "/change"), form)).location).toBe(path(number));
    const { amendment, approval } = await platform.integrations.show(number);
    expect([approval, amendment?.application]).toMatchObject([
      before,
      { kind: "change", agencyName: "測試稅務局", letter: { onPaper: true } },
    ]);
    expect((await hung.post(path(number, "/change"), form)).text).toContain("一次只能有一件");
    await hung.get(path(number, "/scan"));
    await hung.upload(path(number, "/scan"), {}, { name: "letter", content: new Blob([LETTER]) });
    expect((await hung.get(path(number))).text).toContain(`${amendment?.application.applicationNumber}　`);
    await platform.integrations.sendBack(number, say(CASE_OFFICER, "目的不明"));
    expect((await hung.get(path(number, "/correct"))).text).not.toContain('name="from"');
    expect((await hung.post(path(number, "/correct"), { ...form, purpose: "房屋稅減免" })).location).toBe(path(number));
    expect((await platform.integrations.show(number)).amendment).toMatchObject({
      stage: "submitted",
      application: { purpose: "房屋稅減免" },
    });
  });

  test("§3(7) who checks sees which addresses others have; the public form doesn't tell", async () => {
    const address = madeUpAddress();
    const [one, other] = [await begun(), await begun()];
    for (const { send } of [one, other]) expect((await send({ ...filledForm(), addresses: address }, LETTER)).location).toBe("/apply/case");
    const [first, second] = [await numberShown(one), await numberShown(other)];
    await platform.integrations.check(first, say(CASE_OFFICER));
    await platform.integrations.approve(first, say(MANAGER));
    expect((await hung.get(path(second))).text).toContain("也在其他介接的白名單上");
    expect((await other.browser.get("/apply/case")).text).not.toContain(first);
  });
});

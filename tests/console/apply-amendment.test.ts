import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toRocSlashes } from "../../src/domain/roc-date.ts";
import { activateApplication, LETTER, sendChanged, shownForm } from "../support/applicant.ts";
import type { Visitor } from "../support/console.ts";
import { type ConsoleOffice, openConsoleOffice } from "../support/console-office.ts";
import { CASE_OFFICER, MANAGER, madeUpAddress, OFFICER, say } from "../support/integration.ts";
import { codeOf, inDays } from "../support/integration-platform.ts";
import { readPdf } from "../support/pdf.ts";

let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let hung: Visitor;

beforeAll(async () => {
  // So that each applicant has a network of its own.
  office = await openConsoleOffice({ trustedProxies: ["127.0.0.1"] });
  ({ platform } = office);
  hung = await office.enter(CASE_OFFICER.account, "caseOfficer");
}, 120_000);
afterAll(() => office?.stop());

const active = () => activateApplication(office.console_, platform);

const casePath = (number: string) => `/console/integrations/${encodeURIComponent(number)}`;
const plain = async (answer: Response) => (await readPdf(Buffer.from(await answer.arrayBuffer()))).text.replaceAll(/[|\s]/g, "");

describe("an agency whose integration is active", () => {
  test("§3(3) §6 renews by its private link: the form has what is in force, the letter and the acceptance are new", async () => {
    const agency = await active();
    const before = await platform.integrations.show(agency.number);
    const { text } = await agency.browser.get("/apply/renewal");
    for (const known of ["申請展期", before.approval?.addresses[0] ?? "", "社會救助法第4條", "目前有效的權限"])
      expect(text).toContain(known);
    expect(text).not.toContain('value="府社助字第1150012345號"');
    expect(text).not.toMatch(/id="liability-yes"[^>]*checked/);
    const silent = await sendChanged(agency, "/apply/renewal", { liability: "", letterNumber: "" });
    for (const fault of ["liability-fault", "letterNumber-fault"]) expect(silent.text).toContain(fault);
    expect((await sendChanged(agency, "/apply/renewal", {})).text).toContain("請附上機關來文的電子檔");
    expect((await sendChanged(agency, "/apply/renewal", {}, LETTER)).location).toBe("/apply/case");
    const { amendment, approval, state } = await platform.integrations.show(agency.number);
    expect([state, approval]).toEqual([before.state, before.approval]);
    expect(amendment).toMatchObject({ stage: "submitted", application: { kind: "renewal", checks: before.application.checks } });
    expect(amendment?.application.letter).toEqual({
      ...{ number: "府社助字第1160000001號", date: inDays(0), onPaper: false, liabilityAcceptedOn: inDays(0) },
    });
    expect(amendment?.application.until.localeCompare(before.approval?.until ?? "")).toBe(1);
    const status = (await agency.browser.get("/apply/case")).text;
    // What is in force, and what is asked.
    for (const shown of ["使用中", "展期申請", "待審查", "有變更", "原有權限照舊"]) expect(status).toContain(shown);
    expect(status).not.toContain('href="/apply/change"');
    const letters = (await hung.get(casePath(agency.number))).text.match(/\/letters\//g);
    expect(letters).toHaveLength(2);
  });

  test("§3(3) §3(7) changes scope, address and purpose: officers and the printed form see what changes, and nothing does until it is provisioned", async () => {
    const agency = await active();
    const before = await platform.integrations.show(agency.number);
    const address = madeUpAddress();
    const given = { checks: ["resident"], addresses: address, purpose: "低收入戶複查" };
    expect((await sendChanged(agency, "/apply/change", given, LETTER)).location).toBe("/apply/case");
    const page = (await hung.get(casePath(agency.number))).text;
    expect(page.match(/有變更/g)).toHaveLength(3);
    for (const shown of [address, "目前：", "低收入戶複查", "低收入戶資格審查"]) expect(page).toContain(shown);
    const cookie = [...agency.browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const printed = await plain(await fetch(`${office.console_.url}/apply/application.pdf`, { headers: { cookie } }));
    for (const known of ["※查詢權限", "※固定IP", "※使用目的", "變更前：低收入戶資格審查", "共3項"]) expect(printed).toContain(known);
    expect(printed).not.toContain("※法令依據");
    await platform.integrations.check(agency.number, say(CASE_OFFICER));
    await platform.integrations.approve(agency.number, say(MANAGER));
    expect((await platform.onRecord(agency.number)).state).toBe("active");
    expect((await platform.integrations.show(agency.number)).approval).toEqual(before.approval);
    await platform.integrations.provision(agency.number, say(OFFICER));
    const { approval, application, credentials } = await platform.integrations.show(agency.number);
    expect(approval).toMatchObject({ checks: ["resident"], addresses: [address], until: before.approval?.until });
    expect([application.purpose, credentials]).toEqual(["低收入戶複查", before.credentials]);
    expect((await agency.browser.get("/apply/case")).text).toContain('href="/apply/change"');
  });

  let shared: Awaited<ReturnType<typeof active>> | undefined;
  let unchanged: object | undefined;
  const longer = toRocSlashes(inDays(400));
  test.each([
    ["§3(7)", "/apply/change", { addresses: "203.66.0.0/24" }, "固定 IP：白名單不接受網段"],
    ["§3(7)", "/apply/change", { addresses: "224.0.0.1" }, "固定 IP：其中有內部或保留位址"],
    ["§3(3)", "/apply/change", { checks: ["resident", "income"] }, "平臺沒有提供的查詢項目"],
    ["§4(1)2", "/apply/change", { until: "114/01/31" }, "迄日已經過去"],
    ["§4(1)2", "/apply/change", { until: longer }, "變更不能延長期限"],
    ["§4(1)2", "/apply/renewal", { until: toRocSlashes(inDays(60)) }, "展期的迄日須晚於目前有效的迄日"],
    ["§4(1)2", "/apply/renewal", { until: toRocSlashes(inDays(1200)) }, "權限最長 3 年"],
    ["§3(3)", "/apply/change", {}, "與目前有效的完全相同"],
    ["§5(6)", "/apply/reapplication", { improvement: "已改善" }, "介接並未暫停"],
  ])("%s %s with %o is told so; nothing changes", async (_clause, path, given, told) => {
    shared ??= await active();
    unchanged ??= await shownForm(shared, "/apply/change", {});
    const before = await platform.integrations.show(shared.number);
    await shared.browser.get(path);
    const { status, text } = await shared.send({ ...unchanged, ...given }, LETTER, path);
    expect([status, text.includes(told)]).toEqual([422, true]);
    if (path !== "/apply/reapplication") expect(text).toContain("府社助字第1160000001號");
    expect(await platform.integrations.show(shared.number)).toEqual(before);
  });

  test("§3(3) one application at a time: while one is under way another is refused, in words of its own", async () => {
    const agency = await active();
    const late = await shownForm(agency, "/apply/change", { purpose: "第二件" });
    expect((await sendChanged(agency, "/apply/change", { purpose: "第一件" }, LETTER)).location).toBe("/apply/case");
    const before = await platform.integrations.show(agency.number);
    for (const refused of [await agency.browser.get("/apply/renewal"), await agency.send(late, LETTER, "/apply/change")])
      expect([refused.status, refused.text.includes("一次只能有一件")]).toEqual([422, true]);
    expect(await platform.integrations.show(agency.number)).toEqual(before);
    // Withdrawn, it makes way, and what holds holds on.
    await agency.browser.get("/apply/case");
    expect((await agency.step("/apply/withdraw", { reason: "改提他案" })).location).toBe("/apply/case");
    const { state, amendment, approval } = await platform.integrations.show(agency.number);
    expect([state, amendment, approval]).toEqual(["active", undefined, before.approval]);
    expect((await agency.browser.get("/apply/change")).text).not.toContain("第一件");
  });

  test("§3(10) an address that looks foreign is told before it is submitted, and again to who checks", async () => {
    const agency = await active();
    const given = { ...(await shownForm(agency, "/apply/change", { addresses: "8.8.8.8" })), do: "save" };
    await agency.send(given, LETTER, "/apply/change");
    expect((await agency.browser.get("/apply/letter")).text).toContain("看來不在臺灣：8.8.8.8");
    expect((await sendChanged(agency, "/apply/change", { addresses: "8.8.8.8" })).location).toBe("/apply/case");
    expect((await hung.get(casePath(agency.number))).text).toContain("疑似境外");
  });

  test("§3(7) an address of another integration is approved only by a manager who knows it; until then nothing changes", async () => {
    const [agency, other] = [await active(), await active()];
    const addresses = (await platform.integrations.show(other.number)).approval?.addresses[0] ?? "";
    const before = (await platform.integrations.show(agency.number)).approval;
    expect((await sendChanged(agency, "/apply/change", { addresses }, LETTER)).location).toBe("/apply/case");
    expect((await agency.browser.get("/apply/case")).text).not.toContain(other.number);
    expect((await hung.get(casePath(agency.number))).text).toContain("也在其他介接的白名單上");
    await platform.integrations.check(agency.number, say(CASE_OFFICER));
    expect(await codeOf(platform.integrations.approve(agency.number, say(MANAGER)))).toBe("address-shared");
    expect(await platform.integrations.show(agency.number)).toMatchObject({ approval: before, amendment: { stage: "checked" } });
  });

  test("§3(3) what was typed on what has been replaced since is shown again, not submitted", async () => {
    const agency = await active();
    const typed = await shownForm(agency, "/apply/change", { purpose: "依舊內容填寫" });
    const draft = { applicationNumber: `${agency.number}-2`, kind: "change", purpose: "紙本變更的目的" } as const;
    await platform.integrations.amend(agency.number, { ...say(CASE_OFFICER), draft });
    await platform.integrations.withdraw(agency.number, say(CASE_OFFICER));
    const again = await agency.send(typed, LETTER, "/apply/change");
    expect([again.status, again.text.includes("申請案已有進展"), again.text.includes("依舊內容填寫")]).toEqual([422, true, true]);
    expect((await agency.send(typed, LETTER, "/apply/change")).location).toBe("/apply/case");
  });
});

describe("an agency whose integration is suspended", () => {
  test("§5(6) §6 applies for it again with a letter and acceptance of its own, and says what was improved; a renewal is refused", async () => {
    const agency = await active();
    await platform.integrations.suspend(agency.number, { ...say(MANAGER, "屆期未改善"), cause: "correctiveAction" });
    const refused = await agency.browser.get("/apply/renewal");
    expect([refused.status, refused.text.includes("介接已被暫停")]).toEqual([422, true]);
    const silent = await sendChanged(agency, "/apply/reapplication", { improvement: "", liability: "" });
    for (const fault of ["improvement-fault", "liability-fault"]) expect(silent.text).toContain(fault);
    const given = { improvement: "查核發現逾權查詢；已限縮查詢人員" };
    expect((await sendChanged(agency, "/apply/reapplication", given)).text).toContain("請附上機關來文的電子檔");
    expect((await sendChanged(agency, "/apply/reapplication", given, LETTER)).location).toBe("/apply/case");
    const { state, amendment } = await platform.integrations.show(agency.number);
    expect([state, amendment?.application.kind, amendment?.application.letter?.number]).toEqual([
      ...["suspended", "reapplication", "府社助字第1160000001號"],
    ]);
    expect(amendment?.application).toMatchObject(given);
  });
});

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enRetention } from "../../src/console/text/en-retention.ts";
import { launchBrowser } from "../support/browser.ts";
import { startTestConsole, type TestConsole, type Visitor } from "../support/console.ts";
import { type ConsoleVisitors, createConsoleVisitors } from "../support/console-browser.ts";
import { enter } from "../support/console-office.ts";
import { createLogPlatform, type LogPlatform } from "../support/log-platform.ts";

const MONTHS = "/console/system/retention";
let platform: LogPlatform;
let console_: TestConsole;
let visitors: ConsoleVisitors;
let closeBrowser: () => Promise<void>;
let wu: Visitor;
let lin: Visitor;
let chen: Visitor;
let auditor: Visitor;

beforeAll(async () => {
  platform = await createLogPlatform();
  await platform.startWorker();
  for (const month of ["2019-10", "2019-11", "2020-01"]) await platform.askAt(`${month}-20T12:00:00+08:00`, 3);
  await platform.keeping.settle();
  console_ = await startTestConsole({ database: platform.database, retention: platform.retention });
  const browser = await launchBrowser();
  closeBrowser = () => browser.close();
  visitors = createConsoleVisitors(browser, console_, { now: Date.now, pass: () => undefined });
  wu = await enter(console_, "wu.officer", "dedicatedOfficer");
  lin = await enter(console_, "lin.manager", "manager");
  chen = await enter(console_, "chen.manager", "manager");
  auditor = await enter(console_, "hsu.auditor", "auditor");
}, 120_000);
afterAll(async () => {
  await closeBrowser?.();
  await console_?.close();
  await platform?.stop();
});

const text = async (who: Visitor, path: string) => (await who.get(path)).text;
const step = async (who: Visitor, month: string, name: string, fields: Record<string, string>) => {
  await who.get(`${MONTHS}/${month}/${name}`);
  return who.post(`${MONTHS}/${month}/${name}`, fields);
};

describe("the months of the log", () => {
  test("§4(1)5 are listed with their entries, state and time; those who may only look find no button", async () => {
    const list = await text(auditor, MONTHS);
    for (const expected of ["保存 5 年", "108 年 10 月", "期滿", "保存中"]) expect(list).toContain(expected);
    expect(list).not.toContain("延長保存期限…");
    const month = await text(auditor, `${MONTHS}/2019-10`);
    for (const expected of ["3 筆", "系統今晚提出銷毀", "還沒有任何步驟"]) expect(month).toContain(expected);
    expect(month).not.toContain('class="decision"');
    expect((await auditor.get(`${MONTHS}/2019-10/propose`)).status).toBe(403);
    for (const nowhere of ["2018-01", "2019-13", "2999-01", "0000-01", "x"])
      expect((await wu.get(`${MONTHS}/${nowhere}`)).status, nowhere).toBe(404);
    expect(await text(wu, "/console/system")).toContain("3 個月份等待處理");
  });

  test("§4(1)5 wait on the home of the dedicated officer when due, and on every manager's but the proposer's once proposed", async () => {
    expect(await text(wu, "/console")).toContain("查詢日誌期滿，待提出銷毀");
    expect(await text(lin, "/console")).not.toContain("查詢日誌");
    const unsaid = await step(lin, "2019-10", "propose", { reason: "" });
    expect([unsaid.status, unsaid.text.includes("理由未填")]).toEqual([422, true]);
    expect((await step(lin, "2019-10", "propose", { reason: "已屆保存年限" })).location).toBe(`${MONTHS}/2019-10`);
    expect(await text(lin, "/console")).not.toContain("待核可銷毀");
    expect(await text(chen, "/console")).toContain("待核可銷毀");
    expect(await text(lin, `${MONTHS}/2019-10`)).toContain("須由其他主管核可");
    expect((await step(lin, "2019-10", "approve", { reason: "自行核可" })).text).toContain("須由其他主管核可");
  });

  test("§4(1)5 held for a matter are not approved; a decision on what has changed meanwhile is refused and shown anew", async () => {
    await chen.get(`${MONTHS}/2019-10/approve`);
    expect((await step(wu, "2019-10", "hold", { matter: "政風-115-1", reason: "調查中" })).status).toBe(303);
    const late = await chen.post(`${MONTHS}/2019-10/approve`, { reason: "已屆保存年限" });
    expect([late.status, late.text.includes("已有變動"), late.text.includes("依法保留")]).toEqual([422, true, true]);
    expect((await step(chen, "2019-10", "approve", { reason: "已屆保存年限" })).text).toContain("全部解除之後才能核可");
    const again = await step(wu, "2019-10", "hold", { matter: "政風-115-1", reason: "調查中" });
    expect([again.status, again.text.includes('id="matter-fault"')]).toEqual([422, true]);
    expect((await wu.get(`${MONTHS}/2019-10/lift`)).status).toBe(403);
    const other = await step(lin, "2019-10", "lift", { matter: "別案", reason: "調查終結" });
    expect(other.text).toMatch(/<select[^>]* id="matter"[^>]* aria-describedby="matter-fault" aria-invalid="true"/);
    expect(other.text).toContain('id="matter-fault"');
    expect((await step(lin, "2019-10", "lift", { matter: "政風-115-1", reason: "調查終結" })).status).toBe(303);
    expect(await platform.entriesOf("2019-10")).toBe(3);
  });

  test("§4(1)5 that changed while a form came back with a fault are decided on anew", async () => {
    await chen.get(`${MONTHS}/2019-10/approve`);
    await step(wu, "2019-10", "hold", { matter: "訴訟-9", reason: "訴訟中" });
    await step(lin, "2019-10", "lift", { matter: "訴訟-9", reason: "和解" });
    expect((await chen.post(`${MONTHS}/2019-10/approve`, { reason: "" })).status).toBe(422);
    const late = await chen.post(`${MONTHS}/2019-10/approve`, { reason: "已屆保存年限" });
    expect([late.status, late.text.includes("已有變動"), late.text.includes("案由：訴訟-9")]).toEqual([422, true, true]);
    expect(await platform.entriesOf("2019-10")).toBe(3);
  });

  test("§4(1)5 held without a matter are told so beside the matter", async () => {
    const { status, text: shown } = await step(wu, "2019-10", "hold", { matter: "", reason: "調查中" });
    expect([status, shown.includes('id="matter-fault"'), shown.includes("案由未填"), shown.includes("理由未填")]).toEqual([
      ...[422, true, true],
      false,
    ]);
  });

  test("§4(1)5 are asked for in words that don't say it is done", async () => {
    expect(/<h1[^>]*>([^<]+)/.exec((await chen.get(`${MONTHS}/2019-10/approve`)).text)?.[1]).toBe("核可銷毀");
    for (const [name, asked] of Object.entries(enRetention.ask)) expect(asked, name).not.toMatch(/(ed|Disposed of)$/);
  });

  test("§4(1)5 §4(2)5 end with a certificate, on screen and as PDF, and the trail says who did what", async () => {
    expect(await text(chen, `${MONTHS}/2019-10/approve`)).toContain("3 筆，內容將永久銷毀");
    expect((await step(chen, "2019-10", "approve", { reason: "已屆保存年限" })).location).toBe(`${MONTHS}/2019-10`);
    await expect.poll(() => text(auditor, `${MONTHS}/2019-10`)).toContain("已銷毀");
    const month = await text(auditor, `${MONTHS}/2019-10`);
    for (const expected of ["chen.manager", "0 至 2", "verify.example.gov.tw/queries", "案由：政風-115-1"])
      expect(month).toContain(expected);
    const pdf = await auditor.get(`${MONTHS}/2019-10/certificate.pdf`);
    expect([pdf.status, pdf.headers.get("content-type"), pdf.text.slice(0, 5)]).toEqual([200, "application/pdf", "%PDF-"]);
    expect((await auditor.get(`${MONTHS}/2019-11/certificate.pdf`)).status).toBe(404);
    expect(await text(lin, "/console/trail?action=approveDisposal")).toContain("log/2019-10");
    expect((await step(chen, "2019-10", "hold", { matter: "訴訟-2", reason: "訴訟" })).text).toContain("內容已銷毀");
  });

  test("§4(2)5 that could not be disposed of wait on the dedicated officer's home, and say why", async () => {
    await platform.api.owner.pool.query("update query_log set entry = entry || '\\x20' where to_char(asked_at, 'YYYY-MM') = '2019-11'");
    await step(wu, "2019-11", "propose", { reason: "已屆保存年限" });
    await step(lin, "2019-11", "approve", { reason: "已屆保存年限" });
    await expect.poll(() => text(wu, "/console")).toContain("查詢日誌未能銷毀，請查明");
    expect(await text(auditor, `${MONTHS}/2019-11`)).toContain("系統沒有銷毀：有紀錄與簽署的雜湊值不符");
    expect(await platform.entriesOf("2019-11")).toBe(3);
  });

  test("§4(1)5 look right on a telephone and wide, without JavaScript", async () => {
    const officer: Page = await visitors.open();
    await visitors.setUp(officer, "kao.manager", "manager");
    for (const [path, name] of [
      ["", "months"],
      ["/2019-10", "month-disposed"],
      ["/2019-11", "month-refused"],
      ["/2019-11/approve", "month-approve"],
      ["/2019-11/hold", "month-hold"],
      ["/period", "retention-period"],
    ]) {
      await officer.goto(`${console_.url}${MONTHS}${path}`);
      await visitors.lookAt(officer, `retention-${name}`);
      if (name === "month-disposed")
        expect(await officer.evaluate("getComputedStyle(document.querySelector('.timeline p')).whiteSpace")).toBe("pre-line");
    }
    expect(visitors.complaints).toEqual([]);
  }, 90_000);
});

test("§4(1)5 §4(2)5 how long the log is kept is raised by a manager with a reason, and by nobody lowered", async () => {
  expect((await wu.get(`${MONTHS}/period`)).status).toBe(403);
  expect((await lin.get(`${MONTHS}/period`)).text).toContain("之後不能縮短");
  await chen.get(`${MONTHS}/period`);
  expect((await lin.post(`${MONTHS}/period`, { years: "5", reason: "縮短" })).status).toBe(422);
  expect((await chen.post(`${MONTHS}/period`, { years: "6", reason: "" })).status).toBe(422);
  // Longer than the months of 2019 are past.
  const years = new Date().getUTCFullYear() - 2018;
  expect((await lin.post(`${MONTHS}/period`, { years: String(years), reason: "配合檔案法" })).location).toBe(MONTHS);
  expect((await chen.post(`${MONTHS}/period`, { years: String(years + 1), reason: "配合檔案法" })).text).toContain("保存期限已有人延長");
  const list = await text(auditor, MONTHS);
  for (const expected of [`保存 ${years} 年`, "lin.manager", "配合檔案法"]) expect(list).toContain(expected);
  // Proposed before; kept for longer now.
  expect(await text(wu, "/console")).not.toContain("查詢日誌");
});

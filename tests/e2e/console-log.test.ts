import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { type ConsoleVisitors, createConsoleVisitors } from "../support/console-browser.ts";
import { type LogHouse, openLogHouse } from "../support/log-house.ts";
import { PEOPLE } from "../support/people.ts";

let house: LogHouse;
let browser: Browser;
let visitors: ConsoleVisitors;

beforeAll(async () => {
  [house, browser] = await Promise.all([openLogHouse(), launchBrowser()]);
  visitors = createConsoleVisitors(browser, house.console_, { now: Date.now, pass: () => undefined });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await house?.stop();
});

describe("the query log in a real browser, without JavaScript", () => {
  let auditor: Page;

  test("§4(2)2 an auditor searches by person, sees masked entries, and opens one with a reason", async () => {
    auditor = await visitors.open();
    await visitors.setUp(auditor, "chen.auditor", "auditor");
    await auditor.getByRole("navigation").getByRole("link", { name: "查詢紀錄" }).click();
    await visitors.lookAt(auditor, "queries");
    await auditor.getByLabel("身分證統一編號").fill(PEOPLE.plain.nationalId);
    await auditor.getByRole("button", { name: "查詢", exact: true }).click();
    await auditor.getByRole("alert").getByText("理由未填").waitFor();
    await visitors.lookAt(auditor, "queries-fault");
    await auditor.getByLabel("身分證統一編號").fill(PEOPLE.plain.nationalId);
    await auditor.getByLabel("理由").fill("每月抽查");
    await auditor.getByRole("button", { name: "查詢", exact: true }).click();
    await auditor.getByText("本頁 1 筆").waitFor();
    expect(await auditor.content()).not.toContain(PEOPLE.plain.nationalId);
    await visitors.lookAt(auditor, "queries-person");
    await auditor.getByRole("link", { name: "開啟" }).click();
    await visitors.lookAt(auditor, "query-open");
    await auditor.getByLabel("理由").fill("查核抽樣第 3 筆");
    await auditor.getByRole("button", { name: "留下紀錄並開啟" }).click();
    expect(await auditor.locator("main").textContent()).toContain(PEOPLE.plain.nationalId);
    await visitors.lookAt(auditor, "query-entry");
  }, 90_000);

  test("§4(2)5 goes back page by page, the same search in each, nobody's data in any address", async () => {
    await auditor.goto(`${house.console_.url}/console/queries?operator=mass-1`);
    await auditor.getByLabel("理由").fill("每月抽查");
    await auditor.getByRole("button", { name: "查詢", exact: true }).click();
    await auditor.getByText("本頁 50 筆").waitFor();
    await visitors.lookAt(auditor, "queries-found");
    await auditor.getByRole("button", { name: "更早的紀錄" }).click();
    await auditor.getByText("本頁 10 筆").waitFor();
    expect(new URL(auditor.url()).search).toBe("?operator=mass-1");
    await auditor.goto(`${house.console_.url}/console/queries/record-list`);
    await visitors.lookAt(auditor, "record-list");
    await auditor.goto(`${house.console_.url}/console/system/openings`);
    await visitors.lookAt(auditor, "openings");
    await auditor.goto(`${house.console_.url}/console/system`);
    await visitors.lookAt(auditor, "system");
  }, 90_000);

  test("§3(10) the dedicated officer finds alerts among what is to do, and decides one with a reason", async () => {
    const officer = await visitors.open();
    await visitors.setUp(officer, "wu.officer", "dedicatedOfficer");
    await visitors.lookAt(officer, "home-alerts");
    await officer.getByRole("link", { name: "異常使用" }).first().click();
    await visitors.lookAt(officer, "alert");
    await officer.getByLabel("理由").fill("夜間批次，已事先報備");
    await officer.getByRole("button", { name: "說明合理，結案" }).click();
    await officer.getByText("已說明").waitFor();
    await visitors.lookAt(officer, "alert-decided");
    await officer.goto(`${house.console_.url}/console/system/alerts?which=all`);
    await visitors.lookAt(officer, "alerts");
    await officer.getByRole("link", { name: "1", exact: true }).click();
    await officer.getByRole("link", { name: "列為缺失" }).click();
    await officer.getByLabel("發現事項").fill("深夜大量查詢，未先報備");
    await visitors.lookAt(officer, "finding-form");
    await officer.getByRole("button", { name: "提出", exact: true }).click();
    await officer.getByText("第 1 號稽核發現").waitFor();
    await visitors.lookAt(officer, "finding");
    await officer.getByRole("link", { name: "稽核發現" }).first().click();
    await visitors.lookAt(officer, "findings");
    await officer.goto(`${house.console_.url}/console/queries/subject-access`);
    await visitors.lookAt(officer, "subject-access");
    await house.platform.api.owner.pool.query(
      "insert into log_disagreement (origin, code, noticed_at) values ('verify.example.gov.tw/queries', 'log-has-gap', now() + interval '1 minute')",
    );
    await officer.goto(`${house.console_.url}/console`);
    await officer.getByRole("alert").getByRole("link").click();
    await officer.getByText("日誌有紀錄遺失或重複").waitFor();
    await visitors.lookAt(officer, "system-alarm");
  }, 90_000);

  test("no page asks anybody but us, and none complains", () => {
    expect([...visitors.requested]).toEqual([house.console_.url]);
    expect(visitors.complaints).toEqual([]);
  });
});

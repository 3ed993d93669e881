import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { type ConsoleVisitors, createConsoleVisitors } from "../support/console-browser.ts";
import { type DataOffice, openDataOffice } from "../support/data-office.ts";

let office: DataOffice;
let browser: Browser;
let visitors: ConsoleVisitors;

beforeAll(async () => {
  [office, browser] = await Promise.all([openDataOffice(), launchBrowser()]);
  visitors = createConsoleVisitors(browser, office.console_, { now: Date.now, pass: () => undefined });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await office?.stop();
});

const address = (path: string) => `${office.console_.url}/console/datasets${path}`;

describe("datasets in a real browser, without JavaScript", () => {
  let officer: Page;

  test("§4(4) the dedicated officer finds a rejected file among what is to do, and has it destroyed with a reason", async () => {
    await office.imported(office.daysAgo(38));
    await office.quarantined();
    officer = await visitors.open();
    await visitors.setUp(officer, "wu.officer", "dedicatedOfficer");
    await visitors.lookAt(officer, "home-data");
    await officer.getByRole("link", { name: "資料集", exact: true }).click();
    await visitors.lookAt(officer, "datasets");
    await officer.getByRole("link", { name: "待辦" }).click();
    await officer.getByRole("link", { name: "退件檔案待決定" }).click();
    await visitors.lookAt(officer, "import-quarantined");
    await officer.getByRole("button", { name: "銷毀" }).click();
    await officer.getByRole("alert").getByText("理由未填").waitFor();
    await officer.getByLabel("理由").fill("該單位將更正後重新交付");
    await officer.getByRole("button", { name: "銷毀" }).click();
    await expect
      .poll(async () => {
        await officer.reload();
        return officer.locator("main").textContent();
      })
      .toContain("已退件，原檔已銷毀");
  }, 180_000);

  test("§4(1)1 a delivery key is issued, and a unit's key trusted once its fingerprint has been compared", async () => {
    await officer.goto(address("/household"));
    await officer.getByRole("link", { name: "核發交付金鑰…" }).click();
    await visitors.lookAt(officer, "delivery-key");
    await officer.getByLabel("理由").fill("十二月交付");
    await officer.getByRole("button", { name: "核發" }).click();
    await officer.getByText("已核發交付金鑰").waitFor();
    const { gnupg } = office.platform;
    gnupg.makeKey("new@example.test", "ed25519");
    await officer.getByRole("link", { name: "信任新金鑰…" }).click();
    await officer.getByRole("button", { name: "顯示指紋" }).click();
    await officer.getByRole("alert").waitFor();
    const buffer = Buffer.from(gnupg.exportKey("new@example.test"));
    await officer.getByLabel("公鑰檔").setInputFiles({ name: "new.asc", mimeType: "application/pgp-keys", buffer });
    await officer.getByRole("button", { name: "顯示指紋" }).click();
    await officer.getByRole("button", { name: "相符，信任這把金鑰" }).click();
    await officer.getByRole("alert").getByText("須先以電話核對指紋").waitFor();
    await visitors.lookAt(officer, "compare");
    await officer.getByLabel("已用電話逐字核對，完全相符").check();
    await officer.getByLabel("理由").fill("與該單位公務電話核對");
    await officer.getByRole("button", { name: "相符，信任這把金鑰" }).click();
    await officer.getByText("與該單位公務電話核對").waitFor();
    await visitors.lookAt(officer, "dataset");
    await officer.getByRole("link", { name: "撤銷…" }).click();
    await visitors.lookAt(officer, "revoke");
  }, 180_000);

  test("§4(1)3 with JavaScript, the page of an import follows it to its end by itself", async () => {
    const importId = await office.imported(office.daysAgo(3), 7);
    const stage = (to: string, rows: number) =>
      office.console_.owner.pool.query("update dataset_import set stage = $2, rows_read = $3 where import_id = $1", [importId, to, rows]);
    await stage("loading", 1200);
    const auditor = await visitors.open(true);
    await visitors.setUp(auditor, "chen.auditor", "auditor");
    await auditor.goto(address(`/imports/${importId}`));
    await auditor.getByText("已讀取 1,200 筆").waitFor();
    await stage("loading", 3400);
    await auditor.getByText("已讀取 3,400 筆").waitFor();
    await stage("imported", 20);
    await auditor.getByText("已匯入 20 筆，原檔已銷毀").waitFor();
    await visitors.lookAt(auditor, "import-imported");
  }, 180_000);

  test("§4(1)1 nothing was asked of anybody else, and no browser complained", () => {
    expect([...visitors.requested]).toEqual([office.console_.url]);
    expect(visitors.complaints).toEqual([]);
  });
});

import { setTimeout } from "node:timers/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toRocSlashes } from "../../src/domain/roc-date.ts";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { attachAndSubmit, attachTooLarge, fillLetter, goOnToLetter } from "../support/applicant-browser.ts";
import { type ConsoleHouse, openConsoleHouse } from "../support/console-house.ts";
import { inDays } from "../support/integration-platform.ts";
import { PEOPLE, question } from "../support/people.ts";
import { seedGenerations } from "../support/seed.ts";

let house: ConsoleHouse;
let api: TestApi;
let agency: Page;
let caseOfficer: Page;
let manager: Page;
let officer: Page;
let link = "";
let number = "";
let token = "";

beforeAll(async () => {
  house = await openConsoleHouse();
  api = await startTestApi({}, house.platform.database);
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
  agency = await house.visitors.open();
  [caseOfficer, manager, officer] = [await house.visitors.open(), await house.visitors.open(), await house.visitors.open()];
  await house.visitors.setUp(caseOfficer, "hung.case", "caseOfficer");
  await house.visitors.setUp(manager, "lin.manager", "manager");
  await house.visitors.setUp(officer, "wu.officer", "dedicatedOfficer");
}, 240_000);
afterAll(async () => {
  await api?.close();
  await house?.stop();
});

const look = (page: Page, name: string) => house.visitors.lookAt(page, name);
const openCase = (page: Page) => page.goto(`${house.console_.url}/console/integrations/${encodeURIComponent(number)}`);
const state = (page: Page, word: string) =>
  expect
    .poll(async () => {
      await page.reload();
      return page.locator("h1").textContent();
    })
    .toContain(word);

/** What the agency's system gets for a question about a resident. */
async function query(check: "resident" | "indigenous" = "resident") {
  const asked = question({ nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name }, { checks: [check] });
  const { status, body } = await ask(api.url, asked, { token });
  return status === 200 ? body.answers[check] : body.code;
}

/** Check, approval and provisioning of the application under way, each by whose it is. */
async function decide(provision: string): Promise<void> {
  await openCase(caseOfficer);
  await caseOfficer.getByLabel("理由").fill("文件齊備，依據與目的相符");
  await caseOfficer.getByRole("button", { name: "審查完備，送主管" }).click();
  await openCase(manager);
  await manager.getByLabel("理由").fill("符合業務需要");
  await manager.getByRole("button", { name: "核可", exact: true }).click();
  await openCase(officer);
  await officer.getByLabel("理由").fill("依核准內容配賦");
  await officer.getByRole("button", { name: provision }).click();
}

describe("an agency's story in a real browser, without JavaScript", () => {
  test("§3(2) §3(3) it begins without an account, keeps the private link, and comes back to its draft in another browser", async () => {
    await agency.goto(`${house.console_.url}/apply`);
    await look(agency, "apply");
    await agency.getByRole("button", { name: "開始填寫" }).click();
    link = (await agency.locator(".private-link code").textContent()) ?? "";
    // It opens the draft to whoever has it: it isn't left in a printer.
    await agency.emulateMedia({ media: "print" });
    expect(await agency.locator(".private-link").isVisible()).toBe(false);
    await agency.emulateMedia({ media: "screen" });
    await agency.getByLabel("機關名稱").fill("測試社會處");
    await agency.getByRole("button", { name: "儲存草稿" }).click();
    await agency.getByText("草稿已儲存").waitFor();
    expect(agency.url()).not.toContain(link.split("/").at(-1));
    await agency.context().close();
    agency = await house.visitors.open();
    await agency.goto(link);
    expect(agency.url()).toBe(`${house.console_.url}/apply/case`);
    expect(await agency.getByLabel("機關名稱").inputValue()).toBe("測試社會處");
  }, 60_000);

  test("§3(3) §3(7) §6 what is wrong is told beside its field and nothing is lost; put right, it gets a number", async () => {
    await agency.getByLabel("業務系統名稱").fill("低收入戶審查系統");
    await agency.getByLabel("固定 IP").fill("127.0.0.0/8");
    await agency.getByLabel("縣民身分").check();
    await goOnToLetter(agency);
    await agency.getByRole("alert").getByText("固定 IP：白名單不接受網段").waitFor();
    expect(await agency.getByLabel("固定 IP").inputValue()).toBe("127.0.0.0/8");
    expect(await agency.getByLabel("縣民身分").isChecked()).toBe(true);
    await look(agency, "apply-faults");
    const texts = { 機關代碼: "376480000", 固定: "127.0.0.1", 法令依據: "社會救助法第4條", 使用目的: "低收入戶資格審查" };
    for (const [label, text] of Object.entries(texts)) await agency.getByLabel(label).fill(text);
    await agency.getByLabel("使用期限起日").fill(toRocSlashes(inDays(0)));
    await agency.getByLabel("使用期限迄日").fill(toRocSlashes(inDays(300)));
    await agency.getByLabel("聯絡窗口").fill("049-2222106 分機 1234");
    await fillLetter(agency, "府社助字第1150012345號");
    await agency.getByRole("button", { name: "儲存草稿" }).click();
    await look(agency, "apply-form");
    await goOnToLetter(agency);
    await agency.getByText("還沒有附上來文").waitFor();
    await attachTooLarge(agency);
    // Nothing that was typed went with them.
    await agency.getByText("社會救助法第4條").waitFor();
    await look(agency, "apply-letter");
    await attachAndSubmit(agency);
    await agency.getByText("已送出，等承辦人員審查").waitFor();
    number =
      /\S+-介-\d+/
        .exec((await agency.locator("main").textContent()) ?? "")?.[0]
        .replace("申請編號", "")
        .trim() ?? "";
    await look(agency, "apply-status");
  }, 60_000);

  test("§3(3) it is sent back with a reason, put right from the link, and comes again", async () => {
    await openCase(caseOfficer);
    await look(caseOfficer, "application-online");
    await caseOfficer.getByRole("link", { name: "退回補正…" }).click();
    await caseOfficer.getByLabel("理由").fill("請補法令依據的項次");
    await caseOfficer.locator("main").getByRole("button").click();
    await agency.reload();
    await agency.locator(".ds-alert").getByText("請補法令依據的項次").waitFor();
    await look(agency, "apply-returned");
    await agency.getByRole("link", { name: "補正…" }).click();
    await agency.getByLabel("法令依據").fill("社會救助法第4條第1項");
    await agency.getByLabel("機關已閱讀以上責任告知並同意").check();
    await look(agency, "apply-correct");
    await goOnToLetter(agency);
    await agency.getByRole("button", { name: "補正後再提" }).click();
    await agency.getByText("已送出，等承辦人員審查").waitFor();
  }, 60_000);

  test("§3(3) it is checked, approved and provisioned, and its system gets answers", async () => {
    await decide("配賦權限並產生憑證");
    token = (await officer.locator(".secret").textContent()) ?? "";
    await state(agency, "使用中");
    await look(agency, "apply-active");
    expect(await agency.content()).not.toMatch(/hung\.case|lin\.manager|wu\.officer/);
    await api.settle();
    expect(await query()).toBe(true);
  }, 60_000);

  test("§3(3) §3(7) a change from the link: the old rights answer without a gap until the new ones are provisioned", async () => {
    await agency.getByRole("link", { name: "申請變更…" }).click();
    await agency.getByLabel("原住民身分別").check();
    await agency.getByLabel("固定 IP").fill("127.0.0.1\n203.66.0.9");
    await fillLetter(agency, "府社助字第1160000001號");
    await look(agency, "apply-change");
    await goOnToLetter(agency);
    await attachAndSubmit(agency);
    await agency.getByRole("heading", { name: "變更申請" }).waitFor();
    await look(agency, "apply-amended");
    await openCase(caseOfficer);
    await look(caseOfficer, "application-change");
    expect(await query("indigenous")).toBe("check-out-of-scope");
    const answers: unknown[] = [];
    let decided = false;
    const asking = (async () => {
      for (; !decided; await setTimeout(20)) answers.push(await query());
    })();
    await decide("配賦");
    await expect.poll(async () => (await house.platform.integrations.show(number)).amendment).toBeUndefined();
    await api.settle();
    decided = true;
    await asking;
    expect([...new Set(answers)]).toEqual([true]);
    expect(await query("indigenous")).toBe(false);
  }, 60_000);

  test("§5(5) suspended, its next question is refused", async () => {
    await openCase(officer);
    await officer.getByRole("link", { name: "立即暫停…" }).click();
    await officer.getByRole("checkbox").check();
    await officer.getByLabel("理由").fill("逾期未改善");
    await officer.getByRole("button", { name: "確定暫停" }).click();
    await api.settle();
    expect(await query()).not.toBe(true);
    await expect.poll(async () => (await house.platform.integrations.show(number)).state).toBe("suspended");
  }, 60_000);

  test("§5(6) improved and applied for again from the link, it gets answers again with the same credential", async () => {
    await agency.reload();
    await look(agency, "apply-suspended");
    await agency.getByRole("link", { name: "改善後重新申請…" }).click();
    await agency.getByLabel("改善情形").fill("已限縮查詢人員並完成教育訓練");
    await fillLetter(agency, "府社助字第1160000002號");
    await goOnToLetter(agency);
    await attachAndSubmit(agency);
    await agency.getByRole("heading", { name: "改善後重新申請" }).getByText("待審查").waitFor();
    await decide("配賦");
    await state(agency, "使用中");
    await api.settle();
    expect(await query()).toBe(true);
  }, 60_000);

  test("§3(3) what came on paper is entered by the same form", async () => {
    await caseOfficer.goto(`${house.console_.url}/console/applications`);
    await caseOfficer.getByRole("link", { name: "登錄紙本申請…" }).click();
    await look(caseOfficer, "application-paper");
    await caseOfficer.getByRole("button", { name: "登錄申請" }).click();
    await caseOfficer.getByRole("alert").getByText("機關名稱：這一欄未填").waitFor();
  }, 60_000);

  test("no page asks anybody but us, and none complains", () => {
    expect([...house.visitors.requested]).toEqual([house.console_.url]);
    expect(house.visitors.complaints).toEqual([]);
  });
});

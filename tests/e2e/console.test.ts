import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsoleHouse, openConsoleHouse } from "../support/console-house.ts";
import { APPLICANT, madeUpApplication, say } from "../support/integration.ts";
import { inDays } from "../support/integration-platform.ts";

const NUMBER = "115-社-0001";
let house: ConsoleHouse;
let platform: ConsoleHouse["platform"];
let console_: ConsoleHouse["console_"];
let visitors: ConsoleHouse["visitors"];
let from: string;
let until: string;

beforeAll(async () => {
  house = await openConsoleHouse();
  ({ platform, console_, visitors } = house);
  [from, until] = [inDays(0), inDays(40)];
  await platform.integrations.apply(madeUpApplication(NUMBER, from, until), say(APPLICANT, "低收入戶資格審查"));
}, 180_000);
afterAll(() => house?.stop());

describe("the console in a real browser, without JavaScript", () => {
  let manager: Page;
  let caseOfficer: Page;
  let officer: Page;
  const openCase = (page: Page) => page.goto(`${console_.url}/console/integrations/${encodeURIComponent(NUMBER)}`);

  test("§3(2) §3(5) a manager sets up an account, leaves, and logs in again", async () => {
    manager = await visitors.open();
    await visitors.setUp(manager, "lin.manager", "manager", true);
    await manager.getByRole("button", { name: "登出" }).click();
    await manager.getByText("您已登出").waitFor();
    await manager.getByLabel("密碼").fill("Wrong-Password-77");
    await manager.getByLabel("帳號").fill("lin.manager");
    await manager.getByRole("button", { name: "下一步" }).click();
    await manager.getByText("帳號或密碼不符").waitFor();
    expect(await manager.getByLabel("帳號").inputValue()).toBe("lin.manager");
    await visitors.lookAt(manager, "log-in-wrong");
    await visitors.logIn(manager, "lin.manager");
    caseOfficer = await visitors.open();
    await visitors.setUp(caseOfficer, "hung.case", "caseOfficer");
    officer = await visitors.open();
    await visitors.setUp(officer, "wu.officer", "dedicatedOfficer");
  }, 90_000);

  test("§3(3) the case officer finds the agency's application among what is to do, and passes it on", async () => {
    await caseOfficer.reload();
    await visitors.lookAt(caseOfficer, "home-case-officer");
    await caseOfficer.getByRole("link", { name: "申請案待審查" }).click();
    expect(await caseOfficer.locator(".lead").textContent()).toContain("等承辦人員審查");
    await visitors.lookAt(caseOfficer, "integration-submitted");
    await caseOfficer.getByRole("link", { name: "退回補正…" }).click();
    await caseOfficer.getByText("機關看得到理由").waitFor();
    await visitors.lookAt(caseOfficer, "send-back");
    await caseOfficer.getByRole("link", { name: "取消" }).click();
    await caseOfficer.getByLabel("理由").fill("文件齊備，依據與目的相符");
    await caseOfficer.getByRole("button", { name: "審查完備，送主管" }).click();
    await caseOfficer.locator("h1").getByText("待核可").waitFor();
  }, 60_000);

  test("§3(3) the manager finds the application among what is to do, and approves less than was asked for", async () => {
    await manager.reload();
    await visitors.lookAt(manager, "home-manager");
    await manager.getByRole("link", { name: "申請案待決定" }).click();
    expect(await manager.locator(".lead").textContent()).toContain("等權責主管決定");
    await visitors.lookAt(manager, "integration-checked");
    await manager.getByLabel("原住民身分別").uncheck();
    await manager.getByRole("button", { name: "核可", exact: true }).click();
    // Without a reason: what was ticked and typed is kept, and the fault stands at the top and beside its field.
    await manager.getByRole("alert").getByText("理由未填").waitFor();
    expect(await manager.getByLabel("原住民身分別").isChecked()).toBe(false);
    await visitors.lookAt(manager, "integration-fault");
    await manager.getByLabel("理由").fill("符合業務需要，僅核可縣民身分");
    await manager.getByRole("button", { name: "核可", exact: true }).click();
    await manager.locator("h1").getByText("待配賦").waitFor();
    expect(await manager.locator("main").textContent()).toContain("較申請內容少");
  }, 60_000);

  test("§3(3) §3(7) the dedicated officer provisions; the credential is shown once, and works", async () => {
    await officer.reload();
    await officer.getByRole("link", { name: "已核可，待配賦權限" }).click();
    await visitors.lookAt(officer, "integration-approved");
    await officer.getByLabel("理由").fill("依核准內容配賦");
    await officer.getByRole("button", { name: "配賦權限並產生憑證" }).click();
    const secret = (await officer.locator(".secret").textContent()) ?? "";
    expect(secret).toMatch(/^vp_[\w-]{43}$/);
    await visitors.lookAt(officer, "secret");
    await officer.getByRole("link", { name: "回到案件" }).click();
    await expect
      .poll(async () => {
        await officer.reload();
        return officer.locator("h1").textContent();
      })
      .toContain("使用中");
    expect(await officer.content()).not.toContain(secret);
    await visitors.lookAt(officer, "integration-active");
    await officer.goto(`${console_.url}/console`);
    expect(await officer.locator(".tasks").textContent()).toContain("憑證到期");
    await visitors.lookAt(officer, "home-officer");
  }, 60_000);

  test("§3(3) the list is searched and narrowed in the URL, and comes as CSV", async () => {
    await officer.getByRole("link", { name: "介接服務" }).click();
    await officer.getByLabel("搜尋").fill("稅務");
    await officer.getByRole("button", { name: "查詢" }).click();
    await officer.getByRole("navigation", { name: "依狀態" }).getByRole("link", { name: "使用中" }).click();
    expect(new URL(officer.url()).searchParams.get("state")).toBe("active");
    expect(await officer.locator("tbody tr").count()).toBe(1);
    await visitors.lookAt(officer, "integrations");
    const csv = await officer.request.get(`${console_.url}${await officer.getByRole("link", { name: "CSV" }).getAttribute("href")}`);
    expect(csv.headers()["content-type"]).toBe("text/csv; charset=utf-8");
    expect((await csv.text()).split("\r\n")[1]).toBe(
      `"${NUMBER}","測試稅務局","地方稅系統 ${NUMBER}","使用中","縣民身分","${from}","${until}","0",""`,
    );
    await officer.getByLabel("搜尋").fill("沒有這個機關");
    await officer.getByRole("button", { name: "查詢" }).click();
    await officer.getByText("沒有符合條件的介接服務").waitFor();
    await visitors.lookAt(officer, "integrations-none");
  }, 60_000);

  test("§3(5) a second credential is added, and the first one revoked", async () => {
    await openCase(officer);
    await officer.getByRole("link", { name: "加發憑證…" }).click();
    await visitors.lookAt(officer, "credential-add");
    await officer.getByLabel("理由").fill("換發憑證");
    await officer.getByRole("button", { name: "加發憑證" }).click();
    await officer.getByRole("link", { name: "回到案件" }).click();
    await officer.getByRole("link", { name: "廢止…" }).last().click();
    await officer.getByText("另有 1 組有效憑證").waitFor();
    await visitors.lookAt(officer, "credential-revoke");
    await officer.getByLabel("理由").fill("已換發");
    await officer.getByRole("button", { name: "確定廢止" }).click();
    await officer.getByText("已於此時撤銷").waitFor();
    expect(await officer.getByRole("link", { name: "廢止…" }).count()).toBe(1);
  }, 60_000);

  test("§5(5) suspending says what stops at once; the manager lets it go on", async () => {
    await openCase(officer);
    await officer.getByRole("link", { name: "立即暫停…" }).click();
    await officer.getByText("將在一秒內停止查詢").waitFor();
    await visitors.lookAt(officer, "suspend");
    await officer.getByLabel("理由").fill("疑似異常查詢");
    await officer.getByRole("button", { name: "確定暫停" }).click();
    await officer.locator("h1").getByText("暫停").waitFor();
    await expect.poll(async () => (await platform.integrations.show(NUMBER)).state).toBe("suspended");
    await openCase(manager);
    await visitors.lookAt(manager, "integration-suspended");
    await manager.getByRole("link", { name: "恢復…" }).click();
    await visitors.lookAt(manager, "resume");
    await manager.getByLabel("理由").fill("查明無異常");
    await manager.getByRole("button", { name: "恢復使用" }).click();
    const heading = async () => {
      await manager.reload();
      return manager.locator("h1").textContent();
    };
    await expect.poll(heading).toContain("使用中");
  }, 60_000);

  test("§5(5) revoking says what will happen, and asks why", async () => {
    await openCase(officer);
    await officer.getByRole("link", { name: "撤銷…" }).click();
    await officer.getByText("1 組憑證將在一秒內全部失效").waitFor();
    await visitors.lookAt(officer, "revoke");
    await officer.getByRole("button", { name: "確定撤銷" }).click();
    await officer.getByRole("alert").getByText("理由未填").waitFor();
    await officer.getByLabel("理由").fill("機關來函終止");
    await officer.getByRole("button", { name: "確定撤銷" }).click();
    await officer.locator("h1").getByText("已撤銷").waitFor();
    await visitors.lookAt(officer, "integration-revoked");
  }, 60_000);

  test("§3(1) people and trail show who may and who did", async () => {
    await officer.getByRole("link", { name: "人員" }).click();
    expect(await officer.locator("tbody").textContent()).toContain("lin.manager");
    await visitors.lookAt(officer, "people");
    await manager.goto(`${console_.url}/console/trail`);
    const trail = (await manager.locator("tbody").textContent()) ?? "";
    for (const known of [
      "審查申請案",
      "決定申請案",
      "暫停介接服務",
      "恢復介接服務",
      "廢止憑證",
      "撤銷介接服務",
      "配賦權限",
      `integration/${NUMBER}`,
      "帳號或密碼不符",
    ])
      expect(trail).toContain(known);
    await visitors.lookAt(manager, "trail");
    await manager.goto(`${console_.url}/console/nothing-here`);
    await visitors.lookAt(manager, "not-found");
    await manager.getByRole("button", { name: "English" }).click();
    await manager.goto(`${console_.url}/console/trail`);
    await visitors.lookAt(manager, "trail-english");
  }, 60_000);
});

test("no page asks anybody but us, and none complains", () => {
  expect([...visitors.requested]).toEqual([console_.url]);
  expect(visitors.complaints).toEqual([]);
});

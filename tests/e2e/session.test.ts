import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toRocSlashes } from "../../src/domain/roc-date.ts";
import { type ConsoleHouse, openConsoleHouse } from "../support/console-house.ts";
import { inDays } from "../support/integration-platform.ts";

const MINUTE = 60_000;
let house: ConsoleHouse;
let visitors: ConsoleHouse["visitors"];
let page: Page;

beforeAll(async () => {
  house = await openConsoleHouse();
  ({ visitors } = house);
  page = await visitors.open(true);
  await page.clock.install();
  await visitors.setUp(page, "hung.case", "caseOfficer");
}, 180_000);
afterAll(() => house?.stop());

const line = () => page.locator("[data-session-ends-in]");
const counting = (left: RegExp) => expect.poll(() => line().textContent()).toMatch(left);
const stay = (name = "繼續使用") => page.getByRole("button", { name });

/** On both clocks: the server's, and this browser's. */
async function pass(milliseconds: number): Promise<void> {
  house.pass(milliseconds);
  await page.clock.fastForward(milliseconds);
}

/** Does something that the page tells the server of. */
async function told(act: () => Promise<unknown>): Promise<void> {
  const answered = page.waitForResponse((answer) => answer.request().method() === "POST" && answer.url().endsWith("/console/session"));
  await act();
  expect((await answered).status()).toBe(200);
}

describe("the session of a page, with JavaScript", () => {
  test("§4(2)4 is counted down, and leads out at its end where nothing was typed", async () => {
    await counting(/還有 1[45]:\d\d/);
    await page.clock.fastForward(13.5 * MINUTE);
    await page.getByText("2 分鐘內將自動登出").waitFor();
    // Another window went on meanwhile: the server says so, and the countdown goes on.
    await page.clock.fastForward(2 * MINUTE);
    await counting(/還有 1[45]:\d\d/);
    // Now the fifteen minutes are over on the server too.
    await pass(15 * MINUTE);
    await page.getByText("您已登出").waitFor();
    await visitors.logIn(page, "hung.case");
  }, 60_000);

  test("§4(2)4 is lengthened by a button that leaves the page as it is, and the reader where they were", async () => {
    await page.goto(`${house.console_.url}/console/applications/paper`);
    await page.getByLabel("機關名稱").fill("測試社會處");
    await pass(13.5 * MINUTE);
    await page.getByRole("status").getByText("2 分鐘內將自動登出").waitFor();
    await visitors.lookAt(page, "session-soon");
    await page.getByLabel("使用目的").scrollIntoViewIfNeeded();
    expect(await stay().isVisible()).toBe(true);
    await told(() => stay().press("Enter"));
    await counting(/還有 1[45]:\d\d/);
    expect(await stay().isVisible()).toBe(false);
    expect(await page.getByLabel("機關名稱").evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
    expect(await page.getByLabel("機關名稱").inputValue()).toBe("測試社會處");
  }, 60_000);

  test("§4(2)4 is in use while somebody types, which is told once a minute", async () => {
    const field = page.getByLabel("使用目的");
    let sent = 0;
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/console/session")) sent += 1;
    });
    for (const word of ["低", "收", "入", "戶"]) {
      await pass(10 * MINUTE);
      await told(() => field.pressSequentially(word));
      await field.pressSequentially("資格");
      await counting(/還有 1[45]:\d\d/);
    }
    expect(sent).toBe(4);
  }, 60_000);

  test("§4(2)4 ends over what was typed: covered, shown again to the same account alone, and sent", async () => {
    await pass(15 * MINUTE);
    await page.getByRole("heading", { name: "您已自動登出" }).waitFor();
    expect(await page.locator("body").innerHTML()).not.toMatch(/測試社會處|hung\.case/);
    await visitors.lookAt(page, "session-over");
    const show = page.getByRole("button", { name: "顯示這一頁" });
    await show.click();
    await page.getByRole("status").getByText("還沒有登入同一個帳號").waitFor();

    const opened = page.waitForEvent("popup");
    await page.getByRole("link", { name: "登入" }).click();
    const tab = await opened;
    await visitors.setUp(tab, "chen.auditor", "auditor");
    await show.click();
    await page.getByRole("status").getByText("還沒有登入同一個帳號").waitFor();
    await tab.getByRole("button", { name: "登出" }).click();
    await tab.getByText("您已登出").waitFor();
    await visitors.logIn(tab, "hung.case");
    await show.dblclick();

    expect(await page.getByLabel("機關名稱").inputValue()).toBe("測試社會處");
    expect(await page.getByLabel("使用目的").inputValue()).toContain("戶資格");
    await counting(/還有 1[45]:\d\d/);
    const texts = { 機關代碼: "376480000", 業務系統名稱: "低收入戶審查系統", 固定: "127.0.0.1", 法令依據: "社會救助法第4條" };
    for (const [label, text] of Object.entries(texts)) await page.getByLabel(label).fill(text);
    // The clock of this test may have passed midnight.
    await page.getByLabel("使用期限起日").fill(toRocSlashes(inDays(1)));
    await page.getByLabel("使用期限迄日").fill(toRocSlashes(inDays(300)));
    await page.getByLabel("聯絡窗口").fill("049-2222106 分機 1234");
    await page.getByLabel("縣民身分").check();
    await page.getByLabel("來文字號").fill("府社助字第1150012345號");
    await page.getByLabel("發文日期").fill(toRocSlashes(inDays(0)));
    await page.getByLabel("機關已在來文或申請單上同意").check();
    await page.getByRole("button", { name: "登錄申請" }).click();
    await page.getByRole("heading", { name: "待審查" }).waitFor();
  }, 120_000);

  test("§4(2)4 covers what came back with faults too; after ten hours it says that it can't be lengthened", async () => {
    await page.goto(`${house.console_.url}/console/applications/paper`);
    await page.getByRole("button", { name: "English" }).click();
    await page.getByLabel("Agency", { exact: true }).fill("Test office");
    await page.locator("main form button").click();
    await page.getByRole("alert").waitFor();
    await pass(13.5 * MINUTE);
    await page.getByText("within 2 minutes").waitFor();
    await visitors.lookAt(page, "session-soon-english");
    await house.console_.owner.pool.query("update session set began_at = began_at - interval '9 hours 41 minutes'");
    await told(() => stay("Stay logged in").click());
    await counting(/out in [45]:\d\d/);
    await pass(4 * MINUTE);
    await page.getByText("After 10 hours").waitFor();
    expect(await stay("Stay logged in").isVisible()).toBe(false);
    await pass(2 * MINUTE);
    await page.getByRole("heading", { name: "You have been logged out" }).waitFor();
    await visitors.lookAt(page, "session-over-english");
  }, 120_000);

  test("no page asks anybody but us, and none complains", () => {
    expect([...visitors.requested]).toEqual([house.console_.url]);
    expect(visitors.complaints).toEqual([]);
  });

  // The browser says of its refused request what it thinks of it, so this comes after the complaints.
  test("§4(2)4 goes on when its account has logged in anew in another tab: the page's forms take that session's token", async () => {
    const tab = await page.context().newPage();
    await tab.goto(`${house.console_.url}/console/log-in`);
    await tab.getByRole("button", { name: "繁體中文" }).click();
    await visitors.logIn(tab, "hung.case");
    await page.getByRole("button", { name: "Show this page" }).click();
    await tab.getByRole("button", { name: "登出" }).click();
    await visitors.logIn(tab, "hung.case");
    await pass(MINUTE);
    // Its own token is refused first.
    const renewed = page.waitForResponse((answer) => answer.request().method() === "POST" && answer.ok());
    await page.getByLabel("Agency", { exact: true }).fill("Another office");
    await renewed;
    await pass(14 * MINUTE);
    await told(() => page.getByLabel("Agency", { exact: true }).fill("Yet another office"));
  }, 60_000);
});

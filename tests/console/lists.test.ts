import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { createVisitor, startTestConsole, type TestConsole, type Visitor } from "../support/console.ts";
import { createConsoleVisitors } from "../support/console-browser.ts";
import { enter } from "../support/console-office.ts";
import { inDays } from "../support/integration-platform.ts";
import { madeUpId } from "../support/people.ts";
import { seedIntegration } from "../support/seed.ts";

const ID = madeUpId(11);
/** Every list with a text to search for, and that text's name. */
const LISTS = [
  ["/console/integrations", "search"],
  ["/console/applications", "search"],
  ["/console/addresses", "search"],
  ["/console/trail", "account"],
  ["/console/system/openings", "account"],
] as const;
let console_: TestConsole;
let lin: Visitor;
let chen: Visitor;

beforeAll(async () => {
  console_ = await startTestConsole();
  const { pool } = console_.owner;
  for (let place = 0; place < 53; place += 1) {
    const addresses = place < 2 ? ["168.95.1.1"] : place === 2 ? ["8.8.8.8"] : [`10.9.8.${place}`];
    await seedIntegration(pool, { checks: ["resident"], addresses, state: place < 3 ? "suspended" : "active" });
  }
  await pool.query(
    "update application set integration_id = i.integration_id from integration i where i.application_number = application.application_number",
  );
  await pool.query("update application set stage = 'withdrawn' where integration_id <= 4");
  await pool.query("update agency set agency_name = '測試 100%_機關' where agency_id = 1");
  await pool.query("insert into daily_usage values (5, $1, 7)", [inDays(0)]);
  lin = await enter(console_, "lin.manager", "manager");
  chen = await enter(console_, "chen.auditor", "auditor");
}, 60_000);
afterAll(() => console_?.close());

const linesOf = (text: string) => text.match(/<tr>\s*<th scope="row"/g)?.length ?? 0;
const read = async (path: string, who = lin) => (await who.get(path)).text;

describe("a list", () => {
  test.each(LISTS)("§4(2)5 %s keeps an ID number out of every address, neither searched for nor shown", async (path, name) => {
    await lin.get(path);
    for (const typed of [
      ID,
      ID.toLowerCase(),
      `王小明 ${ID}`,
      ID.replaceAll(/./g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)),
    ]) {
      const refused = await lin.post(path, { [name]: typed, state: "active" });
      expect(refused.location?.startsWith(path)).toBe(true);
      expect(refused.location).toContain(`refused=${name}`);
      expect(decodeURIComponent(refused.location ?? "")).not.toContain(typed);
      const inUrl = await lin.get(`${path}?${new URLSearchParams({ [name]: typed })}`);
      expect([inUrl.status, inUrl.location]).toEqual([303, `${path}?refused=${name}`]);
    }
    const told = await read(`${path}?refused=${name}`);
    expect(told).toContain(`<a class="ds-link" href="#${name}">條件看來含有身分證統一編號`);
    expect(told).not.toContain(ID);
  });

  test("§4(2)5 is refused as a file too, and so is the search of the query log", async () => {
    for (const path of ["/console/integrations", "/console/applications", "/console/addresses"])
      expect((await lin.get(`${path}.csv?search=${ID}`)).location).toBe(`${path}?refused=search`);
    for (const path of ["/console/findings", "/console/findings/new"])
      expect((await chen.get(`${path}?integration=${ID}`)).location).toBe(`${path}?refused=integration`);
    expect((await chen.get(`/console/queries?operator=${ID}&from=115/01/01`)).location).toBe(
      "/console/queries?from=115%2F01%2F01&refused=operator",
    );
    expect(await read("/console/queries?refused=operator", chen)).toContain('href="#operator"');
  });

  test("§3(3) goes on page by page, with what it was narrowed to; a file holds all", async () => {
    for (const path of ["/console/integrations", "/console/applications", "/console/addresses"]) {
      const first = await read(path);
      expect([linesOf(first), first.includes("第 1 頁，共 2 頁"), first.includes("共 53 筆")], path).toEqual([50, true, true]);
      const onward = /rel="next" href="([^"]+)"/.exec(first)?.[1] ?? "";
      const second = await read(onward);
      expect([onward, linesOf(second), second.includes('rel="next"')]).toEqual([`${path}?page=2`, 3, false]);
      expect((await read(`${path}.csv`)).split("\r\n")).toHaveLength(55);
      for (const odd of ["0", "-1", "x", "999999999"]) expect((await lin.get(`${path}?page=${odd}`)).status).toBe(200);
    }
  });

  test("§3(3) is narrowed by state with counts, and finds what was typed as it is", async () => {
    const suspended = await read("/console/integrations?state=suspended");
    expect([linesOf(suspended), suspended.includes("符合 3 筆，共 53 筆")]).toEqual([3, true]);
    expect(suspended.replaceAll(/<[^>]*>/g, "")).toMatch(/暫停 3/);
    const withdrawn = await read("/console/applications?stage=withdrawn");
    expect([linesOf(withdrawn), withdrawn.replaceAll(/<[^>]*>/g, "").includes("已撤回 4")]).toEqual([4, true]);
    for (const path of ["/console/integrations", "/console/applications", "/console/addresses"]) {
      expect(linesOf(await read(`${path}?search=${encodeURIComponent("100%_")}`)), path).toBe(1);
      expect(await read(`${path}?search=%27--`), path).toContain("清除條件");
    }
    await lin.get("/console/applications");
    expect((await lin.post("/console/applications", { search: " 機關 ", stage: "withdrawn", kind: "" })).location).toBe(
      `/console/applications?${new URLSearchParams({ search: "機關", stage: "withdrawn" })}`,
    );
  });

  test("§3(3) is narrowed by nothing that can't be chosen, and by no text too long for a URL", async () => {
    for (const path of ["/console/integrations", "/console/applications", "/console/addresses"]) {
      expect(linesOf(await read(`${path}?state=zzz&stage=zzz&kind=constructor&mark=zzz&sort=zzz`)), path).toBe(50);
      await lin.get(path);
      const { location } = await lin.post(path, { search: "長".repeat(1800), state: "zzz", stage: "zzz", mark: "zzz" });
      expect(location).toBe(`${path}?${new URLSearchParams({ search: "長".repeat(200) })}`);
      expect((await lin.get(location ?? "")).status).toBe(200);
    }
    expect(linesOf(await read("/console/trail?action=zzz"))).toBeGreaterThan(0);
  });

  test("§4(1)2 of integrations says what each asked this month and when last, most or least first", async () => {
    expect(/<tbody><tr>.*?<\/tr>/s.exec(await read("/console/integrations?sort=queries"))?.[0]).toMatch(/class="number">7<\/td>/);
    expect(/<tbody><tr>.*?<\/tr>/s.exec(await read("/console/integrations?sort=unused"))?.[0]).toMatch(/class="number">0<\/td>/);
  });

  test("§3(7) §3(8) §3(10) of addresses marks those that are shared, idle or look foreign", async () => {
    const marks = async (mark: string) => linesOf((await read(`/console/addresses?mark=${mark}`)).split("IP 清查")[0] ?? "");
    expect(await Promise.all(["duplicate", "foreign", "idle", "expired"].map(marks))).toEqual([2, 1, 0, 0]);
    await console_.owner.pool.query(
      "update integration_address set added_at = now() - interval '2 years' where integration_id in (10, 11)",
    );
    expect(await marks("idle"), "their periods have just begun").toBe(0);
    await console_.owner.pool.query("update integration set approved_from = now() - interval '1 year' where integration_id in (10, 11)");
    await console_.owner.pool.query("insert into address_usage values (11, '10.9.8.10', $1)", [inDays(0)]);
    expect(await marks("idle")).toBe(1);
    expect((await read("/console/addresses.csv?mark=foreign")).split("\r\n")[1]).toMatch(/^"8\.8\.8\.8","疑似境外",/);
    expect(await read("/console/trail?action=exportAddresses")).toContain("/console/addresses.csv");
  });
});

test("§3(3) a list is as wide as its page, whatever agencies call themselves", async () => {
  const { pool } = console_.owner;
  await pool.query("update agency set agency_name = repeat('W', 200) where agency_id = 1");
  await pool.query("update integration set system_name = repeat('m', 1000) where agency_id = 1");
  await pool.query("update application set system_name = repeat('m', 1000) where agency_id = 1");
  const browser = await launchBrowser();
  const page = await createConsoleVisitors(browser, console_, { now: Date.now, pass: () => undefined }).openAs(lin);
  for (const width of [900, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of ["/console/integrations", "/console/applications", "/console/addresses"]) {
      await page.goto(`${console_.url}${path}?search=WWW`);
      const needed = await page.locator("body").evaluate((body) => body.ownerDocument.documentElement.scrollWidth);
      expect(needed, path).toBeLessThanOrEqual(width);
    }
  }
  await browser.close();
}, 60_000);

describe("a page that is no page", () => {
  test("§3(1) answers a form that broke off as such, and no trouble of the system's", async () => {
    const headers = { cookie: [...lin.cookies].map(([name, value]) => `${name}=${value}`).join("; "), origin: console_.url };
    for (const [type, body] of [
      ["multipart/form-data; boundary=zz", "--zz\r\nbroken"],
      ["multipart/form-data", "x"],
    ] as const) {
      const answer = await fetch(`${console_.url}/console/integrations`, {
        method: "POST",
        headers: { ...headers, "content-type": type },
        body,
      });
      expect([answer.status, (await answer.text()).includes("送出的內容不完整")], type).toEqual([400, true]);
    }
    expect(console_.logLines.filter((line) => line.includes("a page failed"))).toEqual([]);
  });

  test("§3(1) says whose the matter is, or where to go on, with a code to tell of it", async () => {
    const refused = await chen.get("/console/applications");
    expect([refused.status, refused.text.includes("由專案承辦人員、專責人員、權責主管辦理")]).toEqual([403, true]);
    const nowhere = await chen.get("/console/nowhere");
    for (const said of ["沒有這一頁", "代碼 404", "回待辦"]) expect(nowhere.text).toContain(said);
    await chen.get("/console");
    const large = await chen.post("/console/language", { language: "x".repeat(270_000) }, { connection: "close" });
    expect([large.status, large.text.includes("送出的內容太大")]).toEqual([413, true]);
    const foreign = await chen.post(
      "/console/language",
      { language: "en" },
      { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    );
    expect([foreign.status, foreign.text.includes("這份表單已失效")]).toEqual([403, true]);
  });

  test("§3(3) offers the other language above what may be typed, and says which field may be left empty", async () => {
    const { text } = await createVisitor(console_).get("/apply");
    expect(text.indexOf("/console/language")).toBeLessThan(text.indexOf("<main"));
    const clerk = await enter(console_, "hung.case", "caseOfficer");
    const paper = (await clerk.get("/console/applications/paper")).text;
    expect([paper.includes("改善情形（選填）"), paper.includes("使用目的（選填）")]).toEqual([true, false]);
  });

  test("§3(1) offers to try again when the system could not, in the reader's language", async () => {
    await chen.get("/console");
    await chen.post("/console/language", { language: "en", back: "/console" });
    await console_.owner.pool.query("alter table notice rename to notice_away");
    const { status, text } = await chen.get("/console");
    await console_.owner.pool.query("alter table notice_away rename to notice");
    expect(status).toBe(503);
    for (const said of ["Code 503", '<a class="ds-button" href="/console">Try again</a>']) expect(text).toContain(said);
    expect((await chen.get("/console")).status).toBe(200);
  });
});

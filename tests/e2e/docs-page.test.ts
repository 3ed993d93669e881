import { readdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api.ts";
import { launchBrowser } from "../support/browser.ts";

let api: TestApi;
let browser: Browser;
let page: Page;
const requested: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  [api, browser] = await Promise.all([startTestApi(), launchBrowser()]);
  page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.on("request", (request) => requested.push(request.url()));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${api.url}/docs`);
  await page.locator(".opblock-post").nth(1).waitFor();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await api?.close();
});

describe("the page at /docs, in a real browser", () => {
  test("shows every operation and every schema, in the language it says", async () => {
    expect(await page.title()).toBe("驗證機制平臺 API");
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-Hant");
    expect(await page.locator(".opblock-post").count()).toBe(3);
    await page.locator(".opblock-post").first().click();
    await page.getByText("Idempotency-Key", { exact: false }).first().waitFor();
    const schemas = await page.locator(".models").textContent();
    for (const name of ["VerificationRequest", "VerificationAnswer", "Problem"]) expect(schemas).toContain(name);
  });

  test("asks nobody but us, breaks no rule of its own, and complains of nothing", () => {
    expect(requested.length).toBeGreaterThan(3);
    for (const url of requested) expect(url.startsWith("data:") ? api.url : url).toContain(api.url);
    expect(complaints).toEqual([]);
  });

  test("keeps nothing open for who asks for the heads of its files only", async () => {
    const open = () => readdirSync("/proc/self/fd").length;
    const file = `${api.url}/docs/swagger-ui-bundle.js`;
    await fetch(file, { method: "HEAD" });
    const before = open();
    for (let times = 0; times < 50; times += 1) expect((await fetch(file, { method: "HEAD" })).status).toBe(200);
    expect(open()).toBeLessThan(before + 10);
  });

  test("has no way to send a question from it: credentials don't belong into a page", async () => {
    expect(await page.getByRole("button", { name: "Execute" }).count()).toBe(0);
    expect(await page.getByText("Try it out").count()).toBe(0);
    expect(await page.getByRole("button", { name: "Authorize" }).count()).toBe(0);
    expect(await page.locator("input:visible, textarea:visible").count()).toBe(0);
  });
});

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { totpCode } from "../../src/adapters/authenticator.ts";
import type { TestConsole, Visitor } from "./console.ts";
import { PASSWORD } from "./console-office.ts";

/** Where pictures of the pages go, for people to look at; without it none are taken. */
const PICTURES = process.env["CONSOLE_PICTURES"];
/** What is right need not be told, and no rule of these reads the style sheets. */
const VIOLATIONS = { resultTypes: ["violations" as const], preload: false };
/** Rules of axe that a telephone may break where a desk doesn't. */
const HANG_ON_WIDTH = ["color-contrast", "scrollable-region-focusable", "link-in-text-block"];

type AxeResults = Awaited<ReturnType<AxeBuilder["analyze"]>>;

/** People who use the console in a real browser, and what their browsers noticed. */
export interface ConsoleVisitors {
  /** A browser of one person; without JavaScript unless told otherwise. */
  open(javaScript?: boolean): Promise<Page>;
  /** A browser of somebody who came so far without one. */
  openAs(visitor: Pick<Visitor, "cookies">): Promise<Page>;
  /** Looks at a page as people do: on a telephone, as narrow as tables may be, wide, and with axe. */
  lookAt(page: Page, name: string): Promise<void>;
  /** Appoints, and goes from the one-time token to the first page; `look` also looks at the pages between. */
  setUp(page: Page, account: string, duty: string, look?: boolean): Promise<void>;
  logIn(page: Page, account: string): Promise<void>;
  /** Origins that were asked for anything. */
  readonly requested: ReadonlySet<string>;
  /** What browsers complained of, refusals that pages mean aside. */
  readonly complaints: readonly string[];
}

export function createConsoleVisitors(
  browser: Browser,
  console_: TestConsole,
  clock: { now(): number; pass(milliseconds: number): void },
): ConsoleVisitors {
  const secrets = new Map<string, string>();
  const requested = new Set<string>();
  const complaints: string[] = [];
  const withScripts = new Set<Page>();

  async function open(javaScriptEnabled = false): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled, locale: "zh-TW", viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    if (javaScriptEnabled) withScripts.add(page);
    page.on("request", (request) => requested.add(new URL(request.url()).origin));
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of (404|413|422)/.test(message.text())) complaints.push(`${page.url()} ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    return page;
  }

  async function openAs({ cookies }: Pick<Visitor, "cookies">): Promise<Page> {
    const page = await open();
    await page.context().addCookies([...cookies].map(([name, value]) => ({ name, value, url: console_.url })));
    return page;
  }

  async function lookAt(page: Page, name: string): Promise<void> {
    for (const [device, width] of Object.entries({ phone: 320, tablet: 900, wide: 1280 })) {
      await page.setViewportSize({ width, height: 900 });
      const needed = await page.locator("body").evaluate((body) => body.ownerDocument.documentElement.scrollWidth);
      expect(needed, `${name} scrolls sideways at ${width}`).toBeLessThanOrEqual(width);
      if (PICTURES === undefined) continue;
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}-${device}.png`), fullPage: true });
    }
    const cdp = await page.context().newCDPSession(page);
    // The page came without JavaScript; axe is a script. Only a change of its own setting counts for a session.
    for (const value of [true, false]) await cdp.send("Emulation.setScriptExecutionDisabled", { value });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).options(VIOLATIONS).analyze();
    await page.setViewportSize({ width: 320, height: 900 });
    // It stands in the page by now.
    const narrow: Pick<AxeResults, "violations"> = await page.evaluate(
      `axe.run(${JSON.stringify({ ...VIOLATIONS, runOnly: HANG_ON_WIDTH })}).then(({ violations }) => ({ violations }))`,
    );
    await page.setViewportSize({ width: 1280, height: 900 });
    await cdp.send("Emulation.setScriptExecutionDisabled", { value: !withScripts.has(page) });
    await cdp.detach();
    const told = [...violations, ...narrow.violations].map(({ id, impact, nodes }) => `${name}: ${impact} ${id} ${nodes[0]?.html}`);
    expect(told).toEqual([]);
  }

  async function setUp(page: Page, account: string, duty: string, look = false): Promise<void> {
    const seen = async (name: string) => look && (await lookAt(page, name));
    const token = await console_.appoint(account, duty);
    await page.goto(`${console_.url}/console`);
    await seen("log-in");
    await page.getByRole("link", { name: "第一次登入" }).click();
    await page.getByLabel("帳號", { exact: true }).fill(account);
    await page.getByLabel("一次性代碼").fill(token);
    await seen("set-up");
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByLabel("新密碼", { exact: true }).fill(PASSWORD);
    await page.getByLabel("再輸入一次新密碼").fill(PASSWORD);
    await seen("password");
    await page.getByRole("button", { name: "設定密碼" }).click();
    await page.getByRole("heading", { name: "設定驗證器" }).waitFor();
    const secret = /secret=([A-Z2-7]+)/.exec(await page.content())?.[1] ?? "";
    secrets.set(account, secret);
    await page.getByLabel("驗證器顯示的 6 位數字").fill(totpCode(secret, clock.now()));
    await seen("authenticator");
    await page.getByRole("button", { name: "完成設定" }).click();
    await page.getByRole("heading", { name: "待辦" }).waitFor();
  }

  async function logIn(page: Page, account: string): Promise<void> {
    // The authenticator's next code.
    clock.pass(60_000);
    await page.goto(`${console_.url}/console/log-in`);
    await page.getByLabel("帳號").fill(account);
    await page.getByLabel("密碼").fill(PASSWORD);
    await page.getByRole("button", { name: "下一步" }).click();
    await lookAt(page, "code");
    await page.getByLabel("驗證碼").fill(totpCode(secrets.get(account) ?? "", clock.now()));
    await page.getByRole("button", { name: "登入", exact: true }).click();
    await page.getByRole("heading", { name: "待辦" }).waitFor();
  }

  return { open, openAs, lookAt, setUp, logIn, requested, complaints };
}

import { startCatchUp } from "../../src/integration-catch-up.ts";
import { launchBrowser } from "./browser.ts";
import type { TestConsole } from "./console.ts";
import { type ConsoleVisitors, createConsoleVisitors } from "./console-browser.ts";
import { openConsoleOffice } from "./console-office.ts";
import type { IntegrationPlatform } from "./integration-platform.ts";

/** The office as it is: a worker, the console, and people's browsers, with a clock that can be put forward. */
export interface ConsoleHouse {
  readonly platform: IntegrationPlatform;
  readonly console_: TestConsole;
  readonly visitors: ConsoleVisitors;
  /** Puts the console's clock forward. */
  pass(milliseconds: number): void;
  stop(): Promise<void>;
}

export async function openConsoleHouse(): Promise<ConsoleHouse> {
  let offset = 0;
  const now = () => Date.now() + offset;
  const pass = (milliseconds: number) => {
    offset += milliseconds;
  };
  const [{ platform, console_, stop }, browser] = await Promise.all([openConsoleOffice({ now }), launchBrowser()]);
  const catchUp = startCatchUp(platform.context, platform.client);
  const visitors = createConsoleVisitors(browser, console_, { now, pass });
  return {
    ...{ platform, console_, visitors, pass },
    async stop() {
      await browser.close();
      await catchUp.stop();
      await stop();
    },
  };
}

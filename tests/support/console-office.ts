import { decideFoundAddress } from "../../src/ip-inventory-client.ts";
import { createVisitor, startTestConsole, type TestConsole, type Visitor } from "./console.ts";
import { createIntegrationPlatform, type IntegrationPlatform } from "./integration-platform.ts";

/** What everybody in a test's office has chosen. */
export const PASSWORD = "Correct-Horse-Battery-9";

/** Somebody in office, logged in, with the authenticator's secret. */
export interface Officer extends Visitor {
  readonly secret: string;
}

/** Appoints somebody, who sets an account up and looks at the first page. */
export async function enter(console_: TestConsole, account: string, duty: string, now: () => number = Date.now): Promise<Officer> {
  const visitor = createVisitor(console_, now);
  const secret = await visitor.setUp(account, await console_.appoint(account, duty), PASSWORD);
  await visitor.get("/console");
  return { ...visitor, secret };
}

/** The office as it is: a worker, and the console. */
export interface ConsoleOffice {
  readonly platform: IntegrationPlatform;
  readonly console_: TestConsole;
  /** Somebody comes into office, and logs in. */
  enter(account: string, duty: string): Promise<Officer>;
  stop(): Promise<void>;
}

/** @param now the console's clock @param trustedProxies so that each browser can have a network of its own */
export async function openConsoleOffice({
  now = Date.now,
  trustedProxies,
}: {
  readonly now?: () => number;
  readonly trustedProxies?: readonly string[];
} = {}): Promise<ConsoleOffice> {
  const platform = await createIntegrationPlatform();
  await platform.startWorker();
  const console_ = await startTestConsole({
    ...{ database: platform.database, integrations: platform.integrations, now },
    ...(trustedProxies !== undefined && { trustedProxies }),
    decideFoundAddress: (workflowId, decision) => decideFoundAddress(platform.client, workflowId, decision),
  });
  return {
    ...{ platform, console_ },
    enter: (account, duty) => enter(console_, account, duty, now),
    async stop() {
      await console_.close();
      await platform.stop();
    },
  };
}

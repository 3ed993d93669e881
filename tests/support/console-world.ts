import type { Page } from "playwright-core";
import { DUTIES, type Duty } from "../../src/domain/appointment.ts";
import { type Applicant, beginApplication, submitApplication } from "./applicant.ts";
import { launchBrowser } from "./browser.ts";
import type { TestConsole } from "./console.ts";
import { type ConsoleVisitors, createConsoleVisitors } from "./console-browser.ts";
import { enter } from "./console-office.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, say } from "./integration.ts";
import { createIntegrationPlatform, type IntegrationPlatform, inDays, today } from "./integration-platform.ts";
import { beginReview, openIntegration } from "./ip-inventory.ts";
import { type LogHouse, openLogHouse } from "./log-house.ts";

/** Who looks at a page: somebody of a duty; an agency that has begun a form, or one whose application was sent back; or nobody that is known. */
export type Onlooker = Duty | "drafting" | "returned" | "nobody";

/** A world of made-up data in which every page has something to show. */
export interface ConsoleWorld {
  readonly console_: TestConsole;
  readonly visitors: ConsoleVisitors;
  /** What may stand for a parameter of a path, by name: numbers of integrations by their state, and of everything else. */
  readonly values: Readonly<Record<string, string>>;
  /** The browser of an onlooker, without JavaScript. */
  pageOf(who: Onlooker): Page;
  stop(): Promise<void>;
}

const ACCOUNTS: Readonly<Record<Duty, string>> = {
  caseOfficer: CASE_OFFICER.account,
  dedicatedOfficer: OFFICER.account,
  manager: MANAGER.account,
  auditor: "chen.auditor",
  ethics: "kao.ethics",
  civilAffairs: "yang.civil",
};
const SHARED = "203.66.0.1";

export async function openConsoleWorld(): Promise<ConsoleWorld> {
  const [house, browser] = await Promise.all([openLogHouse(), launchBrowser()]);
  const { console_ } = house;
  const platform = await createIntegrationPlatform(house.platform);
  const visitors = createConsoleVisitors(browser, console_, { now: Date.now, pass: () => undefined });
  const drafting = await beginApplication(console_);
  const returned = await submitApplication(console_);
  const numbers = await openIntegrations(platform);
  await platform.integrations.sendBack(returned.number, say(CASE_OFFICER, "請補法令依據的項次"));
  const review = await beginReview(platform);

  const pages = new Map<Onlooker, Page>([["nobody", await visitors.open()]]);
  for (const duty of DUTIES) pages.set(duty, await visitors.openAs(await enter(console_, ACCOUNTS[duty], duty)));
  for (const [who, { browser: visitor }] of Object.entries({ drafting, returned }))
    pages.set(who as Onlooker, await visitors.openAs(visitor));
  return {
    ...{ console_, visitors },
    values: { ...numbers, ...(await valuesOf(house, returned)), review, address: SHARED, returned: returned.number },
    pageOf: (who) => pages.get(who) as Page,
    async stop() {
      await browser.close();
      await house.stop();
    },
  };
}

/** An integration at every point of its life, by its state; `active` and `other` share an address. */
async function openIntegrations(platform: IntegrationPlatform): Promise<Record<string, string>> {
  const { integrations } = platform;
  const names = ["submitted", "checked", "approved", "refused", "active", "other", "suspended"] as const;
  const numbers = Object.fromEntries(names.map((name, place) => [name, `115-世-${1001 + place}`])) as Record<
    (typeof names)[number],
    string
  >;
  const { submitted, checked, approved, refused, active, other, suspended } = numbers;
  for (const number of [submitted, checked, approved, refused]) {
    const draft = {
      ...madeUpApplication(number, today, inDays(40)),
      addresses: ["168.95.1.1", number === checked ? "8.8.8.8" : "10.20.30.40"],
    };
    await integrations.apply(draft, say(APPLICANT, "低收入戶資格審查"));
  }
  for (const number of [checked, approved, refused]) await integrations.check(number, say(CASE_OFFICER));
  await integrations.approve(approved, say(MANAGER));
  await integrations.refuse(refused, say(MANAGER, "使用目的與法令依據不符"));
  await openIntegration(platform, active, [SHARED, "2001:b000:168::7"]);
  await openIntegration(platform, other, [SHARED]);
  await openIntegration(platform, suspended, ["203.66.0.9"]);
  await integrations.suspend(suspended, { ...say(MANAGER, "疑似異常查詢"), cause: "person" });
  return numbers;
}

/** What the records call the rest of it. */
async function valuesOf(
  { platform }: LogHouse,
  { token, number }: Applicant & { readonly number: string },
): Promise<Record<string, string>> {
  const { rows } = await platform.api.owner.pool.query(
    `select (select attachment_id from application_attachment limit 1) as letter,
      (select credential_id from credential c join integration i using (integration_id) where i.application_number = '115-世-1005') as credential,
      (select entry_id from query_log order by entry_id desc limit 1) as "entryId", (select min(alert_id)::text from abnormal_use_alert) as alert`,
  );
  return { ...rows[0], token, application: number, number: "115-世-1005" };
}

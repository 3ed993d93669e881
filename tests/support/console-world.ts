import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { expect, vi } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createDatasetClient, type DatasetClient } from "../../src/dataset-import-client.ts";
import { DUTIES, type Duty } from "../../src/domain/appointment.ts";
import { findingsOf } from "../../src/finding-client.ts";
import { beginApplication, filledForm, submitApplication } from "./applicant.ts";
import { launchBrowser } from "./browser.ts";
import type { TestConsole } from "./console.ts";
import { type ConsoleVisitors, createConsoleVisitors } from "./console-browser.ts";
import { enter } from "./console-office.ts";
import { createGnupg } from "./gnupg.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, say } from "./integration.ts";
import { createIntegrationPlatform, type IntegrationPlatform, inDays } from "./integration-platform.ts";
import { beginReview, openIntegration, putIntoUse } from "./ip-inventory.ts";
import { type LogHouse, openLogHouse } from "./log-house.ts";

/** Who looks at a page: somebody of a duty, an agency whose application stands so (`drafting`: it isn't submitted), or nobody that is known. */
export type Onlooker = Duty | keyof Agencies | "nobody";

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
  const agencies = await openAgencies(console_, platform);
  const numbers = await openIntegrations(platform);
  const [review, finding] = await Promise.all([beginReview(platform), findFault(platform, agencies.active.number), endMonths(house)]);

  const pages = new Map<Onlooker, Page>([["nobody", await visitors.open()]]);
  for (const duty of DUTIES) pages.set(duty, await visitors.openAs(await enter(console_, ACCOUNTS[duty], duty)));
  for (const [name, agency] of Object.entries(agencies)) pages.set(name as Onlooker, await visitors.openAs(agency.browser));
  const { active, suspended, returned } = agencies;
  return {
    ...{ console_, visitors },
    values: {
      ...{
        ...numbers,
        ...(await openDatasets(house)),
        ...(await valuesOf(house)),
        review,
        address: SHARED,
        finding,
        month: "2019-11",
        disposed: "2019-10",
      },
      ...{ number: active.number, suspended: suspended.number, returned: returned.number, token: returned.token },
    },
    pageOf: (who) => pages.get(who) as Page,
    async stop() {
      await browser.close();
      await house.stop();
    },
  };
}

type Agencies = Awaited<ReturnType<typeof openAgencies>>;

/** Agencies with their private links. */
async function openAgencies(console_: TestConsole, platform: IntegrationPlatform) {
  const drafting = await beginApplication(console_);
  await drafting.send({ ...filledForm(), do: "next" });
  const [returned, active, suspended] = [
    await submitApplication(console_),
    await submitApplication(console_),
    await submitApplication(console_),
  ];
  const { integrations } = platform;
  await integrations.sendBack(returned.number, say(CASE_OFFICER, "請補法令依據的項次"));
  for (const { number } of [active, suspended]) await putIntoUse(platform, number);
  await integrations.suspend(suspended.number, { ...say(MANAGER, "疑似異常查詢"), cause: "person" });
  return { drafting, returned, active, suspended };
}

/** A finding that was to be seen to by yesterday. */
async function findFault({ client, context, database }: IntegrationPlatform, integrationNumber: string): Promise<string> {
  const raise = findingsOf(client, context.config.taskQueue);
  const by = { account: MANAGER.account, role: "manager" as const };
  const about = { integrationNumber };
  const request = {
    requestId: randomUUID(),
    about,
    severity: "ordinary" as const,
    description: "查詢事由與業務不符",
    dueOn: inDays(20),
    by,
  };
  const number = await raise(request);
  const owner = openDatabase(database.ownerUrl, { max: 1 });
  await owner.pool.query("update finding set due_on = $1", [inDays(-1)]);
  await owner.close();
  return String(number);
}

/** Datasets that hold people, a key that the next file comes under, and one whose end is certified. */
async function openDatasets({ platform }: LogHouse): Promise<Record<string, string>> {
  const { keys } = createDatasetClient(platform.client, platform.context.config.taskQueue);
  const who = { actor: OFFICER.account, reason: "十二月交付" };
  const issue = async () =>
    (await keys({ action: "issue", dataset: "household", version: 4, days: 30, ...who })).fingerprint ?? "no fingerprint";
  const [fingerprint, revoked] = [await issue(), await issue()];
  await keys({ action: "revoke", fingerprint: revoked, ...who });
  return { code: "household", fingerprint, trusted: await trustKey(keys, who) };
}

/** A key of the unit that the datasets come from. */
async function trustKey(keys: DatasetClient["keys"], who: { readonly actor: string; readonly reason: string }): Promise<string> {
  const gnupg = createGnupg();
  gnupg.makeKey("civil-affairs@example.test", "ed25519");
  const publicKey = gnupg.exportKey("civil-affairs@example.test");
  gnupg.remove();
  const fingerprint = (await keys({ action: "describe", publicKey })).described?.fingerprint ?? "no fingerprint";
  await keys({ action: "trust", dataset: "household", publicKey, fingerprint, ...who });
  return fingerprint;
}

/** Two old months of the log: one was disposed of, one waits for a manager; and what was asked, and measured, in the last one. */
async function endMonths({ platform }: LogHouse): Promise<void> {
  for (const month of ["2019-10", "2019-11"]) await platform.askAt(`${month}-20T12:00:00+08:00`, 3);
  await platform.keeping.settle();
  await platform.api.owner.pool.query(
    `insert into daily_usage select min(integration_id), $1::date - d, 40 + d * 37 % 60 from integration, generate_series(2, 28) d group by d`,
    [inDays(0)],
  );
  await platform.api.owner.pool.query(
    "insert into database_size values (current_date - 10, 1000000000, null, null), (current_date, 1250000000, 30000000000, 100000000000)",
  );
  for (const month of ["2019-10", "2019-11"]) await platform.retention.propose(month, say(OFFICER, "已屆保存年限"));
  await platform.retention.approve("2019-10", say(MANAGER, "已屆保存年限"));
  await vi.waitFor(async () => expect(await platform.entriesOf("2019-10")).toBe(0), { timeout: 30_000 });
}

/** An integration at every point before its rights, by its state; and two in use that share an address. */
async function openIntegrations(platform: IntegrationPlatform): Promise<Record<string, string>> {
  const { integrations } = platform;
  const names = ["submitted", "checked", "approved", "refused", "shared", "other"] as const;
  const numbers = Object.fromEntries(names.map((name, place) => [name, `115-世-${1001 + place}`])) as Record<
    (typeof names)[number],
    string
  >;
  const { submitted, checked, approved, refused, shared, other } = numbers;
  const letter = { number: "府稅字第1150000007號", date: inDays(0), onPaper: true, liabilityAcceptedOn: inDays(0) };
  for (const number of [submitted, checked, approved, refused]) {
    const draft = {
      ...madeUpApplication(number, inDays(0), inDays(40)),
      addresses: ["168.95.1.1", number === checked ? "8.8.8.8" : "10.20.30.40"],
    };
    await integrations.apply({ ...draft, letter }, say(APPLICANT, "低收入戶資格審查"));
  }
  for (const number of [checked, approved, refused]) await integrations.check(number, say(CASE_OFFICER));
  await integrations.approve(approved, say(MANAGER));
  await integrations.refuse(refused, say(MANAGER, "使用目的與法令依據不符"));
  await openIntegration(platform, shared, [SHARED, "2001:b000:168::7"]);
  await openIntegration(platform, other, [SHARED]);
  return numbers;
}

/** What the records call the rest of it. */
async function valuesOf({ platform }: LogHouse): Promise<Record<string, string>> {
  const { rows } = await platform.api.owner.pool.query(
    `select (select attachment_id from application_attachment order by attached_at limit 1) as letter,
      (select c.credential_id from credential c join integration i using (integration_id) join application_draft d using (application_number) limit 1) as credential,
      (select import_id from dataset_import order by dataset_id limit 1) as import, (select certificate_id from destruction_certificate limit 1) as certificate,
      (select entry_id from query_log order by entry_id desc limit 1) as "entryId", (select min(alert_id)::text from abnormal_use_alert) as alert`,
  );
  return rows[0];
}

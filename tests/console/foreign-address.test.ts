import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runIntegrationCommand } from "../../src/integration-command.ts";
import type { Visitor } from "../support/console.ts";
import { type ConsoleOffice, openConsoleOffice } from "../support/console-office.ts";
import { APPLICANT, CASE_OFFICER, madeUpApplication, say } from "../support/integration.ts";
import { inDays } from "../support/integration-platform.ts";

const [AT_HOME, ABROAD] = ["168.95.1.1", "8.8.8.8"];
let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let console_: ConsoleOffice["console_"];
let lin: Visitor;

beforeAll(async () => {
  office = await openConsoleOffice();
  ({ platform, console_ } = office);
  lin = await office.enter("lin.manager", "manager");
}, 120_000);
afterAll(() => office?.stop());

async function checked(addresses: string[]): Promise<string> {
  const number = randomUUID();
  await platform.integrations.apply({ ...madeUpApplication(number, inDays(0), inDays(30)), addresses }, say(APPLICANT));
  await platform.integrations.check(number, say(CASE_OFFICER));
  return number;
}

const page = async (number: string) => (await lin.get(`/console/integrations/${number}`)).text;
const approve = (number: string) =>
  lin.post(`/console/integrations/${number}/approve`, {
    checks: ["resident"],
    from: inDays(0),
    until: inDays(30),
    reason: "雲端機房設於臺北，已查證",
  });

describe("an address that looks foreign", () => {
  test("§3(10) is pointed out beside the address and at the decision, and stays on record with every step and the manager's word", async () => {
    const number = await checked([AT_HOME, ABROAD]);
    const before = await page(number);
    expect(before).toMatch(new RegExp(`<code>${ABROAD}</code>\\s*<span[^>]*>疑似境外</span>`));
    expect(before).not.toMatch(new RegExp(`<code>${AT_HOME}</code>\\s*<span`));
    expect(before).toContain(`${ABROAD} 未登記於臺灣的網段`);
    // An advice: it stands in nobody's way.
    expect((await approve(number)).status).toBe(303);
    const after = await page(number);
    expect(after.split(`當時疑似境外的 IP：${ABROAD}`)).toHaveLength(4);
    expect(after).toMatch(new RegExp(`雲端機房設於臺北，已查證</p><p class="quiet">當時疑似境外的 IP：${ABROAD}`));
    const { rows } = await console_.owner.pool.query(
      "select step, foreign_addresses::text from integration_step where application_number = $1 order by sequence",
      [number],
    );
    expect(rows.map(({ step, foreign_addresses }) => [step, foreign_addresses])).toEqual(
      ["submit", "check", "approve"].map((step) => [step, `{${ABROAD}}`]),
    );
  });

  test("§3(10) is told by the command as well; of one at home nothing is said", async () => {
    const places = {
      withClient: <T>(use: (client: typeof platform.integrations) => Promise<T>) => use(platform.integrations),
      stop: () => Promise.reject(),
    };
    expect(await runIntegrationCommand(["show", await checked([ABROAD])], places)).toContain(`; looks foreign: ${ABROAD}`);
    const number = await checked([AT_HOME]);
    expect(await runIntegrationCommand(["show", number], places)).not.toContain("foreign");
    expect(await page(number)).not.toContain("境外");
  });
});

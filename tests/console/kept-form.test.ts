import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { totpCode } from "../../src/adapters/authenticator.ts";
import { filledForm } from "../support/applicant.ts";
import type { ReadPage } from "../support/console.ts";
import { type ConsoleOffice, type Officer, openConsoleOffice, PASSWORD } from "../support/console-office.ts";
import { CASE_OFFICER, MANAGER, OFFICER } from "../support/integration.ts";
import { inDays } from "../support/integration-platform.ts";

const MINUTE = 60_000;
let offset = 0;
const now = () => Date.now() + offset;
let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let hung: Officer;
let lin: Officer;
let wu: Officer;

beforeAll(async () => {
  office = await openConsoleOffice({ now });
  ({ platform } = office);
  hung = await office.enter(CASE_OFFICER.account, "caseOfficer");
  lin = await office.enter(MANAGER.account, "manager");
  wu = await office.enter(OFFICER.account, "dedicatedOfficer");
}, 120_000);
afterAll(() => office?.stop());

const path = (number: string, step = "") => `/console/integrations/${encodeURIComponent(number)}${step}`;
const unescaped = (value: string) =>
  value.replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");
/** The hidden fields of the log-in's form, each with all its values. */
function carried(text: string): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const [, name = "", value = ""] of text.matchAll(/name="(kept[\w.]+)" value="([^"]*)"/g))
    fields[name] = [...(fields[name] ?? []), unescaped(value)];
  return fields;
}
/** Logs in again on the page that came instead of the step. */
async function logInAgain(person: Officer, account: string, ended: ReadPage): Promise<ReadPage> {
  offset += MINUTE;
  expect(ended.text).toContain("登入後會再顯示您輸入的內容");
  const code = await person.post("/console/log-in", { account, password: PASSWORD, ...carried(ended.text) });
  return person.post("/console/code", { code: totpCode(person.secret, now()), ...carried(code.text) });
}

describe("a form that was sent after the session had ended", () => {
  test("§4(2)4 §4(1)2 brings an approval back as narrow as the manager chose it, and says that nothing was done", async () => {
    const number = await platform.checked();
    const asked = (await lin.get(path(number))).text;
    const checks = [...asked.matchAll(/name="checks" value="(\w+)"/g)].map(([, check = ""]) => check);
    expect(checks.length).toBeGreaterThan(1);
    const [first = "", ...rest] = checks;
    offset += 16 * MINUTE;
    const sent = { reason: "僅核可一項", checks: [first], from: inDays(0), until: inDays(3) };
    const { status, text } = await logInAgain(lin, MANAGER.account, await lin.post(path(number, "/approve"), sent));
    expect(status).toBe(200);
    expect(text).toContain("登入前送出的操作沒有執行");
    expect(text).toContain(`value="${first}" checked`);
    for (const unticked of rest) expect(text).not.toContain(`value="${unticked}" checked`);
    for (const kept of [`value="${sent.until}"`, "僅核可一項</textarea>"]) expect(text).toContain(kept);
    expect((await platform.onRecord(number)).state).toBe("checked");
    expect((await lin.get(path(number))).text).toContain(`value="${rest[0]}" checked`);
  });

  test("§4(2)4 is shown in no other form of its page", async () => {
    const number = await platform.checked();
    await lin.logIn(MANAGER.account, PASSWORD, lin.secret);
    await lin.get(path(number));
    offset += 16 * MINUTE;
    const { text } = await logInAgain(lin, MANAGER.account, await lin.post(path(number, "/check"), { reason: "查核意見" }));
    expect(text).toContain(`action="${path(number, "/approve")}"`);
    expect(text).not.toContain("查核意見");
    expect(text).toContain(" checked");
  });

  test("§4(2)4 §5(5) brings back what was ticked besides the reason", async () => {
    const number = await platform.activated();
    await wu.logIn(OFFICER.account, PASSWORD, wu.secret);
    await wu.get(path(number, "/suspend"));
    offset += 16 * MINUTE;
    const ended = await wu.post(path(number, "/suspend"), { reason: "查有缺失", corrective: "yes" });
    const { text } = await logInAgain(wu, OFFICER.account, ended);
    for (const kept of ['name="corrective" value="yes" checked', "查有缺失</textarea>"]) expect(text).toContain(kept);
    expect((await platform.onRecord(number)).state).toBe("active");
  });

  test("§4(2)4 §3(3) §3(10) brings back a paper application, which has no reason; an ID number in it is masked meanwhile", async () => {
    await hung.logIn(CASE_OFFICER.account, PASSWORD, hung.secret);
    await hung.get("/console/applications/paper");
    offset += 16 * MINUTE;
    const form = { ...filledForm(), purpose: "A123456789 的資格", addresses: "10.1.2.3\n10.1.2.4" };
    const ended = await hung.post("/console/applications/paper", form);
    expect(ended.text).not.toContain("A123456789");
    const { text } = await logInAgain(hung, CASE_OFFICER.account, ended);
    expect(text).toContain('action="/console/applications/paper"');
    for (const kept of [`value="${form.systemName}"`, "10.1.2.3\n10.1.2.4</textarea>", 'value="disability" checked', "的資格</textarea>"])
      expect(text).toContain(kept);
  });

  test("§4(2)4 §5(2) brings back a finding's severity and last day", async () => {
    await lin.logIn(MANAGER.account, PASSWORD, lin.secret);
    await lin.get("/console/findings/new");
    offset += 16 * MINUTE;
    const sent = { requestId: crypto.randomUUID(), integration: "115-1", severity: "serious", reason: "未經授權查詢", due: "116/01/15" };
    const { text } = await logInAgain(lin, MANAGER.account, await lin.post("/console/findings/new", sent));
    for (const kept of ['value="serious" selected', 'value="116/01/15"', "未經授權查詢</textarea>", sent.requestId])
      expect(text).toContain(kept);
  });

  test("§4(2)4 carries no password, and not more than a form of the log-in has room for", async () => {
    await lin.logIn(MANAGER.account, PASSWORD, lin.secret);
    await lin.get("/console/findings/new");
    offset += 16 * MINUTE;
    const secrets = { current: PASSWORD, password: "Another-Good-One-5", repeated: "Another-Good-One-5" };
    const ended = await lin.post("/console/password", secrets);
    expect([ended.status, ended.location]).toEqual([303, "/console/log-in"]);
    expect((await lin.post("/console/findings/new", { reason: "長".repeat(25_000) })).location).toBe("/console/log-in");
    const longest = await lin.post("/console/findings/new", { reason: "長".repeat(23_000) });
    expect((await logInAgain(lin, MANAGER.account, longest)).text).toContain("長".repeat(23_000));
  });
});

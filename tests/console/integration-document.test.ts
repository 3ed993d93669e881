import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createVisitor, type Visitor } from "../support/console.ts";
import { type ConsoleOffice, openConsoleOffice } from "../support/console-office.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, OFFICER, say } from "../support/integration.ts";
import { fresh } from "../support/integration-platform.ts";
import { readPdf } from "../support/pdf.ts";

let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let console_: ConsoleOffice["console_"];
let officer: Visitor;

beforeAll(async () => {
  office = await openConsoleOffice();
  ({ platform, console_ } = office);
  officer = await office.enter(CASE_OFFICER.account, "caseOfficer");
}, 120_000);
afterAll(() => office?.stop());

async function printed(visitor: Visitor, path: string) {
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const response = await fetch(console_.url + path, { headers: { cookie }, redirect: "manual" });
  return { status: response.status, type: response.headers.get("content-type"), bytes: Buffer.from(await response.arrayBuffer()) };
}

test("§3(3) every application can be printed, decided or not, each with its own fields and steps", async () => {
  const number = await platform.activated();
  const change = randomUUID();
  await platform.integrations.amend(number, {
    ...say(APPLICANT),
    draft: { applicationNumber: change, kind: "change", checks: ["resident"], purpose: "縮小查驗範圍" },
  });
  const form = (application: string) => `/console/integrations/${number}/applications/${application}/form.pdf`;
  const page = (await officer.get(`/console/integrations/${number}`)).text;
  expect([number, change].map((application) => page.includes(form(application)))).toEqual([true, true]);

  const pending = await printed(officer, form(change));
  expect([pending.status, pending.type]).toEqual([200, "application/pdf"]);
  const { text } = await readPdf(pending.bytes);
  for (const told of [change, "縮小查驗範圍", "尚未核定", APPLICANT.account, CASE_OFFICER.account]) expect(text).toContain(told);
  expect(text).not.toContain(MANAGER.account);

  await platform.integrations.check(number, say(CASE_OFFICER));
  await platform.integrations.approve(number, say(MANAGER));
  await platform.integrations.provision(number, { ...say(OFFICER), credential: fresh() });
  const first = (await readPdf((await printed(officer, form(number))).bytes)).text;
  for (const { account } of [APPLICANT, CASE_OFFICER, MANAGER, OFFICER]) expect(first).toContain(account);
  expect(first).not.toContain("縮小查驗範圍");
  expect((await officer.get(`/console/integrations/${number}`)).text).toContain("已由後案取代");
});

test("§3(3) no form is there for who may not see applications, of another integration, or of none", async () => {
  const [number, other] = [await platform.applied(), await platform.applied()];
  const path = (integration: string, application: string) => `/console/integrations/${integration}/applications/${application}/form.pdf`;
  expect((await printed(officer, path(number, number))).status).toBe(200);
  for (const wrong of [path(number, other), path(number, "none"), path("none", number)])
    expect((await printed(officer, wrong)).status).toBe(404);
  const auditor = await office.enter("yeh.auditor", "auditor");
  expect((await printed(auditor, path(number, number))).status).toBe(403);
  expect((await printed(createVisitor(console_), path(number, number))).status).toBe(303);
});

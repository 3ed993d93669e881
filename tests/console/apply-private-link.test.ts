import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { deleteDraftsBefore } from "../../db/queries/application-draft.ts";
import { POLICY } from "../../src/domain/policy.ts";
import { beginApplication, filledForm, LETTER, submitApplication } from "../support/applicant.ts";
import { createVisitor, startTestConsole, type Visitor } from "../support/console.ts";
import { type ConsoleOffice, openConsoleOffice } from "../support/console-office.ts";
import { CASE_OFFICER, MANAGER } from "../support/integration.ts";

/** So that each applicant has a network of its own. */
const PROXY = { trustedProxies: ["127.0.0.1"] };
let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let console_: ConsoleOffice["console_"];
let hung: Visitor;
let lin: Visitor;

beforeAll(async () => {
  office = await openConsoleOffice(PROXY);
  ({ platform, console_ } = office);
  hung = await office.enter(CASE_OFFICER.account, "caseOfficer");
  lin = await office.enter(MANAGER.account, "manager");
}, 120_000);
afterAll(() => office?.stop());

const begun = (where = console_) => beginApplication(where);
const submitted = () => submitApplication(console_);

describe("the private link", () => {
  test("§3(2) the token is only in the link: of it the database has the hash, and no log line, page or referrer has it", async () => {
    const { token } = await submitted();
    const dump = await console_.owner.pool.query(
      "select d::text as row from application_draft d union all select l::text from application_attachment l",
    );
    const rows = dump.rows.map(({ row }) => row).join("\n");
    expect(token).toMatch(/^[\w-]{43}$/);
    for (const hidden of [
      token,
      Buffer.from(token).toString("hex"),
      Buffer.from("來文的內容").toString("hex"),
      Buffer.from("社會救助法").toString("hex"),
    ])
      expect(rows).not.toContain(hidden);
    expect(console_.logLines.join("\n")).not.toContain(token);
  });

  test("§3(2) a wrong one opens nothing, and a browser without one sees nothing", async () => {
    const stranger = createVisitor(console_);
    expect((await stranger.get(`/apply/open/${"x".repeat(43)}`)).status).toBe(404);
    for (const path of ["/apply/case", "/apply/correct", "/apply/application.pdf"]) expect((await stranger.get(path)).status).toBe(404);
  });

  test("§3(3) a form that was shown for one application changes no other one that the browser has opened since", async () => {
    const first = await begun();
    const second = await begun();
    await first.browser.get(second.link);
    await first.browser.post("/apply/open", { token: second.token });
    const mixed = await first.send({ ...filledForm(), do: "save", systemName: "張冠李戴", addresses: "10.9.9.1\n10.9.9.2" });
    expect([mixed.status, mixed.text.includes("沒有儲存任何變更")]).toEqual([409, true]);
    // To be copied from that page: a browser that goes back would show it in the other one's form.
    for (const sent of ["張冠李戴</textarea>", "10.9.9.1\n10.9.9.2</textarea>", "社會救助法第4條</textarea>"])
      expect(mixed.text).toContain(sent);
    expect((await first.browser.get("/apply/case")).text).not.toMatch(/<textarea(?![^>]* autocomplete="off")/);
    expect((await second.browser.get("/apply/case")).text).not.toContain("張冠李戴");
  });

  test("§3(2) another application's link doesn't take the place of the one that is open without asking; its own does nothing", async () => {
    const first = await begun();
    const second = await begun();
    await first.send({ ...filledForm(), do: "save", systemName: "原來的系統" });
    expect((await first.browser.get(first.link)).location).toBe("/apply/case");
    const asked = await first.browser.get(second.link);
    expect([asked.status, asked.text.includes("已開啟另一份申請"), asked.headers.get("referrer-policy")]).toEqual([
      200,
      true,
      "no-referrer",
    ]);
    expect((await first.browser.get("/apply/case")).text).toContain("原來的系統");
    expect((await first.browser.post("/apply/open", { token: second.token })).location).toBe("/apply/case");
    expect((await first.browser.get("/apply/case")).text).not.toContain("原來的系統");
    expect((await first.browser.post("/apply/open", { token: "x".repeat(43) })).status).toBe(404);
  });

  test("§3(2) closing it leaves nothing behind in the browser", async () => {
    const { browser, link } = await begun();
    expect((await browser.post("/apply/leave", {})).location).toBe("/apply?left");
    browser.cookies.delete("application");
    expect((await browser.get("/apply/case")).status).toBe(404);
    expect((await browser.get(link)).location).toBe("/apply/case");
  });
});

describe("on record", () => {
  test("§3(3) the letter is opened by case officer and manager only, each time on the trail", async () => {
    const { number } = await submitted();
    const page = (await hung.get(`/console/integrations/${encodeURIComponent(number)}`)).text;
    const path = /href="([^"]+\/letters\/[^"]+)"/.exec(page)?.[1] ?? "";
    const letter = await hung.get(path);
    expect([letter.text, letter.headers.get("content-type")]).toEqual([LETTER, "application/pdf"]);
    expect(letter.headers.get("content-disposition")).toMatch(/^attachment/);
    expect((await lin.get(path)).status).toBe(200);
    const auditor = await office.enter("yeh.auditor", "auditor");
    expect((await auditor.get(path)).status).toBe(403);
    const other = (await submitted()).number;
    expect((await hung.get(path.replace(encodeURIComponent(number), encodeURIComponent(other)))).status).toBe(404);
    const { rows } = await console_.owner.pool.query(
      "select account, outcome from admin_trail where action = 'readLetter' order by trail_id",
    );
    expect(rows).toEqual([
      { account: CASE_OFFICER.account, outcome: "done" },
      { account: MANAGER.account, outcome: "done" },
      { account: "yeh.auditor", outcome: "action-not-allowed" },
    ]);
  });

  test("§3(10) a draft that was never submitted is destroyed with its letter after the policy's days; what was submitted never is", async () => {
    const draft = await begun();
    await draft.send({ ...filledForm(), do: "save" }, LETTER);
    const kept = await submitted();
    const { pool, db, close } = openDatabase(platform.database.workerUrl, { max: 1 });
    const owner = console_.owner.pool;
    await owner.query("update application_draft set saved_at = now() - interval '31 days'");
    expect(await deleteDraftsBefore(db, new Date(Date.now() - POLICY.applicationDraftDays * 86_400_000), new Date(0))).toBeGreaterThan(0);
    expect((await draft.browser.get("/apply/case")).status).toBe(404);
    expect((await kept.browser.get("/apply/case")).text).toContain(kept.number);
    expect((await owner.query("select from application_attachment l where not is_submitted(l.draft_id)")).rowCount).toBe(0);
    await expect(pool.query("delete from application_draft where saved_at < now()")).rejects.toThrow("stays on record");
    for (const statement of [
      "select sealed from application_draft",
      "select sealed from application_attachment",
      "update application_draft set sealed = ''",
    ])
      await expect(pool.query(statement)).rejects.toThrow("permission denied");
    await close();
  });

  test("§3(3) the console can neither remove nor rename what was submitted, nor put applications on record itself", async () => {
    await submitted();
    const { pool, close } = openDatabase(platform.database.consoleUrl, { max: 1 });
    await expect(pool.query("delete from application_attachment")).rejects.toThrow("stays on record");
    await expect(pool.query("update application_draft set application_number = null")).rejects.toThrow("stays on record");
    for (const statement of [
      "delete from application_draft",
      "update application_draft set token_hash = ''",
      "update application set letter = null",
    ])
      await expect(pool.query(statement)).rejects.toThrow("permission denied");
    await close();
  });
});

describe("against abuse", () => {
  test("§3(2) strangers can't have the case officer read more than so many applications; what was typed is kept, paper is open", async () => {
    const { send, browser } = await begun();
    const owner = console_.owner.pool;
    await owner.query("create table aside as select submitted_by, application_number from application where submitted_by like 'agency.%'");
    await owner.query("update application set submitted_by = 'aside' where submitted_by like 'agency.%'");
    const template = (await submitted()).number;
    await owner.query(
      `insert into application select (jsonb_populate_record(a, jsonb_build_object('application_number', a.application_number || '-' || n, 'integration_id', null,
         'submitted_at', a.submitted_at - interval '2 days'))).* from application a, generate_series(2, ${POLICY.applicationsAtOnce}) n where a.application_number = $1`,
      [template],
    );
    await owner.query(
      `insert into integration (application_number, agency_id, system_name, state) select a.application_number, a.agency_id, a.system_name || a.application_number, 'submitted'
       from application a where a.application_number like $1 || '-%'`,
      [template],
    );
    const refused = await send(filledForm(), LETTER);
    expect([refused.status, refused.text.includes("改以紙本申請"), refused.text.includes("已收到一份")]).toEqual([503, true, true]);
    await owner.query("update integration set state = 'withdrawn' where application_number like $1 || '-%'", [template]);
    expect((await send(filledForm())).location).toBe("/apply/case");
    expect((await browser.get("/apply/case")).text).toContain("等承辦人員審查");
    await owner.query("delete from integration where application_number like $1 || '-%'", [template]);
    await owner.query("delete from application where application_number like $1 || '-%'", [template]);
    await owner.query(
      "update application a set submitted_by = b.submitted_by from aside b where a.application_number = b.application_number",
    );
    await owner.query("drop table aside");
  });

  test("§3(2) one network begins so many drafts an hour, and sends so many forms in five minutes", async () => {
    const own = await startTestConsole({ database: platform.database, integrations: platform.integrations, ...PROXY });
    const machine = createVisitor(own);
    await machine.get("/apply");
    const begins: number[] = [];
    for (let turn = 0; turn < 12; turn += 1, machine.cookies.delete("application"))
      begins.push((await machine.post("/apply/begin", {})).status);
    expect(begins.filter((status) => status === 303)).toHaveLength(10);
    expect(begins.at(-1)).toBe(429);
    const { browser, step } = await begun(own);
    for (let turn = 0; turn < 60; turn += 1) await browser.get(`/apply/open/${"y".repeat(43)}`);
    const typed = { ...filledForm(), do: "save", purpose: "寫了很久的目的" };
    const waits = await step("/apply/case", typed);
    expect([waits.status, waits.text.includes("寫了很久的目的</textarea>")]).toEqual([429, true]);
    const foreign = await step("/apply/case", { ...typed, formToken: "x" });
    expect([foreign.status, foreign.text.includes("寫了很久的目的")]).toEqual([429, false]);
    let guess = 0;
    for (let turn = 0; turn < 60; turn += 1) guess = (await machine.get(`/apply/open/${"y".repeat(43)}`)).status;
    expect(guess).toBe(429);
    expect((await machine.get("/apply")).status).toBe(200);
    await own.close();
  });

  test("§3(2) there are only so many drafts, and no upload is read beyond its limit", async () => {
    const { browser, send } = await begun();
    const large = await send({ ...filledForm(), do: "save" }, `%PDF-${"x".repeat(4 * POLICY.applicationLetterBytes)}`);
    expect([large.status, large.text.includes("填寫的內容已儲存")]).toEqual([413, true]);
    expect((await browser.get("/apply/case")).text).toContain("社會救助法第4條");
    const own = createVisitor(console_);
    await own.get("/apply");
    const content = new Blob([`%PDF-${"x".repeat(POLICY.applicationLetterBytes)}`]);
    expect((await own.upload("/apply/letter", {}, { name: "letter", content })).status).toBe(404);
    await console_.owner.pool.query(`insert into application_draft
      select gen_random_uuid(), sha256(n::text::bytea), 'agency.' || lpad(to_hex(n), 16, '0'), '1', '', null, now(), now() from generate_series(1, ${POLICY.applicationDraftsAtOnce}) n`);
    const refused = await own.post("/apply/begin", {});
    expect([refused.status, refused.text.includes("改以紙本申請")]).toEqual([503, true]);
  });
});

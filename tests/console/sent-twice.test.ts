import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filledForm, LETTER } from "../support/applicant.ts";
import { type ConsoleOffice, type Officer, openConsoleOffice } from "../support/console-office.ts";
import { CASE_OFFICER, OFFICER } from "../support/integration.ts";

let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let hung: Officer;
let wu: Officer;

beforeAll(async () => {
  office = await openConsoleOffice();
  ({ platform } = office);
  hung = await office.enter(CASE_OFFICER.account, "caseOfficer");
  wu = await office.enter(OFFICER.account, "dedicatedOfficer");
}, 120_000);
afterAll(() => office?.stop());

const path = (number: string, step = "") => `/console/integrations/${encodeURIComponent(number)}${step}`;
const SECRET = /class="secret">vp_[\w-]{43}</;

describe("a form that is sent twice, by a second click or a page that is loaded again", () => {
  test.each([
    ["first rights", () => platform.approved(), "/provision", ""],
    ["a further credential", () => platform.activated(), "/credentials", "/credentials"],
  ])("§3(5) makes one credential for %s; the second answer says that there is one to be revoked", async (_what, prepare, step, page) => {
    const number = await prepare();
    await wu.get(path(number, page));
    const before = (await platform.integrations.show(number)).credentials.length;
    const sent = { reason: "核准後配賦", credential: "yes" };
    const answers = await Promise.all([wu.post(path(number, step), sent), wu.post(path(number, step), sent)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    const late = await wu.post(path(number, step), sent);
    for (const { text } of [...answers.filter(({ status }) => status === 422), late]) {
      expect(text).toContain("憑證已經產生，內容無法再次顯示");
      expect(text).not.toMatch(SECRET);
      const revoke = /href="([^"]+\/credentials\/[^"]+\/revoke)"/.exec(text)?.[1] ?? "";
      expect((await wu.get(revoke)).text).toContain("廢止憑證");
    }
    expect(answers.some(({ text }) => SECRET.test(text))).toBe(true);
    expect((await platform.integrations.show(number)).credentials).toHaveLength(before + 1);
    const made = /\/credentials\/([^"/]+)\/revoke/.exec(late.text)?.[1] ?? "";
    await wu.get(path(number, `/credentials/${made}/revoke`));
    expect((await wu.post(path(number, `/credentials/${made}/revoke`), { reason: "沒有看到內容" })).status).toBe(303);
    // Revoked, it isn't made again by the same form.
    const again = await wu.post(path(number, "/credentials"), sent);
    expect([again.status, SECRET.test(again.text)]).toEqual([422, false]);
  });

  test("§3(3) enters one application on paper, under one number, and one scan of its letter", async () => {
    await hung.get("/console/applications/paper");
    const form = filledForm();
    const enter = (changes = {}) => hung.post("/console/applications/paper", { ...form, ...changes });
    // What a rule refused enters nothing, and keeps the form's id.
    expect((await enter({ agencyName: "" })).status).toBe(422);
    const [first, second] = await Promise.all([enter(), enter()]);
    expect([first.status, second.status, (await enter()).location]).toEqual([303, 303, first.location]);
    expect(second.location).toBe(first.location);
    expect((await hung.get(first.location ?? "")).text).toContain(form.systemName);
    const owner = office.console_.owner.pool;
    const entered = await owner.query("select application_number from application where system_name = $1", [form.systemName]);
    const drawn = await owner.query("select application_number from paper_application_number");
    expect([entered.rowCount, drawn.rows]).toEqual([1, entered.rows]);

    // Under the same id, it isn't another application.
    const changed = await enter({ systemName: `${form.systemName}之三` });
    expect([changed.status, changed.text.includes("當時的內容與這次不同")]).toEqual([422, true]);

    const number = entered.rows[0].application_number;
    await hung.get(path(number, "/scan"));
    const attach = () => hung.upload(path(number, "/scan"), {}, { name: "letter", content: new Blob([LETTER]) });
    const attached = await Promise.all([attach(), attach()]);
    expect([...attached, await attach()].map(({ status }) => status)).toEqual([303, 303, 303]);
    const scans = "select from application_attachment where application_number = $1";
    expect((await owner.query(scans, [number])).rowCount).toBe(1);
    await hung.get(path(number, "/scan"));
    expect((await attach()).status).toBe(303);
    expect((await owner.query(scans, [number])).rowCount).toBe(2);
    // Opened anew, the form is for another application.
    await hung.get("/console/applications/paper");
    expect((await enter({ systemName: `${form.systemName}之二` })).location).not.toBe(first.location);
  });
});

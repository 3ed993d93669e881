import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DUTIES } from "../../src/domain/appointment.ts";
import { type ConsoleWorld, type Onlooker, openConsoleWorld } from "../support/console-world.ts";
import { readPdf } from "../support/pdf.ts";

type Line = [path: string, who: Onlooker, shows: string, given?: Readonly<Record<string, string>>];

/**
 * Every page: its path as the router has it, who looks at it, and what it shows them. Parameters are the world's values of the same name, or of
 * the name that is given for them. A page that is added gets a line here.
 */
const PAGES: readonly Line[] = [
  ["/console", "caseOfficer", "申請案待審查"],
  ["/console", "dedicatedOfficer", "有異常使用警示待處理"],
  ["/console", "manager", "已逾期"],
  ["/console", "auditor", "目前沒有待辦事項"],
  ["/console/password", "ethics", "變更密碼"],
  ["/console/integrations", "caseOfficer", "測試稅務局"],
  ["/console/applications", "caseOfficer", "測試社會處"],
  ["/console/integrations/:number", "manager", "使用中"],
  ["/console/integrations/:number", "caseOfficer", "審查完備，送主管", { number: "submitted" }],
  ["/console/integrations/:number", "manager", "疑似境外", { number: "checked" }],
  ["/console/integrations/:number", "dedicatedOfficer", "配賦權限並產生憑證", { number: "approved" }],
  ["/console/integrations/:number/send-back", "caseOfficer", "機關看得到理由", { number: "submitted" }],
  ["/console/integrations/:number", "manager", "補正期限至", { number: "returned" }],
  ["/console/integrations/:number/correct", "caseOfficer", "代機關補正", { number: "returned" }],
  ["/console/integrations/:number/withdraw", "caseOfficer", "撤回", { number: "submitted" }],
  ["/console/integrations/:number/refuse", "manager", "不會產生任何權限", { number: "checked" }],
  ["/console/integrations/:number/renewal", "caseOfficer", "展期"],
  ["/console/integrations/:number/change", "caseOfficer", "變更"],
  ["/console/integrations/:number/reapplication", "caseOfficer", "改善", { number: "suspended" }],
  ["/console/integrations/:number/scan", "caseOfficer", "PDF", { number: "submitted" }],
  ["/console/integrations/:number/credentials", "dedicatedOfficer", "加發憑證"],
  ["/console/integrations/:number/credentials/:credential/revoke", "dedicatedOfficer", "將在一秒內失效"],
  ["/console/integrations/:number/suspend", "manager", "將在一秒內停止查詢"],
  ["/console/integrations/:number/resume", "manager", "恢復後", { number: "suspended" }],
  ["/console/integrations/:number/revoke", "manager", "撤銷後無法恢復"],
  ["/console/applications/paper", "caseOfficer", "登錄紙本申請"],
  ["/console/queries", "auditor", "查詢紀錄單"],
  ["/console/queries/record-list", "auditor", "列印後以密件保存"],
  ["/console/queries/subject-access", "caseOfficer", "當事人"],
  ["/console/queries/:entryId", "ethics", "留下紀錄並開啟"],
  ["/console/system", "dedicatedOfficer", "68 筆"],
  ["/console/system/settings", "auditor", "不得低於 5 年"],
  ["/console/system/retention", "manager", "待核可"],
  ["/console/system/retention/period", "manager", "之後不能縮短"],
  ["/console/system/retention/:month", "manager", "3 筆"],
  ["/console/system/retention/:month", "auditor", "已銷毀", { month: "disposed" }],
  ["/console/system/retention/:month/approve", "manager", "內容將永久銷毀"],
  ["/console/system/retention/:month/stop", "manager", "理由"],
  ["/console/system/retention/:month/propose", "dedicatedOfficer", "理由"],
  ["/console/system/retention/:month/hold", "dedicatedOfficer", "案由"],
  ["/console/system/retention/:month/lift", "manager", "案由"],
  ["/console/system/openings", "auditor", "查閱軌跡"],
  ["/console/system/alerts", "dedicatedOfficer", "一小時內查詢量異常"],
  ["/console/system/alerts/:number", "manager", "查詢人次 60", { number: "alert" }],
  ["/console/addresses", "dedicatedOfficer", "進行中"],
  ["/console/addresses/:review", "dedicatedOfficer", "203.66.0.1"],
  ["/console/addresses/:review/:number/:address", "dedicatedOfficer", "移除白名單", { number: "shared" }],
  ["/console/datasets", "civilAffairs", "戶籍資料"],
  ["/console/datasets/:code", "dedicatedOfficer", "還有 30 天"],
  ["/console/datasets/:code/delivery-keys", "dedicatedOfficer", "有效天數"],
  ["/console/datasets/:code/delivery-keys/:fingerprint/revoke", "dedicatedOfficer", "理由"],
  ["/console/datasets/:code/trusted-keys/:fingerprint/distrust", "dedicatedOfficer", "理由", { fingerprint: "trusted" }],
  ["/console/datasets/:code/trust", "dedicatedOfficer", "指紋"],
  ["/console/datasets/imports/:import", "auditor", "已匯入"],
  ["/console/findings", "caseOfficer", "已過 1 天"],
  ["/console/findings/:number", "auditor", "查詢事由與業務不符", { number: "finding" }],
  ["/console/findings/new", "ethics", "提出稽核發現"],
  ["/console/findings/new/:alert", "manager", "該警示同時列為缺失"],
  ["/console/people", "civilAffairs", "lin.manager"],
  ["/console/trail", "manager", "完成"],
  ["/apply", "nobody", "申請介接服務"],
  ["/apply/case", "drafting", "填寫申請"],
  ["/apply/case", "returned", "請補法令依據的項次"],
  ["/apply/correct", "returned", "補正申請"],
  ["/apply/letter", "drafting", "來文"],
  ["/apply/renewal", "active", "展期"],
  ["/apply/change", "active", "變更"],
  ["/apply/reapplication", "suspended", "改善"],
  ["/apply/open/:token", "nobody", "請補法令依據的項次"],
];

/** What is no page: files, and what leads elsewhere or talks to a page's script; with who asks, and the type of what they get. */
const FILES: readonly Line[] = [
  ["/console/session", "manager", "application/json"],
  ["/console/integrations.csv", "manager", "text/csv"],
  ["/console/applications.csv", "caseOfficer", "text/csv"],
  ["/console/addresses.csv", "dedicatedOfficer", "text/csv"],
  ["/console/integrations/:number/applications/:application/form.pdf", "manager", "application/pdf", { application: "number" }],
  ["/console/integrations/:number/letters/:letter", "manager", "application/pdf", { number: "returned" }],
  ["/console/addresses/:review/report.pdf", "manager", "application/pdf"],
  // What was searched by a form is not there to be read again.
  ["/console/queries/list.csv", "auditor", "text/html"],
  ["/console/queries/list.pdf", "auditor", "text/html"],
  ["/console/datasets/imports/:import/progress", "auditor", "application/json"],
  ["/console/datasets/certificates/:certificate/certificate.pdf", "civilAffairs", "application/pdf"],
  ["/console/datasets/:code/delivery-keys/:fingerprint/key.asc", "dedicatedOfficer", ""],
  ["/console/system/retention/:month/certificate.pdf", "auditor", "application/pdf", { month: "disposed" }],
  ["/apply/application.pdf", "returned", "application/pdf"],
];

/** Looked at while somebody sets an account up and logs in. */
const LOGGING_IN = ["/console/log-in", "/console/set-up", "/console/code", "/console/authenticator"];

let world: ConsoleWorld;
const nameOf = (path: string) => path.replaceAll(/\{.*?\}(?=\/|$)/g, "");

beforeAll(async () => {
  world = await openConsoleWorld();
}, 180_000);
afterAll(() => world?.stop());

function address(path: string, given: Readonly<Record<string, string>> = {}): string {
  const filled = nameOf(path).replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(world.values[given[name] ?? name] ?? `no ${name}`),
  );
  return world.console_.url + filled;
}

describe("every page, in a real browser without JavaScript, on a telephone and on a desk", () => {
  test.each(PAGES)("%s shows the %s %s", async (path, who, shows, given) => {
    const page = world.pageOf(who);
    expect((await page.goto(address(path, given)))?.status()).toBe(200);
    expect(await page.locator("main").textContent()).toContain(shows);
    await world.visitors.lookAt(page, `${path.replaceAll(/[/:]+/g, "-").slice(1)}-${who}`);
  });

  test.each(FILES)("%s gives the %s %s", async (path, who, type, given) => {
    const answer = await world.pageOf(who).request.get(address(path, given));
    expect([answer.status(), answer.headers()["content-type"]]).toEqual([200, expect.stringContaining(type)]);
  });

  test("§3(1) answers everybody else too: with itself, with the way to log in, or with what they may not", async () => {
    for (const [path, , , given] of [...PAGES, ...FILES]) {
      if (path.startsWith("/apply")) continue;
      for (const who of [...DUTIES, "nobody"] as const) {
        const answer = await world.pageOf(who).request.get(address(path, given), { maxRedirects: 0 });
        expect([200, 303, 403], `${path} for ${who}`).toContain(answer.status());
      }
    }
  });

  test("is one that is looked at here: a new one needs a line of its own", () => {
    const seen = new Set([...PAGES.map(([path]) => path), ...FILES.map(([path]) => path), ...LOGGING_IN]);
    expect(world.console_.paths.filter((path) => !seen.has(nameOf(path)))).toEqual([]);
    expect([...seen].filter((path) => !world.console_.paths.map(nameOf).includes(path))).toEqual([]);
  });

  test("§4(2)3 is a record on paper: what it is, who printed it and when, its sheets counted, and what is confidential marked", async () => {
    const page = world.pageOf("auditor");
    await page.goto(address("/console/queries"));
    const queries = (await readPdf(await page.pdf({ format: "A4" }))).text.replaceAll("|", "").normalize("NFKC");
    for (const expected of ["密", "查詢紀錄", "列印:chen.auditor", "1 / 1"]) expect(queries).toContain(expected);
    await page.goto(address("/console/people"));
    const people = (await readPdf(await page.pdf({ format: "A4" }))).text.replaceAll("|", "").normalize("NFKC");
    expect(people).toContain("人員");
    expect(people).not.toContain("密");
  });

  test("§3(2) §3(5) setting an account up and logging in", async () => {
    const page = await world.visitors.open();
    await world.visitors.setUp(page, "sun.ethics", "ethics", true);
    await page.getByRole("button", { name: "登出" }).click();
    await page.getByText("您已登出").waitFor();
  });

  test("asks nobody but us, and complains of nothing", () => {
    expect([...world.visitors.requested]).toEqual([world.console_.url]);
    expect(world.visitors.complaints).toEqual([]);
  });
});

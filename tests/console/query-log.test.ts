import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logIndexOf } from "../../src/adapters/subject-keys.ts";
import { type LogReaders, linesOf, openLogReaders, searchLog } from "../support/log-readers.ts";
import { CROWD, SUBJECT, secretsIn } from "../support/query-log.ts";

const PATH = "/console/queries";
let readers: LogReaders;
let platform: LogReaders["platform"];
let people: LogReaders["people"];

beforeAll(async () => {
  readers = await openLogReaders();
  ({ platform, people } = readers);
}, 120_000);
afterAll(() => readers?.close());

describe("searching", () => {
  test("§4(2)2 shows entries masked, to be kept by nobody, after who saw which and why is on record", async () => {
    const { result, recorded } = await platform.openingsOf(() =>
      searchLog(people.civilAffairs, { integration: platform.applicationNumber, operator: "tax-042", reason: "依陳情查核" }),
    );
    expect([result.status, result.headers.get("cache-control"), linesOf(result.text)]).toEqual([200, "no-store", 2]);
    for (const expected of ["M10000**** 王○明", "測試機關", "tax-042", "密"]) expect(result.text).toContain(expected);
    expect(secretsIn(result.text)).toEqual([]);
    expect(result.text).not.toMatch(/資格審查|113-社/);
    const by = { purpose: "search", account: "yu.civilaffairs", account_role: "civilAffairs", reason: "依陳情查核", reference: null };
    expect(recorded).toMatchObject([by]);
    expect(recorded[0]?.entry_ids).toContain(platform.entryId);
  });

  test("§4(2)5 finds by case, by person and by period, and never shows the ID number again", async () => {
    const { auditor } = people;
    const byCase = await searchLog(auditor, { case: "113-社-000456" });
    expect([linesOf(byCase.text), byCase.text.includes("tax-043")]).toEqual([1, true]);
    const { result: byPerson, recorded } = await platform.openingsOf(() =>
      searchLog(auditor, { nationalId: ` ${SUBJECT.nationalId.toLowerCase()}` }),
    );
    expect(linesOf(byPerson.text)).toBe(3);
    expect(byPerson.text.toUpperCase()).not.toContain(SUBJECT.nationalId);
    const subjectIndex = logIndexOf(platform.api.keyStore.logIndex, "subject", SUBJECT.nationalId);
    expect(recorded).toMatchObject([{ question: { subjectIndex } }]);
    // As the page's own form asks for the next page.
    expect(linesOf((await searchLog(auditor, { subject: subjectIndex })).text)).toBe(3);
    expect(linesOf((await searchLog(auditor, { operator: "tax-042", until: "109/01/01" })).text)).toBe(0);
  });

  test("§4(2)5 goes on page by page: every entry once, every page on record", async () => {
    const { result: pages, recorded } = await platform.openingsOf(async () => {
      let [after, count] = ["", 0];
      const seen: number[] = [];
      do {
        const { text } = await searchLog(people.ethics, { operator: "mass-1", after });
        after = /name="after" value="([^"]+)"/.exec(text)?.[1] ?? "";
        seen.push(linesOf(text));
        count += 1;
      } while (after !== "" && count < 30);
      return seen;
    });
    expect(pages).toEqual(
      Array(CROWD / 50)
        .fill(50)
        .concat(0),
    );
    expect(recorded).toHaveLength(pages.length);
    expect(new Set(recorded.flatMap(({ entry_ids }) => entry_ids)).size).toBe(CROWD);
  });

  test.each([
    ["no reason", { reason: "" }, "理由未填", "reason"],
    ["an ID number as the reason", { reason: "查 A123456789" }, "身分證統一編號，請改以案號", "reason"],
    ["a wrong ID number", { nationalId: "A123456780" }, "身分證統一編號不正確", "nationalId"],
    ["an ID number where URLs come from", { operator: "a123456789" }, "以免出現在網址", "operator"],
    ["a day that is none", { from: "昨天" }, "起日看不懂", "from"],
  ])("§4(2)2 with %s says so beside its field, and opens nothing", async (_what, fields, sentence, field) => {
    const { result, recorded } = await platform.openingsOf(() => searchLog(people.auditor, { case: "113-社-000456", ...fields }));
    expect([result.status, result.text.includes(sentence), result.text.includes(`href="#${field}"`)]).toEqual([422, true, true]);
    expect(result.text).toContain('value="113-社-000456"');
    expect(result.text).not.toContain("A123456780");
    expect(recorded).toEqual([]);
  });

  test("§4(2)2 begins from an address that names nobody, with the last month as its period", async () => {
    const { text } = await people.auditor.get(`${PATH}?operator=tax-042&case=113-社-000456&nationalId=${SUBJECT.nationalId}`);
    expect(text).toContain('value="tax-042"');
    for (const mine of ["113-社-000456", SUBJECT.nationalId]) expect(text).not.toContain(`value="${mine}"`);
    expect((await people.auditor.get(PATH)).text).toMatch(/name="from" [^>]*value="1\d\d\/\d\d\/\d\d"/);
  });
});

test("§4(2)2 those who oversee see who read the log and why, page by page, and nobody who was looked for", async () => {
  await searchLog(people.caseOfficer, { nationalId: SUBJECT.nationalId, reason: "民眾來電查證" });
  const { text } = await people.manager.get("/console/system/openings?account=yu.caseofficer");
  for (const expected of ["yu.caseofficer", "專案承辦人員", "民眾來電查證", "查詢（遮罩）"]) expect(text).toContain(expected);
  expect(text).not.toContain(logIndexOf(platform.api.keyStore.logIndex, "subject", SUBJECT.nationalId));
  for (let time = 0; time < 51; time += 1) await searchLog(people.caseOfficer, { operator: "nobody", reason: "逐頁查看" });
  const first = (await people.ethics.get("/console/system/openings?account=yu.caseofficer")).text;
  const older = /href="([^"]*before=[^"]*)"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect([linesOf(first), first.includes("民眾來電查證")]).toEqual([50, false]);
  expect((await people.ethics.get(older)).text).toContain("民眾來電查證");
  expect((await people.civilAffairs.get("/console/system/openings?account=nobody")).text).toContain("沒有符合條件的軌跡");
});

describe("opening an entry", () => {
  test("§4(2)5 shows an auditor everything that it says, after the reason is on record, and asks again the next time", async () => {
    const path = `${PATH}/${platform.entryId}`;
    const asked = await people.auditor.get(path);
    expect(asked.text).not.toContain("資格審查");
    const { result, recorded } = await platform.openingsOf(() => people.auditor.post(path, { reason: "抽查樣本" }));
    expect([result.status, result.headers.get("cache-control")]).toEqual([200, "no-store"]);
    for (const expected of [SUBJECT.nationalId, SUBJECT.name, "1980-01-31", "113-社-000123", "=資格審查", "tax-042", "127.0.0.1"])
      expect(result.text).toContain(expected);
    const opening = { purpose: "audit", account: "yu.auditor", account_role: "auditor", reason: "抽查樣本", entry_ids: [platform.entryId] };
    expect(recorded).toMatchObject([opening]);
    expect((await people.auditor.get(path)).text).not.toContain("113-社-000123");
    expect((await people.auditor.get("/console/trail")).text).toContain(`query-log/${platform.entryId}`);
  });

  test("§4(2)2 without a reason shows nothing, and one that isn't there is on record all the same", async () => {
    const path = `${PATH}/${platform.entryId}`;
    await people.ethics.get(path);
    const { result, recorded } = await platform.openingsOf(() => people.ethics.post(path, { reason: " " }));
    expect([result.status, result.text.includes("113-社-000123"), recorded.length]).toEqual([422, false, 0]);
    const gone = await platform.openingsOf(() => people.ethics.post(path.replace(/[0-9a-f]{4}$/, "ffff"), { reason: "抽查樣本" }));
    expect([gone.result.status, gone.recorded.map(({ entry_ids }) => entry_ids)]).toEqual([404, [[]]]);
    expect((await people.ethics.get(`${PATH}/${SUBJECT.nationalId}`)).status).toBe(404);
  });

  test("§4(2)5 that disagrees with its own bytes says so, and nothing of what it says", async () => {
    const { pool } = platform.api.owner;
    const change = (operator: string) => pool.query("update query_log set operator = $2 where entry_id = $1", [platform.entryId, operator]);
    await change("tax-999");
    const { text } = await people.auditor.post(`${PATH}/${platform.entryId}`, { reason: "抽查樣本" });
    const list = await searchLog(people.auditor, { operator: "tax-999" });
    await change("tax-042");
    expect(text).toContain("通知政風處");
    for (const page of [text, list.text]) {
      expect(page).toContain("與索引欄位不一致");
      expect(page).not.toMatch(/113-社-000123|M10000/);
    }
  });
});

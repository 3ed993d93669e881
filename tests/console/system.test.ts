import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { ask } from "../support/api.ts";
import { startTestConsole, type Visitor } from "../support/console.ts";
import { enter } from "../support/console-office.ts";
import { type LogHouse, openLogHouse } from "../support/log-house.ts";
import { PEOPLE } from "../support/people.ts";

const ALERTS = "/console/system/alerts";
const FINDINGS = "/console/findings";
let house: LogHouse;
let wu: Visitor;
let lin: Visitor;
let chen: Visitor;
let clerk: Visitor;

beforeAll(async () => {
  house = await openLogHouse();
  wu = await person("wu.officer", "dedicatedOfficer");
  lin = await person("lin.manager", "manager");
  chen = await person("chen.auditor", "auditor");
  clerk = await person("hung.case", "caseOfficer");
}, 120_000);
afterAll(() => house?.stop());

const person = (account: string, duty: string, where = house.console_) => enter(where, account, duty);
const query = (text: string, values: unknown[] = []) => house.platform.api.owner.pool.query(text, values);

describe("the log's state", () => {
  test("§4(1)5 shows its size, its last checkpoint and last month's, who cosigned, and the room it takes", async () => {
    const { rows } = await query("select signed_note, tree_size::int as size from log_checkpoint");
    const root = rows[0].signed_note.split("\n")[2].replaceAll("+", "&#43;");
    expect(rows[0].size).toBe(62);
    const before = (await chen.get("/console/system")).text;
    for (const expected of ["62 筆", "尚無其他機關的見證簽署", "沒有未解決的不一致", "尚未量測", "檢查點"])
      expect(before).toContain(expected);
    expect(before.replaceAll("+", "&#43;")).toContain(root);
    expect(before).not.toContain("待納入");

    await query("insert into database_size values (current_date - 10, 1000000000), (current_date, 1250000000)");
    await query("insert into log_cosignature values ('verify.example.gov.tw/queries', 'ethics.example.gov.tw/witness', 62, $1, now())", [
      rows[0].signed_note,
    ]);
    await house.platform.askAt(new Date().toISOString(), 3);
    const { text } = await chen.get("/console/system");
    for (const expected of ["65 筆", "另有 3 筆待納入", "見證：ethics.example.gov.tw/witness", "1,250 MB", "最近 10 天增加 250 MB"])
      expect(text).toContain(expected);
    await house.platform.keeping.settle();
    expect((await chen.get("/console/system")).text).not.toContain("待納入");
  });

  test("§4(1)5 says what runs and how much was asked, by what was asked of the API and the worker themselves", async () => {
    await query("update database_size set free_bytes = 30000000000, total_bytes = 100000000000");
    const rowsOf = (text: string) => text.replaceAll(/<[^>]*>/g, "|");
    const asked = async () => rowsOf((await wu.get("/console/system")).text);
    const said = await asked();
    for (const expected of ["查驗服務\\|+運作中", "背景作業\\|+運作中", "流程服務\\|+運作中", "可用 30,000 MB，占 30 %", "戶籍資料.*可用"])
      expect(said).toMatch(new RegExp(expected));
    expect((await wu.get("/console/system")).text.match(/<rect /g)).toHaveLength(30);
    const { rows } = await query("select sum(subjects)::int as n from daily_usage");
    expect(said).toContain(`最多 ${rows[0].n} 人次`);
    const away = await startTestConsole({ database: house.platform.database });
    const sun = await person("sun.manager", "manager", away);
    const gone = rowsOf((await sun.get("/console/system")).text);
    for (const expected of ["流程服務\\|+沒有回應", "背景作業\\|+無法得知"]) expect(gone).toMatch(new RegExp(expected));
    await away.close();
  });

  test("§4(1)5 what was found against it is the first thing on the home of those who watch it, until it is signed again", async () => {
    const alarmed = async (who: Visitor) => (await who.get("/console")).text.includes("查詢日誌出現不一致");
    expect(await alarmed(wu)).toBe(false);
    await house.platform.askAt(new Date().toISOString(), 1);
    await query("update log_head set size = size + 1");
    await expect(house.platform.keeping.settle()).rejects.toMatchObject({ code: "log-has-gap" });
    expect([await alarmed(wu), await alarmed(lin), await alarmed(chen), await alarmed(clerk)]).toEqual([true, true, true, false]);
    const { text } = await lin.get("/console/system");
    for (const expected of ["日誌有紀錄遺失或重複", "verify.example.gov.tw/queries", "通知政風處"]) expect(text).toContain(expected);
    await query("update log_head set size = size - 1");
    await house.platform.keeping.settle();
    expect(await alarmed(wu)).toBe(false);
  });
});

test("§4(1)5 a step of the nightly upkeep that failed is on the dedicated officer's home until it succeeds", async () => {
  await query(
    `insert into notice (notice_key, kind, recipient, about, due_at, announces)
      values ('upkeep/watchDiskUse/today', 'upkeep-failed', 'dedicatedOfficer', 'upkeep/watchDiskUse', now(), now())`,
  );
  const home = async (who: Visitor) => (await who.get("/console")).text;
  for (const expected of ["每日維護有工作未完成", "檢查磁碟空間"]) expect(await home(wu)).toContain(expected);
  expect(await home(lin)).not.toContain("每日維護");
  await query("update notice set cancelled_at = now() where kind = 'upkeep-failed'");
  expect(await home(wu)).not.toContain("每日維護");
});

describe("a witness that has fallen silent", () => {
  test("§4(1)5 is an alarm for those who watch the log, on their home, the log's page and in the metrics, until it cosigns again", async () => {
    const alarmed = async (who: Visitor) => (await who.get("/console")).text.includes("見證機關久未簽署查詢日誌");
    const metrics = async () => (await ask(house.platform.api.url, undefined, { method: "GET", path: "/metrics" })).text;
    const [origin, name] = ["verify.example.gov.tw/queries", "ethics.example.gov.tw/witness"];
    await query("insert into log_witness values ($1, $2, now() - interval '3 days')", [origin, name]);
    await query("update log_cosignature set cosigned_at = now() - interval '7 hours'");
    expect([await alarmed(wu), await alarmed(lin), await alarmed(chen), await alarmed(clerk)]).toEqual([true, true, true, false]);
    const { text } = await chen.get("/console/system");
    for (const expected of ["見證機關逾 6 小時未簽署", name, "請與該機關聯繫"]) expect(text).toContain(expected);
    expect(await metrics()).toContain("query_log_silent_witnesses 1\n");
    await query("update log_cosignature set cosigned_at = now()");
    expect([await alarmed(wu), (await chen.get("/console/system")).text.includes("未簽署")]).toEqual([false, false]);
    const after = await metrics();
    expect(after).toContain("query_log_silent_witnesses 0\n");
    expect(after).toContain(`query_log_witness_heard_timestamp_seconds{witness="${name}"} 1`);
  });
});

describe("alerts of abnormal use", () => {
  test("§3(10) are tasks of the dedicated officer, each on a page of its own with its counts", async () => {
    const home = (await wu.get("/console")).text;
    expect(home.match(/href="\/console\/system\/alerts\/\d"/g)).toEqual([`href="${ALERTS}/2"`, `href="${ALERTS}/1"`]);
    expect((await lin.get("/console")).text).not.toContain("有異常使用警示");
    const { text } = await wu.get(`${ALERTS}/1`);
    for (const expected of ["一小時內查詢量異常", house.integrationNumber, "查詢人次 60", "平常 4"]) expect(text).toContain(expected);
    expect(text).toContain(`/console/queries?integration=${house.integrationNumber}&amp;from=`);
    expect((await chen.get(`${ALERTS}/1`)).text).not.toContain("說明合理，結案");
    for (const nowhere of ["3", "0", "999999999"]) expect((await wu.get(`${ALERTS}/${nowhere}`)).status).toBe(404);
    expect((await wu.get(`${ALERTS}/x`)).status).toBe(404);
  });

  test("§3(10) are decided with a reason, once, by whom the record then shows; nobody else may", async () => {
    const decide = (who: Visitor, number: number, fields: Record<string, string>) => who.post(`${ALERTS}/${number}`, fields);
    await chen.get(ALERTS);
    expect((await decide(chen, 1, { reason: "夜間批次" })).status).toBe(403);
    await wu.get(`${ALERTS}/1`);
    const unsaid = await decide(wu, 1, { reason: "" });
    expect([unsaid.status, unsaid.text.includes("理由未填"), unsaid.text.includes("待處理")]).toEqual([422, true, true]);
    const stale = await decide(wu, 1, { reason: "夜間批次，已報備", seen: "9" });
    expect([stale.status, stale.text.includes("又發現更多異常")]).toEqual([422, true]);
    expect((await decide(wu, 1, { reason: "夜間批次，已報備" })).location).toBe(`${ALERTS}/1`);
    const decided = (await wu.get(`${ALERTS}/1`)).text;
    for (const expected of ["已說明", "wu.officer", "夜間批次，已報備"]) expect(decided).toContain(expected);
    expect(decided).not.toContain('class="decision"');
    await lin.get(`${ALERTS}/1`);
    const late = await decide(lin, 1, { reason: "再說明一次" });
    expect([late.status, late.text.includes("已說明")]).toEqual([422, true]);
    expect((await chen.get(`${FINDINGS}/new/1`)).location).toBe(`${ALERTS}/1`);
    const tooLate = await chen.post(`${FINDINGS}/new/1`, {
      requestId: randomUUID(),
      severity: "minor",
      reason: "夜間查詢",
      due: "2099-01-01",
    });
    expect([tooLate.status, tooLate.text.includes("夜間批次，已報備"), tooLate.text.includes('name="severity"')]).toEqual([
      422,
      true,
      false,
    ]);
    expect((await lin.get("/console/trail?action=decideAlert")).text).toContain("alert/1");
  });

  test("§3(10) §5(2) an auditor makes a finding of one: alert, integration, and the homes of those who see to it lead to it", async () => {
    const typed = { severity: "serious", due: "2026-13-01", reason: "未經核准之逐號查詢" };
    const raise = async (fields: Record<string, string>) => {
      const { text } = await chen.get(`${FINDINGS}/new/2`);
      return chen.post(`${FINDINGS}/new/2`, { requestId: /name="requestId" value="([^"]+)"/.exec(text)?.[1] ?? "", ...fields });
    };
    const wrong = await raise(typed);
    expect([wrong.status, wrong.text.includes('id="due-fault"'), wrong.text.includes("未經核准之逐號查詢")]).toEqual([422, true, true]);
    const near = taipeiDate(Date.now() + 5 * 86_400_000);
    expect((await raise({ ...typed, due: near })).location).toBe(`${FINDINGS}/1`);
    const { text } = await chen.get(`${FINDINGS}/1`);
    for (const expected of ["重大", "chen.auditor（查核人員）", "第 2 號異常使用警示", "未經核准之逐號查詢"])
      expect(text).toContain(expected);
    const alert = (await wu.get(`${ALERTS}/2`)).text;
    for (const expected of ["列為缺失", `${FINDINGS}/1`, "chen.auditor"]) expect(alert).toContain(expected);
    expect((await chen.get(ALERTS)).text).toContain("沒有符合條件的警示");
    for (const who of [wu, lin, chen]) expect((await who.get("/console")).text).toContain("稽核發現待說明或改善");
    expect((await wu.get("/console")).text).not.toContain("有異常使用警示");
    expect((await lin.get("/console/trail?action=raiseFinding")).text).toContain("alert/2");
    expect((await clerk.get("/console")).text).not.toContain("稽核發現待說明或改善");
    expect([(await clerk.get(`${FINDINGS}/1`)).status, (await clerk.get(`${FINDINGS}/new`)).status]).toEqual([200, 403]);
    for (const nowhere of ["2", "0", "x"]) expect((await wu.get(`${FINDINGS}/${nowhere}`)).status, nowhere).toBe(404);
  });

  test("§5(2) a finding may be about an integration without any alert; the form sent twice raises one", async () => {
    const form = (await chen.get(`${FINDINGS}/new?integration=${house.integrationNumber}`)).text;
    const requestId = /name="requestId" value="([^"]+)"/.exec(form)?.[1] ?? "";
    const due = taipeiDate(Date.now() + 40 * 86_400_000);
    const fields = { requestId, severity: "minor", reason: "查詢事由過於籠統", due };
    expect((await chen.post(`${FINDINGS}/new`, { ...fields, integration: "999-9999" })).text).toContain('id="integration-fault"');
    const { nationalId } = PEOPLE.plain;
    expect((await chen.post(`${FINDINGS}/new`, { ...fields, integration: nationalId })).status).toBe(422);
    const trail = (await lin.get("/console/trail?action=raiseFinding")).text;
    expect([trail.includes("integration/"), trail.includes(nationalId)]).toEqual([true, false]);
    const retried = { ...fields, integration: house.integrationNumber };
    const answers = [await chen.post(`${FINDINGS}/new`, retried), await chen.post(`${FINDINGS}/new`, retried)];
    expect(answers.map(({ location }) => location)).toEqual([`${FINDINGS}/2`, `${FINDINGS}/2`]);
    expect((await lin.get(`${FINDINGS}?integration=${house.integrationNumber}`)).text).toContain("查詢事由過於籠統");
    expect((await lin.get(`${FINDINGS}?integration=x`)).text).toContain("沒有稽核發現");
  });

  test("§3(10) go on page by page", async () => {
    await query(
      `insert into abnormal_use_alert (alert_key, integration_id, kind, window_from, window_until, counts, found_at)
        select 'many/' || n, $1, 'off-hours', now(), now(), '{"subjects": 10}', now() from generate_series(1, 60) n`,
      [house.platform.integrationId],
    );
    const first = (await wu.get(ALERTS)).text;
    const onward = /href="([^"]*before=\d+)"/.exec(first)?.[1]?.replace("&amp;", "&") ?? "";
    const rows = (text: string) => text.match(/<tr><th scope="row"/g)?.length;
    expect([rows(first), rows((await wu.get(onward)).text)]).toEqual([50, 10]);
  });

  test("§3(10) stay as they are while processes don't answer, and the page says so", async () => {
    const away = await startTestConsole({ database: house.platform.database });
    const kao = await person("kao.manager", "manager", away);
    await kao.get(`${ALERTS}/5`);
    const { status, text } = await kao.post(`${ALERTS}/5`, { reason: "逐號查詢" });
    expect([status, text.includes("請稍後再試"), text.includes("逐號查詢</textarea>")]).toEqual([503, true, true]);
    await away.close();
  });
});

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { openTestLogKeeping } from "../support/log-keeping.ts";
import { readPdf } from "../support/pdf.ts";
import { CROWD, createQueryLogPlatform, MONTH, type QueryLogPlatform, readBy, SUBJECT, secretsIn } from "../support/query-log.ts";

let platform: QueryLogPlatform;
let idFile: string;

beforeAll(async () => {
  platform = await createQueryLogPlatform();
  idFile = join(platform.directory, "id");
  writeFileSync(idFile, SUBJECT.nationalId, { mode: 0o600 });
});
afterAll(() => platform.close());

const readCsv = (file: string) => parse(readFileSync(file), { bom: true }) as string[][];

describe("searching the log", () => {
  test("§4(2)2 shows entries masked, newest first, and puts on record who saw which and why", async () => {
    const { applicationNumber, entryId } = platform;
    const argv = ["search", "--application", applicationNumber, "--operator", "tax-042", ...readBy("civil-affairs", "依陳情查核")];
    const { result, recorded } = await platform.openingsOf(() => platform.call(argv));
    expect(result).toMatchObject({ lastLine: "2 entries.", faults: 0 });
    expect(result.lines[1]).toMatch(/ {2}測試機關 測試系統 {2}tax-042 {2}V01 {2}M10000\*\*\*\* 王○明 {2}符合$/);
    expect(result.lines[0]).toMatch(/拒絕 [a-z-]+$/);
    expect(result.lines.join()).not.toMatch(/資格審查|113-社/);
    expect(secretsIn(result.lines.join())).toEqual([]);
    const by = { purpose: "search", account: "lin.reader", account_role: "civilAffairs", reason: "依陳情查核", reference: null };
    expect(recorded).toMatchObject([by]);
    const shown = result.lines.map((line) => line.split(" ")[0]);
    expect([...shown].sort()).toEqual(recorded[0]?.entry_ids);
    expect(shown[1]).toBe(entryId);
  });

  test("§4(2)2 finds by case, by person and by period, page after page", async () => {
    const found = async (...argv: string[]) =>
      (await platform.call(["search", "--json", ...argv, ...readBy("auditor")])).lines.map((line) => JSON.parse(line));
    expect(await found("--case", "113-社-000456")).toMatchObject([{ operator: "tax-043", subject: "M10000**** Y○○‧W○○" }]);
    expect(await found("--id-file", idFile)).toHaveLength(3);
    const today = taipeiDate(Date.now());
    expect(await found("--operator", "tax-043", "--from", today, "--until", today)).toHaveLength(1);
    expect(await found("--operator", "tax-043", "--until", "2020-01-01")).toEqual([]);
    const pages: string[] = [];
    for (let after: string[] = []; ; after = ["--after", pages.at(-1) ?? ""]) {
      const page = await found("--operator", "mass-1", "--limit", "300", ...after);
      pages.push(...page.map((entry) => entry.entryId));
      if (page.length < 300) break;
    }
    expect(pages).toHaveLength(CROWD);
    expect(pages).toEqual([...new Set(pages)].sort().reverse());
  });

  test("§4(2)2 lets nothing that a caller sent move the terminal's cursor", async () => {
    const { lines } = await platform.call(["search", "--id-file", idFile, ...readBy("auditor")]);
    expect(lines.join("\n")).not.toContain("\u001b");
    expect(lines.join("\n")).toContain("\\u001b");
  });
});

describe("opening entries", () => {
  test("§4(2)5 shows an auditor everything that an entry says, for machines and for people", async () => {
    const { entryId, applicationNumber } = platform;
    const argv = ["open", entryId, "--json", ...readBy("auditor", "抽查樣本")];
    const { result, recorded } = await platform.openingsOf(() => platform.call(argv));
    const opened = JSON.parse(result.lines[0] ?? "");
    expect(opened).toMatchObject({ entryId, applicationNumber, caseNumber: "113-社-000123", reason: "=資格審查", subject: SUBJECT });
    expect(opened).toMatchObject({ operator: "tax-042", outcome: "match", answers: { resident: true, indigenous: false } });
    expect(recorded).toMatchObject([{ purpose: "audit", account_role: "auditor", reason: "抽查樣本", entry_ids: [entryId] }]);
    const people = await platform.call(["open", entryId, ...readBy("ethics")]);
    expect(people.lines).toContain("reason: =資格審查");
    expect(people.lastLine).toBe("1 entries opened.");
    const unknown = entryId.replace(/^./, "f");
    expect((await platform.call(["open", unknown, ...readBy("ethics")])).error).toBe("1 of these entries are not in the log.");
  });

  test.each([
    ["open ENTRY", readBy("case-officer"), "reader-not-allowed"],
    ["open ENTRY", readBy("auditor", ""), "application-incomplete"],
    ["open ENTRY", readBy("auditor", "查 M123456789"), "national-id-in-text"],
    ["open ENTRY", ["--as", "m123456789", "--role", "auditor", "--reason", "每月查核"], "account-malformed"],
    ["open ENTRY", readBy("king"), "in what capacity"],
    ["open ENTRY", ["--reason", "每月查核"], "--as ACCOUNT"],
    ["open", readBy("auditor"), "Name the entries"],
    ["open M123456789", readBy("auditor"), "UUID"],
    ["erase", readBy("auditor"), 'no action "erase"'],
    ["search --from yesterday", readBy("auditor"), "YYYY-MM-DD"],
    ["subject-access M123456789 --request 115-1 --out OUT.pdf", readBy("case-officer"), "never stands on the command line"],
    ["search --limit 0", readBy("auditor"), "--limit"],
    ["search --unknown", readBy("auditor"), "--unknown"],
    ["record-list --month 2026-13 --out OUT.pdf", readBy("auditor"), "month-malformed"],
    ["record-list --month 2026-01 --out OUT.pdf", readBy("ethics"), "reader-not-allowed"],
    ["record-list --month 2026-01 --out OUT.doc", readBy("auditor"), ".pdf or .csv"],
    ["record-list --month 2026-01 --out /nowhere/OUT.csv", readBy("auditor"), "can't be made"],
    ["subject-access --out OUT.pdf --id-file ID", readBy("case-officer"), "--request NUMBER"],
    ["subject-access --request 1 --out OUT.pdf --id-file ID", readBy("case-officer"), "request-number-required"],
    ["subject-access --request 115-1 --out OUT.pdf --id-file ID", readBy("auditor"), "reader-not-allowed"],
  ])("§4(2)2 %s %j is refused in one sentence, shows nothing and records nothing", async (words, by, sentence) => {
    const out = join(platform.directory, "refused");
    const argv = words.split(" ").map((word) => word.replace("ENTRY", platform.entryId).replace("OUT", out).replace(/^ID$/, idFile));
    const { result, recorded } = await platform.openingsOf(() => platform.call([...argv, ...by]));
    expect(result.error).toContain(sentence);
    expect(result.error?.split("\n")).toHaveLength(1);
    expect(result.lines).toEqual([]);
    expect(recorded).toEqual([]);
    for (const kind of ["pdf", "doc"])
      expect([`${out}.${kind}`, `${out}.${kind}.partial`].map((file) => existsSync(file))).toEqual([false, false]);
  });
});

describe("the month's list", () => {
  test("§5(1) is written for spreadsheets too, and none of its cells acts there", async () => {
    const out = join(platform.directory, "list.csv");
    const { lastLine } = await platform.call(["record-list", "--month", MONTH, "--out", out, ...readBy("auditor")]);
    expect(lastLine).toBe(`Wrote ${CROWD + 4} entries to ${out}.`);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const file = readFileSync(out, "utf8");
    expect(file[0]).toBe("\ufeff");
    const rows = readCsv(out);
    expect(rows).toHaveLength(CROWD + 5);
    expect(rows[0]).toEqual(["序號", "日期時間", "機關／系統", "查詢者帳號", "作業代號", "被查詢者", "案號", "查詢事由", "結果"]);
    const match = { 2: "測試機關 測試系統", 3: "tax-042", 5: "M10000**** 王○明", 6: "113-社-000123", 7: "'=資格審查", 8: "符合" };
    expect(rows[CROWD + 1]).toMatchObject(match);
    expect(secretsIn(file)).toEqual([]);
  });

  test("§5(1) is written of an empty month too", async () => {
    const out = join(platform.directory, "empty.pdf");
    const argv = ["record-list", "--month", "2020-01", "--out", out, ...readBy("auditor")];
    const { result, recorded } = await platform.openingsOf(() => platform.call(argv));
    expect(result.lastLine).toContain("Wrote 0 entries");
    expect((await readPdf(readFileSync(out))).text).toContain("本月無查詢紀錄");
    expect(recorded).toMatchObject([{ reference: "2020-01", entry_ids: [] }]);
  });
});

describe("entries that disagree with themselves", () => {
  /** Bytes rewritten by whoever owns the database, the leaf hash with them. */
  const rewritten = (bytes: string) =>
    `update query_log q set entry = e.b, leaf_hash = sha256('\\x00' || e.b) from (
       select convert_to(${bytes}, 'utf8') as b from (select convert_from(entry, 'utf8') as text from query_log where entry_id = $1) mine,
         (select convert_from(entry, 'utf8')::json->>'sealed' as sealed from query_log where entry_id <> $1 limit 1) other) e where q.entry_id = $1`;

  test.each([
    ["columns-disagree", "update query_log set operator = 'tax-999' where entry_id = $1"],
    ["leaf-hash-disagrees", "update query_log set entry = overlay(entry placing 'x' from 3) where entry_id = $1"],
    ["entry-not-canonical", rewritten("text || ' '")],
    ["entry-unreadable", rewritten("'null'")],
    ["sealed-part-unreadable", rewritten(`regexp_replace(text, '"sealed":"[^"]*"', '"sealed":"' || sealed || '"')`)],
    ["key-missing", rewritten(`replace(text, '"keyId":"1"', '"keyId":"9"')`)],
  ])("§4(2)5 are reported by code (%s), and nothing of them is shown", async (code, statement) => {
    const { api, entryId, directory } = platform;
    const { rows } = await api.owner.pool.query("select operator, entry, leaf_hash from query_log where entry_id = $1", [entryId]);
    expect((await api.owner.pool.query(statement, [entryId])).rowCount).toBe(1);
    try {
      const opened = await platform.call(["open", entryId, ...readBy("auditor")]);
      expect(opened).toMatchObject({ lines: [`${entryId}  ${code}: not shown`], faults: 1 });
      const out = join(directory, `${code}.csv`);
      expect(await platform.call(["record-list", "--month", MONTH, "--out", out, ...readBy("auditor")])).toMatchObject({ faults: 1 });
      const row = readCsv(out).find((cells) => cells[8] === code);
      expect(row).toEqual([String(CROWD + 1), "", `紀錄 ${entryId} 內容不一致，不予列印`, "", "", "", "", "", code]);
    } finally {
      const original = "update query_log set operator = $2, entry = $3, leaf_hash = $4 where entry_id = $1";
      await api.owner.pool.query(original, [entryId, ...Object.values(rows[0])]);
    }
  });

  test("§4(1)5 §4(2)5 once the log is signed, an entry that is not the tree's is not even given out, however well it agrees with itself", async () => {
    const { api, entryId } = platform;
    const keeping = openTestLogKeeping(api);
    await keeping.settle();
    await keeping.close();
    expect(await platform.call(["open", entryId, ...readBy("auditor")])).toMatchObject({ faults: 0 });
    await api.owner.pool.query(rewritten("text || ' '"), [entryId]);
    const opened = await platform.call(["open", entryId, ...readBy("auditor")]);
    expect(opened).toMatchObject({ lines: [`${entryId}  tree-disagrees: not shown`], faults: 1 });
  });
});

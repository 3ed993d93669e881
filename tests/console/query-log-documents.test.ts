import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DUTIES } from "../../src/domain/appointment.ts";
import type { Visitor } from "../support/console.ts";
import { type LogReaders, linesOf, openLogReaders, searchLog } from "../support/log-readers.ts";
import { PEOPLE, UNKNOWN_ID } from "../support/people.ts";
import { CROWD, MONTH, SUBJECT, secretsIn } from "../support/query-log.ts";

const PATH = "/console/queries";
let readers: LogReaders;
let platform: LogReaders["platform"];
let people: LogReaders["people"];

beforeAll(async () => {
  readers = await openLogReaders();
  ({ platform, people } = readers);
}, 120_000);
afterAll(() => readers?.close());

describe("documents", () => {
  /** A document's bytes, as a browser takes them. */
  async function taken(who: Visitor, path: string, fields: Record<string, string>) {
    return who.post(path, { reason: "每月查核", ...fields });
  }

  test("§5(1) the month's list comes whole, masked, with the log's checkpoint", async () => {
    await platform.api.owner.pool.query(
      "insert into log_checkpoint (origin, signed_on, tree_size, signed_note, signed_at) values ('log.example', current_date, 704, $1, now())",
      ["log.example\n704\nUm9vdCBoYXNo\n\n— log x\n"],
    );
    const { result, recorded } = await platform.openingsOf(() =>
      taken(people.caseOfficer, `${PATH}/record-list`, { month: MONTH, format: "pdf" }),
    );
    expect([result.status, result.headers.get("content-type"), result.headers.get("cache-control")]).toEqual([
      200,
      "application/pdf",
      "no-store",
    ]);
    const [year = 0, month] = MONTH.split("-").map(Number);
    const name = `查詢紀錄單_${year - 1911}年${month}月.pdf`;
    expect(result.headers.get("content-disposition")).toBe(`attachment; filename*=UTF-8''${encodeURIComponent(name)}`);
    expect(result.text.slice(0, 5)).toBe("%PDF-");
    expect(recorded.map(({ purpose, reference }) => `${purpose} ${reference}`)).toEqual(Array(2).fill(`record-list ${MONTH}`));
    const csv = await taken(people.auditor, `${PATH}/record-list`, { month: MONTH, format: "csv" });
    const rows = parse(csv.text, { bom: true }) as string[][];
    expect([rows.length, rows[1]?.[5]]).toEqual([CROWD + 5, expect.stringMatching(/^M10007\*{4} 李○華$/)]);
    expect(secretsIn(csv.text)).toEqual([]);
    expect((await taken(people.auditor, `${PATH}/record-list`, { month: "去年" })).text).toContain("請從清單選擇月份");
  });

  test("§4(2)5 a person is told who asked; the request's number goes on record, the ID number nowhere", async () => {
    const fields = { request: "115-申-17", nationalId: SUBJECT.nationalId, format: "csv", reason: "當事人申請查閱" };
    const { result, recorded } = await platform.openingsOf(() => taken(people.dedicatedOfficer, `${PATH}/subject-access`, fields));
    expect((parse(result.text, { bom: true }) as string[][]).length).toBe(4);
    // What was typed names the file too, whatever it holds.
    const odd = await taken(people.dedicatedOfficer, `${PATH}/subject-access`, { ...fields, request: "115/申'(17)*" });
    expect(odd.headers.get("content-disposition")).toMatch(/^attachment; filename\*=UTF-8''[A-Z0-9_%]+%27%2817%29\.csv$/i);
    expect(result.text).toContain("縣");
    expect(recorded).toMatchObject([{ purpose: "subject-access", reference: "115-申-17", account_role: "dedicatedOfficer" }]);
    const everything = JSON.stringify([
      recorded,
      readers.console_.logLines,
      (await platform.api.owner.pool.query("select * from admin_trail")).rows,
    ]);
    expect(everything).not.toContain(SUBJECT.nationalId);
    for (const [changes, sentence, field] of [
      [{ nationalId: "A1" }, "身分證統一編號不正確", "nationalId"],
      [{ request: "" }, "請填當事人申請查閱的案號", "request"],
      [{ request: "申".repeat(1001) }, "文字太長", "request"],
      [{ reason: "" }, "理由未填", "reason"],
    ] as const) {
      const { status, text } = await taken(people.caseOfficer, `${PATH}/subject-access`, { ...fields, ...changes });
      expect([status, text.includes(sentence), text.includes(`href="#${field}"`)], field).toEqual([422, true, true]);
      expect(text).not.toContain(SUBJECT.nationalId);
    }
  });

  test("§4(2)2 what a search found comes masked, and no longer than a thousand entries", async () => {
    const { result, recorded } = await platform.openingsOf(() => taken(people.ethics, `${PATH}/list.csv`, { operator: "mass-1" }));
    const rows = parse(result.text, { bom: true }) as string[][];
    expect([rows.length, rows[0]?.includes("案號"), rows[0]?.includes("查詢事由")]).toEqual([CROWD + 1, false, false]);
    expect(recorded).toMatchObject([{ purpose: "search", entry_ids: { length: CROWD } }]);
    const pdf = await taken(people.ethics, `${PATH}/list.pdf`, { nationalId: PEOPLE.indigenous.nationalId });
    expect([pdf.status, pdf.headers.get("content-type")]).toEqual([200, "application/pdf"]);
    expect((await taken(people.ethics, `${PATH}/list.pdf`, { reason: "" })).status).toBe(422);
    expect(linesOf((await searchLog(people.ethics, { nationalId: UNKNOWN_ID })).text)).toBe(0);
  });
});

test("§3(1) each duty gets the pages of the table, and no others", async () => {
  //             case dedicated manager auditor ethics civilAffairs
  const pages: Record<string, string> = {
    [PATH]: "                y y - y y y",
    [`${PATH}/list.csv`]: "  y y - y y y",
    [`${PATH}/ENTRY`]: "     - - - y y y",
    [`${PATH}/record-list`]: "    y y - y - -",
    [`${PATH}/subject-access`]: " y y - - - -",
    "/console/system/openings": "   - - y y y y",
    "/console/system": "        - y y y y y",
    "/console/system/alerts": " - y y y y -",
    "/console/system/alerts/1": " - y y - - -",
  };
  for (const [path, row] of Object.entries(pages)) {
    const may = row.trim().split(/\s+/);
    for (const [place, duty] of DUTIES.entries()) {
      const asked = path.replace("ENTRY", platform.entryId);
      const allowed = may[place] === "y";
      await people[duty].get("/console");
      if (!/list\.csv|alerts\/1/.test(path))
        expect((await people[duty].get(asked)).status, `GET ${path} ${duty}`).toBe(allowed ? 200 : 403);
      if (/system$|alerts$|openings$/.test(path)) continue;
      const { result, recorded } = await platform.openingsOf(() => people[duty].post(asked, { reason: "" }));
      expect(result.status === 403, `POST ${path} ${duty}`).toBe(!allowed);
      expect(recorded).toEqual([]);
    }
  }
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Visitor } from "../support/console.ts";
import type { Officer } from "../support/console-office.ts";
import { type DataOffice, openDataOffice } from "../support/data-office.ts";
import { madeUpRows } from "../support/delivery.ts";
import { readPdf } from "../support/pdf.ts";

const LIST = "/console/datasets";
const importPage = (id: string) => `${LIST}/imports/${id}`;
let office: DataOffice;
let wu: Officer;
let tu: Officer;
let lin: Officer;

beforeAll(async () => {
  office = await openDataOffice();
  wu = await office.enter("wu.officer", "dedicatedOfficer");
  tu = await office.enter("tu.auditor", "auditor");
  lin = await office.enter("lin.manager", "manager");
}, 120_000);
afterAll(() => office?.stop());

const query = async (text: string, values: unknown[] = []) => (await office.console_.owner.pool.query(text, values)).rows;
const certificatesIn = (text: string) => [...text.matchAll(/href="([^"]*certificate\.pdf)"/g)].map(([, path = ""]) => path);
const plain = (text: string) => text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");

async function pdfFor(who: Visitor, path: string) {
  const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const response = await fetch(office.console_.url + path, { headers: { cookie } });
  expect(response.headers.get("content-type")).toBe("application/pdf");
  return readPdf(Buffer.from(await response.arrayBuffer()));
}

describe("datasets", () => {
  let importId: string;

  test("§4(1)2 that hold nothing say so, with what they would answer and whose they are", async () => {
    const { text } = await tu.get(LIST);
    expect(text.match(/尚無資料/g)).toHaveLength(3);
    for (const expected of ["戶籍資料", "縣民身分、原住民身分別", "民政處", "社會處", "113/10/25 至 123/10/24", "尚未核發", "尚無匯入紀錄"])
      expect(text).toContain(expected);
  });

  test("§4(1)2 say as of when they answer, how old that is, until when, how many rows, and under which key the next file comes", async () => {
    importId = await office.imported(office.daysAgo(5));
    const { fingerprint } = await office.platform.issueDeliveryKey();
    const { text } = await tu.get(LIST);
    for (const expected of ["可用", "已 5 天，上限 45 天", "還有 40 天", `…${fingerprint.slice(-8).toUpperCase()}`, ">20</td>"])
      expect(text).toContain(expected);
    expect(text).toContain(`href="${importPage(importId)}"`);
    expect((await tu.get(`${LIST}/household`)).text).toContain("下一份檔案請在此之前匯入");
  });

  test("§4(4) an import shows every stage, its signer, and its certificates, which auditors get on paper, on the trail", async () => {
    const { text } = await tu.get(importPage(importId));
    expect(plain(text)).toMatch(/已匯入 20 筆，原檔已銷毀；資料可用至 .*還有 40 天，下一份檔案/);
    expect(plain(text)).toMatch(/已收檔 .*載入中 .*建索引中 .*銷毀原檔中 .*已匯入/);
    expect(text).not.toContain("data-import-progress");
    const [signer] = await query("select signer_fingerprint as f from dataset_import where import_id = $1", [importId]);
    expect(text).toContain(signer.f.toUpperCase().replace(/(.{4})(?=.)/g, "$1 "));
    const [path = "", ...others] = certificatesIn(text);
    expect(others).toEqual([]);
    const pdf = (await pdfFor(tu, path)).text.replaceAll(/[|\s]/g, "");
    for (const expected of ["銷毀紀錄", "資料原始檔", "household.pgp", importId, "tu.auditor"]) expect(pdf).toContain(expected);
    expect(await query("select account from admin_trail where action = 'printDestruction'")).toEqual([{ account: "tu.auditor" }]);
  });

  test("§4(1)2 that run out soon, and that ran out, are said as a word, on the home of whom it concerns, and are notices once", async () => {
    const notices = await query(
      "select kind, recipient, due_at < now() as due from notice where about = 'dataset/household' order by 1, 2, due_at",
    );
    expect(notices.map(({ kind, recipient, due }) => `${kind} ${recipient} ${due}`)).toEqual([
      ...["dataset-ended dedicatedOfficer false", "dataset-ended manager false"],
      ...["dataset-ends dedicatedOfficer false", "dataset-ends dedicatedOfficer false"],
    ]);
    const homes = async () => Promise.all([wu, lin, tu].map(async (who) => (await who.get("/console")).text));
    const aged = (days: number) => query("update generation set as_of = $1 where switched_at is not null", [office.daysAgo(days)]);
    const told = async (word: string) => (await homes()).map((text) => text.includes(word));
    expect(await told("資料集即將逾期")).toEqual([false, false, false]);
    await aged(38);
    expect((await tu.get(LIST)).text).toContain("即將逾期");
    expect(await told("資料集即將逾期")).toEqual([true, false, false]);
    await aged(48);
    expect((await tu.get(`${LIST}/household`)).text).toMatch(/已逾期.*已停止答復/s);
    expect(await told("資料集已逾期，停止答復")).toEqual([true, true, false]);
    await aged(5);
  });
});

describe("a rejected file", () => {
  let first: string;
  const decide = (who: Visitor, id: string, fields: Record<string, string>) => who.post(importPage(id), fields);
  const steps = () =>
    query("select actor, particulars->>'choice' as choice from dataset_step where step = 'quarantine-decided' order by step_id");

  test("§4(1)1 says why, by line and code and never with data, and until when it waits; it is a task of the dedicated officer, and a notice", async () => {
    first = await office.quarantined();
    const { text } = await tu.get(importPage(first));
    expect(plain(text)).toMatch(/已退件；檔案仍加密保留，等專責人員決定，期限 .*還有 7 天/);
    for (const expected of ["錯誤的列超過容許數", "too-many-bad-rows", "出生日期格式不符", ">22</th>"]) expect(text).toContain(expected);
    for (const { nationalId, name } of madeUpRows(13, 2)) expect(text.includes(nationalId) || text.includes(name)).toBe(false);
    expect(text).not.toContain('name="choice"');
    const homes = await Promise.all([wu, lin, tu].map(async (who) => (await who.get("/console")).text.includes(importPage(first))));
    expect(homes).toEqual([true, false, false]);
    expect(
      await query("select kind, cancelled_at is null as open from notice where about = $1 order by due_at", [`dataset-import/${first}`]),
    ).toEqual([
      ...[
        { kind: "delivery-quarantined", open: true },
        { kind: "delivery-quarantined", open: true },
      ],
    ]);
  });

  test("§3(1) is decided on by nobody else, not without a reason, and not without a choice", async () => {
    for (const who of [tu, lin]) {
      await who.get(importPage(first));
      expect((await decide(who, first, { choice: "destroy", reason: "不再需要" })).status).toBe(403);
    }
    await wu.get(importPage(first));
    const unsaid = await decide(wu, first, { choice: "destroy", reason: " " });
    expect([unsaid.status, unsaid.text.includes('href="#reason"'), unsaid.text.includes("理由未填")]).toEqual([422, true, true]);
    const unprintable = await decide(wu, first, { choice: "destroy", reason: "不再需要\0" });
    expect([unprintable.status, unprintable.text.includes('href="#reason"')]).toEqual([422, true]);
    const named = await decide(wu, first, { choice: "destroy", reason: "為A123456789之檔" });
    expect([named.status, named.text.includes("含有身分證統一編號")]).toEqual([422, true]);
    const unchosen = await decide(wu, first, { reason: "洽該單位" });
    expect([unchosen.status, unchosen.text.includes("請選擇銷毀或重試"), unchosen.text.includes("洽該單位</textarea>")]).toEqual([
      422,
      true,
      true,
    ]);
    expect(await steps()).toEqual([]);
  });

  test("§4(4) is tried again, and waits again with all that happened on its page", async () => {
    await wu.get(importPage(first));
    expect((await decide(wu, first, { choice: "retry", reason: "已洽該單位" })).location).toBe(importPage(first));
    await expect
      .poll(async () => plain((await wu.get(importPage(first))).text))
      .toMatch(/待決定 .*too-many-bad-rows .*決定重試 .*wu\.officer .*已洽該單位 .*已收檔 .*待決定 .*too-many-bad-rows/);
    // A page that was opened before this rejection decides nothing about it.
    const stale = await decide(wu, first, { choice: "destroy", reason: "簽章不明", seen: "1" });
    expect([stale.status, stale.text.includes("您這次的決定沒有生效")]).toEqual([422, true]);
    expect(await steps()).toEqual([{ actor: "wu.officer", choice: "retry" }]);
  });

  test("§4(4) is destroyed once: who comes second is told, and sees who was first; nothing waits any more", async () => {
    await wu.get(importPage(first));
    const both = await Promise.all([1, 2].map((place) => decide(wu, first, { choice: "destroy", reason: `該單位重新交付 ${place}` })));
    expect(both.map(({ status }) => status).sort()).toEqual([303, 422]);
    expect(both.find(({ status }) => status === 422)?.text).toContain("您這次的決定沒有生效");
    await expect.poll(async () => (await wu.get(importPage(first))).text).toContain("已退件，原檔已銷毀");
    const { text } = await tu.get(importPage(first));
    expect(plain(text)).toMatch(/決定銷毀 .*wu\.officer .*已退件/);
    expect(await steps()).toHaveLength(2);
    expect((await wu.get("/console")).text).not.toContain(importPage(first));
    expect(await query("select from notice where about = $1 and cancelled_at is null", [`dataset-import/${first}`])).toEqual([]);
    const pdf = (await pdfFor(lin, certificatesIn(text)[0] ?? "")).text.replaceAll(/[|\s]/g, "");
    for (const expected of ["too-many-bad-rows", "銷毀人wu.officer"]) expect(pdf).toContain(expected);
  });

  test("§4(2)4 is followed without being of use to the session, and says nothing to strangers", async () => {
    const waiting = await office.unsigned();
    const seen = "select max(last_seen_at) as at from session where account = 'tu.auditor'";
    const before = await query(seen);
    const answer = await tu.get(`${importPage(waiting)}/progress`);
    expect(JSON.parse(answer.text)).toMatchObject({ stage: "quarantined", sentence: expect.stringContaining("已退件") });
    expect(await query(seen)).toEqual(before);
    expect((await fetch(`${office.console_.url}${importPage(waiting)}/progress`, { redirect: "manual" })).status).toBe(303);
    // While it is on its way, the page follows it.
    await query("update dataset_import set stage = 'loading', rows_read = 1200 where import_id = $1", [waiting]);
    const { text } = await tu.get(importPage(waiting));
    for (const expected of [`data-import-progress="${importPage(waiting)}/progress" data-stage="loading"`, "已讀取 1,200 筆", "重新整理"])
      expect(text).toContain(expected);
    await query("update dataset_import set stage = 'quarantined' where import_id = $1", [waiting]);
  });

  test("§4(1)1 that isn't there is nowhere", async () => {
    const nobody = "00000000-0000-4000-8000-000000000000";
    await wu.get(LIST);
    for (const id of [nobody, "x", "%00", "' or 1=1"]) {
      expect((await wu.get(importPage(encodeURI(id)))).status, id).toBe(404);
      expect((await decide(wu, encodeURI(id), { choice: "destroy", reason: "不再需要" })).status, id).toBe(404);
    }
    for (const path of [`${LIST}/certificates/${nobody}/certificate.pdf`, `${LIST}/nothing`, `${importPage(nobody)}/progress`])
      expect((await wu.get(path)).status, path).toBe(404);
  });

  test("§4(1)1 imports go on page by page, newest first", async () => {
    await query(
      `insert into dataset_import (import_id, file_name, file_sha256, file_bytes, delivered_by, stage, received_at)
        select gen_random_uuid(), 'old-' || n, sha256(n::text::bytea), 1, 'drop-folder', 'rejected', now() - n * interval '1 day' from generate_series(1, 60) n`,
    );
    const page = (await tu.get(LIST)).text;
    const onward = /href="([^"]*before=[^"]+)"/.exec(page)?.[1] ?? "";
    const rows = (text: string) => text.match(/<th scope="row" class="day"/g)?.length;
    expect([rows(page), rows((await tu.get(onward)).text)]).toEqual([50, 13]);
    expect(page.indexOf(importPage(first))).toBeLessThan(page.indexOf("old-1<"));
  });
});

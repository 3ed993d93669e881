import { createHash } from "node:crypto";
import { type Readable, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { startReport } from "../../src/reports/report.ts";
import type { ReportHead } from "../../src/reports/report-page.ts";
import { placesOf, writeAndRead } from "../support/pdf.ts";

const HEAD: ReportHead = {
  title: "查詢紀錄單",
  documentNumber: "QR-115-11",
  confidential: true,
  landscape: true,
  printedAt: Date.parse("2026-11-24T11:00:00Z"),
  printedBy: "wu.officer",
};
const COLUMNS = [
  { title: "序號", share: 1, align: "right" },
  { title: "事由", share: 4 },
] as const;

async function writeRows(sink: Writable, rows: number, head = HEAD) {
  const report = await startReport(sink, head);
  const table = await report.table(COLUMNS);
  for (let row = 1; row <= rows; row += 1) await table.row([String(row), "低收入戶資格審查"]);
  return report.finish();
}

/** Text that stands together, however it was drawn. */
const plain = (text: string) => text.replaceAll(/[|\s]/g, "");

describe("a document", () => {
  test("§4(2)3 says on every page that it is confidential, which it is, which page of how many, and who printed it when", async () => {
    const { pages, title, result } = await writeAndRead((sink) => writeRows(sink, 100));
    expect(pages.length).toBeGreaterThan(2);
    expect(result.pages).toBe(pages.length);
    expect(title).toBe("查詢紀錄單 QR-115-11");
    for (const [place, page] of pages.entries()) {
      const text = plain(page);
      expect(text).toContain("密");
      expect(text).toContain(`第${place + 1}頁／共${pages.length}頁`);
      expect(text).toContain("文件編號：QR-115-11列印時間：115/11/2419:00:00列印人：wu.officer");
      expect(text).toContain(result.contentSha256);
      // The table's head is repeated.
      expect(text).toContain("序號事由");
    }
    for (let row = 1; row <= 100; row += 1) expect(pages.some((page) => page.includes(`|${row}|`))).toBe(true);
  });

  test("§4(2)3 is not marked 密 when it is not confidential", async () => {
    const { text } = await writeAndRead((sink) => writeRows(sink, 1, { ...HEAD, confidential: false }));
    expect(text).not.toContain("密");
  });

  test.each([
    { of: "64 characters", documentNumber: "介".repeat(64), landscape: false },
    { of: "64 letters", documentNumber: "W".repeat(64), landscape: true },
    { of: "a UUID", documentNumber: "0d7d1dd2-1111-4222-8333-444455556666", landscape: false },
  ])("§4(2)3 keeps a number of $of and the longest account between the margins, and off the page's number", async (numbered) => {
    const head = { ...HEAD, ...numbered, printedBy: "w".repeat(64) };
    const pdf = await writeAndRead((sink) => writeRows(sink, 100, head));
    const places = await placesOf(pdf);
    for (const { page, text, x, y, width } of places) {
      expect(x).toBeGreaterThan(41);
      expect(x + width).toBeLessThan((head.landscape ? 842 : 595) - 41);
      for (const next of places)
        if (next.page === page && next.y === y && next.x > x) expect(x + width, `${text} | ${next.text}`).toBeLessThan(next.x + 1);
    }
    for (const page of pdf.pages) {
      expect(plain(page)).toContain(`文件編號：${head.documentNumber}列印時間`);
      expect(plain(page)).toContain(`列印人：${head.printedBy}`);
    }
    expect(plain(pdf.pages[1] ?? "")).toContain(`查詢紀錄單（續）${head.documentNumber}`);
  });

  test("§4(2)5 shows a character that no font has as 〓 with its code point, never as nothing", async () => {
    const { text } = await writeAndRead(async (sink) => {
      const report = await startReport(sink, HEAD);
      await report.paragraph("王𠮷\ue123明與\u{2b740}");
      await report.fields([["姓名𠮷", "Yukan‧Watan ā、ṉ、ʼ"]]);
      return report.finish();
    });
    for (const code of ["U+20BB7", "U+E123", "U+2B740", "U+1E49"]) expect(text).toContain(code);
    expect(text.split("〓")).toHaveLength(7);
    expect(plain(text)).toContain("Yukan‧Watanā、");
  });

  test("§4(2)5 takes the hash over its content, as its description says", async () => {
    const { result } = await writeAndRead(async (sink) => {
      const report = await startReport(sink, HEAD);
      await report.heading("一、紀錄");
      await report.fields([["期間", "民國115年11月"]]);
      const table = await report.table(COLUMNS);
      await table.row(["1", "資格審查"]);
      await report.signatures(["查核人員"]);
      return report.finish();
    });
    const blocks = [
      ["查詢紀錄單", "QR-115-11"],
      ["一、紀錄"],
      ["期間", "民國115年11月"],
      ["序號", "事由"],
      ["1", "資格審查"],
      ["查核人員"],
    ];
    const content = blocks.map((block) => `${JSON.stringify(block)}\n`).join("");
    expect(result.contentSha256).toBe(createHash("sha256").update(content).digest("hex"));
  });

  test("§4(2)5 has the same bytes for the same input, and the same content hash whoever prints it", async () => {
    const [one, other, later] = await Promise.all([
      writeAndRead((sink) => writeRows(sink, 50)),
      writeAndRead((sink) => writeRows(sink, 50)),
      writeAndRead((sink) => writeRows(sink, 50, { ...HEAD, printedAt: HEAD.printedAt + 1000, printedBy: "lin.auditor" })),
    ]);
    expect(other.bytes.equals(one.bytes)).toBe(true);
    expect(later.bytes.equals(one.bytes)).toBe(false);
    expect(later.result.contentSha256).toBe(one.result.contentSha256);
  });

  test("§5(1) goes on with a row that is longer than a page, and loses nothing of it", async () => {
    const long = Array.from({ length: 900 }, (_, place) => `word${place}w`).join("，");
    const { text, pages } = await writeAndRead(async (sink) => {
      const report = await startReport(sink, HEAD);
      const table = await report.table(COLUMNS);
      await table.row(["1", "短"]);
      await table.row(["2", long]);
      await table.row(["3", "後"]);
      return report.finish();
    });
    expect(pages.length).toBeGreaterThan(2);
    for (let place = 0; place < 900; place += 1) expect(plain(text)).toContain(`word${place}w`);
    expect(plain(pages.at(-1) ?? "")).toContain("3後");
  });

  test("§5(1) of many rows is written as it grows: what a slow reader has not taken is not piled up", async () => {
    let source: Readable | undefined;
    let longest = 0;
    let total = 0;
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        total += chunk.length;
        longest = Math.max(longest, source?.readableLength ?? 0);
        setImmediate(done);
      },
    });
    sink.on("pipe", (from) => {
      source = from;
    });
    const report = await startReport(sink, HEAD);
    const table = await report.table(COLUMNS);
    let noise = "";
    for (let row = 1; row <= 10_000; row += 1) {
      noise = createHash("sha512").update(noise).digest("hex");
      await table.row([String(row), noise.repeat(2)]);
    }
    expect((await report.finish()).pages).toBeGreaterThan(500);
    expect(total).toBeGreaterThan(2 << 20);
    expect(longest).toBeLessThan(1.5 * (1 << 20));
  });

  test("§5(1) of many rows ends also where whoever takes it takes everything at once", async () => {
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    const report = await startReport(sink, HEAD);
    const table = await report.table(COLUMNS);
    let noise = "";
    for (let row = 1; row <= 10_000; row += 1) {
      noise = createHash("sha512").update(noise).digest("hex");
      await table.row([String(row), noise.repeat(2)]);
    }
    expect((await report.finish()).pages).toBeGreaterThan(500);
  });

  test("§5(1) that can't be written says so", async () => {
    const full = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error("no space left on device"), { code: "ENOSPC" }));
      },
    });
    await expect(writeRows(full, 2000)).rejects.toMatchObject({ code: "ENOSPC" });
  });
});

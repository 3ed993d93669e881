import type { Writable } from "node:stream";
import { maskNationalId } from "../domain/national-id.ts";
import { rocMoment } from "../domain/roc-date.ts";
import { type ListedEntry, whoAsked } from "./listed-entry.ts";
import { startReport, type WrittenReport } from "./report.ts";
import type { Column } from "./report-row.ts";
import { answerWords, outcomeWord } from "./words.ts";

/** Who asked about a person. */
export interface SubjectAccess {
  readonly requestNumber: string;
  /** Normalised; only its masked form is printed. */
  readonly nationalId: string;
  /** Oldest first. */
  readonly entries: AsyncIterable<ListedEntry>;
  readonly printedAt: number;
  readonly printedBy: string;
}

export const SUBJECT_ACCESS_COLUMNS: readonly Column[] = [
  { title: "序號", share: 5, align: "right" },
  { title: "日期時間", share: 10 },
  { title: "機關／系統", share: 17 },
  { title: "查詢者帳號", share: 10 },
  { title: "作業代號", share: 7 },
  { title: "案號", share: 13 },
  { title: "查詢事由", share: 16 },
  { title: "查詢項目及答復", share: 13 },
  { title: "比對結果", share: 11 },
];

/** One line: who asked, when, why, what, and what was answered. */
export function subjectAccessCells(number: number, listed: ListedEntry): string[] {
  if ("fault" in listed) return [String(number), "", `紀錄 ${listed.entryId} 內容不一致，不予列印`, "", "", "", "", "", listed.fault];
  const { entry, caseNumber, reason } = listed;
  return [
    String(number),
    rocMoment(Date.parse(entry.askedAt)),
    whoAsked(listed),
    entry.operator ?? "",
    entry.operationCode ?? "",
    caseNumber ?? "",
    reason ?? "",
    answerWords(entry.checks, entry.answers),
    outcomeWord(entry.outcome),
  ];
}

/** Writes 個人資料查詢紀錄: who asked about a person, for whoever has a right to know (Personal Data Protection Act §3, §10). @clause 4(2)5 */
export async function writeSubjectAccess(access: SubjectAccess, sink: Writable): Promise<WrittenReport & { entries: number }> {
  const report = await startReport(sink, {
    title: "個人資料查詢紀錄",
    documentNumber: `SA-${access.requestNumber}`,
    confidential: true,
    landscape: true,
    printedAt: access.printedAt,
    printedBy: access.printedBy,
  });
  await report.fields([
    ["申請案號", access.requestNumber],
    ["當事人", maskNationalId(access.nationalId)],
    ["說明", "下列為本平臺日誌保存期間內，各機關以當事人之身分證統一編號查詢之全部紀錄。平臺僅答復是否，不提供戶籍資料。"],
  ]);
  let entries = 0;
  let table: Awaited<ReturnType<typeof report.table>> | undefined;
  for await (const listed of access.entries) {
    entries += 1;
    table ??= await report.table(SUBJECT_ACCESS_COLUMNS);
    await table.row(subjectAccessCells(entries, listed));
  }
  await report.heading("合計");
  await report.paragraph(entries === 0 ? "保存期間內無查詢紀錄。" : `共 ${entries.toLocaleString("en")} 筆。`);
  await report.signatures(["承辦人員", "單位主管"]);
  return { ...(await report.finish()), entries };
}

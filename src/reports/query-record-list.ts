import type { Writable } from "node:stream";
import { maskPerson, monthMoments } from "../domain/query-log-reading.ts";
import { rocMoment } from "../domain/roc-date.ts";
import { type ListedEntry, whoAsked } from "./listed-entry.ts";
import { startReport, type WrittenReport } from "./report.ts";
import type { Column } from "./report-row.ts";
import { outcomeWord } from "./words.ts";

/** The month's list of queries. */
export interface QueryRecordList {
  /** YYYY-MM. */
  readonly month: string;
  /** Signed by the log at the end of the month. */
  readonly checkpoint?: string | undefined;
  /** Oldest first. */
  readonly entries: AsyncIterable<ListedEntry>;
  readonly printedAt: number;
  readonly printedBy: string;
}

export const QUERY_RECORD_COLUMNS: readonly Column[] = [
  { title: "序號", share: 5, align: "right" },
  { title: "日期時間", share: 10 },
  { title: "機關／系統", share: 17 },
  { title: "查詢者帳號", share: 10 },
  { title: "作業代號", share: 7 },
  { title: "被查詢者", share: 10 },
  { title: "案號", share: 13 },
  { title: "查詢事由", share: 17 },
  { title: "結果", share: 11 },
];

/** One line of the list: the person masked, and of an entry that disagrees with itself nothing but its id and the code of what is wrong. */
export function queryRecordCells(number: number, listed: ListedEntry): string[] {
  if ("fault" in listed) return [String(number), "", `紀錄 ${listed.entryId} 內容不一致，不予列印`, "", "", "", "", "", listed.fault];
  const { entry, caseNumber, reason, subject } = listed;
  return [
    String(number),
    rocMoment(Date.parse(entry.askedAt)),
    whoAsked(listed),
    entry.operator ?? "",
    entry.operationCode ?? "",
    maskPerson(subject),
    caseNumber ?? "",
    reason ?? "",
    outcomeWord(entry.outcome),
  ];
}

/**
 * Writes 查詢紀錄單: every query of a month, masked, with totals and the auditor's place to sign. A month without queries says so, and is signed too.
 * @clause 5(1)
 */
export async function writeQueryRecordList(list: QueryRecordList, sink: Writable): Promise<WrittenReport & { entries: number }> {
  const [year = "", month = ""] = list.month.split("-");
  const report = await startReport(sink, {
    title: "查詢紀錄單",
    documentNumber: `QR-${Number(year) - 1911}-${month}`,
    confidential: true,
    landscape: true,
    printedAt: list.printedAt,
    printedBy: list.printedBy,
  });
  await report.fields([
    [
      "查詢期間",
      `民國${Number(year) - 1911}年${Number(month)}月${monthMoments(list.month).until > list.printedAt ? "（列印時尚未期滿）" : ""}`,
    ],
    ["日誌檢查點", list.checkpoint ?? "未附"],
  ]);
  const byOutcome = new Map<string, number>();
  const byAsker = new Map<string, number>();
  let entries = 0;
  let table: Awaited<ReturnType<typeof report.table>> | undefined;
  for await (const listed of list.entries) {
    entries += 1;
    table ??= await report.table(QUERY_RECORD_COLUMNS);
    await table.row(queryRecordCells(entries, listed));
    count(byOutcome, "fault" in listed ? `內容不一致 ${listed.fault}` : outcomeWord(listed.entry.outcome));
    if (!("fault" in listed)) count(byAsker, whoAsked(listed).replace("\n", " "));
  }
  await report.heading("合計");
  if (entries === 0) await report.paragraph("本月無查詢紀錄。");
  const totals = [...byAsker, ...byOutcome].map(([name, number]) => [name, `${number.toLocaleString("en")} 筆`] as const);
  await report.fields([["總筆數", `${entries.toLocaleString("en")} 筆`], ...totals]);
  await report.signatures(["列印人", "查核人員", "單位主管"]);
  return { ...(await report.finish()), entries };
}

function count(totals: Map<string, number>, name: string): void {
  totals.set(name, (totals.get(name) ?? 0) + 1);
}

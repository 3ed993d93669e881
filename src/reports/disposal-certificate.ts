import type { Writable } from "node:stream";
import type { Disposal, DisposalStep } from "../domain/retention.ts";
import { rocMoment } from "../domain/roc-date.ts";
import { startReport, type WrittenReport } from "./report.ts";
import { ROLE_WORDS } from "./words.ts";

const STEP_WORDS: Readonly<Record<DisposalStep, string>> = {
  propose: "提出銷毀",
  hold: "依法保留",
  lift: "解除保留",
  approve: "核可銷毀",
  stop: "停止銷毀",
  dispose: "完成銷毀",
};
const STATEMENT =
  "銷毀前逐筆重算雜湊值，與簽署之雜湊樹相符；銷毀者為紀錄內容，雜湊值予以保留。持有下列檢查點者，仍得驗證各筆紀錄曾經存在，以及其餘紀錄未經增刪或竄改。" +
  "本證明不及於備份：備份中之同一月份，依備份期限清除。";

/** The end of a month of the log, as it is printed. */
export type PrintedDisposal = Required<Disposal> & {
  /** Epoch milliseconds. */
  readonly printedAt: number;
  readonly printedBy: string;
};

/**
 * Writes 查詢日誌銷毀證明: which month's entries are gone, by whose approval, every step to it, and what still proves them.
 * @clause 4(1)5
 * @clause 4(2)5
 */
export async function writeDisposalCertificate(printed: PrintedDisposal, sink: Writable): Promise<WrittenReport> {
  const { month, timeline, certificate, printedAt, printedBy } = printed;
  const { entries, ranges, checkpoint, approvedBy, disposedAt } = certificate;
  const [year = 0, number = 0] = month.split("-").map(Number);
  const documentNumber = `LD-${year - 1911}-${String(number).padStart(2, "0")}`;
  const report = await startReport(sink, { title: "查詢日誌銷毀證明", documentNumber, confidential: false, printedAt, printedBy });
  await report.fields([
    ["月份", `民國${year - 1911}年${number}月`],
    ["筆數", `${entries.toLocaleString("en")} 筆`],
    [
      "日誌位置",
      ranges.length === 0 ? "無" : ranges.map(([first, last]) => (first === last ? `${first}` : `${first} 至 ${last}`)).join("、"),
    ],
    ["核可人", approvedBy],
    ["銷毀時間", rocMoment(Date.parse(disposedAt))],
    ["證明範圍", STATEMENT],
  ]);
  await report.heading("歷程");
  const table = await report.table([
    { title: "時間", share: 16 },
    { title: "事項", share: 10 },
    { title: "人員", share: 16 },
    { title: "職務", share: 12 },
    { title: "理由", share: 30 },
  ]);
  for (const { step, account, role, reason, matter, takenAt } of timeline) {
    const why = role === "platform" ? "" : reason;
    const about = matter === undefined ? why : `案由：${matter}\n${why}`;
    await table.row([rocMoment(Date.parse(takenAt)), STEP_WORDS[step], role === "platform" ? "" : account, ROLE_WORDS[role], about]);
  }
  await report.heading("檢查點");
  await report.paragraph(checkpoint ?? "該月份沒有紀錄，不需要檢查點。");
  await report.signatures(["專責人員", "權責主管"]);
  return report.finish();
}

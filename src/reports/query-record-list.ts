import type { Writable } from "node:stream";
import { monthMoments } from "../domain/query-log-reading.ts";
import { ENTRY_COLUMNS } from "./entry-columns.ts";
import { countWords, type Printing, type WrittenEntryList, writeEntryList } from "./entry-list.ts";
import { type ListedEntry, whoAsked } from "./listed-entry.ts";
import { outcomeWord } from "./words.ts";

/** The month's list of queries. */
export interface QueryRecordList extends Printing {
  /** YYYY-MM. */
  readonly month: string;
  /** Signed by the log at the end of the month. */
  readonly checkpoint?: string | undefined;
  /** Oldest first. */
  readonly entries: AsyncIterable<ListedEntry>;
}

/**
 * Writes 查詢紀錄單: every query of a month, masked, with totals and the auditor's place to sign. A month without queries says so, and is signed too.
 * @clause 5(1)
 */
export function writeQueryRecordList(list: QueryRecordList, sink: Writable): Promise<WrittenEntryList> {
  const [year = "", month = ""] = list.month.split("-");
  const rocYear = Number(year) - 1911;
  const byAsker = new Map<string, number>();
  const byOutcome = new Map<string, number>();
  const count = (totals: Map<string, number>, name: string) => void totals.set(name, (totals.get(name) ?? 0) + 1);
  async function* counted(): AsyncGenerator<ListedEntry> {
    for await (const listed of list.entries) {
      count(byOutcome, "fault" in listed ? `內容不一致 ${listed.fault}` : outcomeWord(listed.entry.outcome));
      if (!("fault" in listed)) count(byAsker, whoAsked(listed).replace("\n", " "));
      yield listed;
    }
  }
  const unfinished = monthMoments(list.month).until > list.printedAt ? "（列印時尚未期滿）" : "";
  const content = {
    title: "查詢紀錄單",
    documentNumber: `QR-${rocYear}-${month}`,
    fields: [
      ["查詢期間", `民國${rocYear}年${Number(month)}月${unfinished}`],
      ["日誌檢查點", list.checkpoint ?? "未附"],
    ],
    columns: ENTRY_COLUMNS["record-list"],
    entries: counted(),
    none: "本月無查詢紀錄。",
    totals: () => [...byAsker, ...byOutcome].map(([name, number]) => [name, countWords(number)] as const),
    signers: ["列印人", "查核人員", "單位主管"],
  } as const;
  return writeEntryList(content, list, sink);
}

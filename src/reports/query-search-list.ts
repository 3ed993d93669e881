import type { Writable } from "node:stream";
import { rocMoment, taipeiDate, toRocDigits } from "../domain/roc-date.ts";
import { ENTRY_COLUMNS } from "./entry-columns.ts";
import { type Printing, type WrittenEntryList, writeEntryList } from "./entry-list.ts";
import type { ListedEntry } from "./listed-entry.ts";

/** What a search of the log found. */
export interface QuerySearchList extends Printing {
  /** What was looked for; a person or a case is not named. */
  readonly conditions: {
    readonly applicationNumber?: string | undefined;
    readonly operator?: string | undefined;
    /** Epoch milliseconds; just before `until`. */
    readonly from?: number | undefined;
    readonly until?: number | undefined;
    readonly byCase: boolean;
    readonly byPerson: boolean;
  };
  /** Entries that are listed at most. */
  readonly limit: number;
  /** Newest first. */
  readonly entries: AsyncIterable<ListedEntry>;
}

/** Writes 查詢紀錄清冊: what a search of the log found, masked; case numbers and reasons stay sealed. @clause 4(2)2 */
export function writeQuerySearchList(list: QuerySearchList, sink: Writable): Promise<WrittenEntryList> {
  const { applicationNumber, operator, from, until, byCase, byPerson } = list.conditions;
  const [first, last] = [from, until && until - 1].map((moment) => moment && rocMoment(moment).slice(0, 9));
  const content = {
    title: "查詢紀錄清冊",
    documentNumber: `QL-${toRocDigits(taipeiDate(list.printedAt))}-${rocMoment(list.printedAt).slice(-8).replaceAll(":", "")}`,
    fields: [
      ["介接服務", applicationNumber ?? "全部"],
      ["查詢者帳號", operator ?? "全部"],
      ["查詢期間", from === undefined && until === undefined ? "全部" : `${first ?? "最早"} 至 ${last ?? "列印時"}`],
      ["其他條件", [byCase ? "指定案號" : "", byPerson ? "指定被查詢者" : ""].filter((part) => part !== "").join("、") || "無"],
      ["說明", `由新到舊，最多 ${list.limit.toLocaleString("en")} 筆；案號與查詢事由須逐筆開啟，不在本清冊內。`],
    ],
    columns: ENTRY_COLUMNS.search,
    entries: list.entries,
    none: "沒有符合條件的查詢紀錄。",
    signers: ["列印人", "查核人員"],
  } as const;
  return writeEntryList(content, list, sink);
}

import type { Writable } from "node:stream";
import { ENTRY_COLUMNS } from "./entry-columns.ts";
import { type Printing, type WrittenEntryList, writeEntryList } from "./entry-list.ts";
import type { ListedEntry } from "./listed-entry.ts";

/** What a search of the log found. */
export interface QuerySearchList extends Printing {
  readonly documentNumber: string;
  /** What was looked for, without a person's ID number or a case number. */
  readonly conditions: readonly (readonly [label: string, value: string])[];
  readonly entries: AsyncIterable<ListedEntry>;
}

/** Writes 查詢紀錄清冊: what a search of the log found, masked; case numbers and reasons stay sealed. @clause 4(2)2 */
export function writeQuerySearchList(list: QuerySearchList, sink: Writable): Promise<WrittenEntryList> {
  const content = {
    title: "查詢紀錄清冊",
    documentNumber: list.documentNumber,
    fields: list.conditions,
    columns: ENTRY_COLUMNS.search,
    entries: list.entries,
    none: "沒有符合條件的查詢紀錄。",
    signers: ["列印人", "查核人員"],
  } as const;
  return writeEntryList(content, list, sink);
}

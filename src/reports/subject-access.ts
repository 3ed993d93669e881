import type { Writable } from "node:stream";
import { maskNationalId } from "../domain/national-id.ts";
import { ENTRY_COLUMNS } from "./entry-columns.ts";
import { type Printing, type WrittenEntryList, writeEntryList } from "./entry-list.ts";
import type { ListedEntry } from "./listed-entry.ts";

/** Who asked about a person. */
export interface SubjectAccess extends Printing {
  readonly requestNumber: string;
  /** Normalised; only its masked form is printed. */
  readonly nationalId: string;
  /** Oldest first. */
  readonly entries: AsyncIterable<ListedEntry>;
}

/** Writes 個人資料查詢紀錄: who asked about a person, for whoever has a right to know (Personal Data Protection Act §3, §10). @clause 4(2)5 */
export function writeSubjectAccess(access: SubjectAccess, sink: Writable): Promise<WrittenEntryList> {
  const { requestNumber, nationalId, entries } = access;
  const content = {
    title: "個人資料查詢紀錄",
    documentNumber: `SA-${requestNumber}`,
    fields: [
      ["申請案號", requestNumber],
      ["當事人", maskNationalId(nationalId)],
      ["說明", "下列為本平臺日誌保存期間內，各機關以當事人之身分證統一編號查詢之全部紀錄。平臺僅答復是否，不提供戶籍資料。"],
    ],
    columns: ENTRY_COLUMNS["subject-access"],
    entries,
    none: "保存期間內無查詢紀錄。",
    signers: ["承辦人員", "單位主管"],
  } as const;
  return writeEntryList(content, access, sink);
}

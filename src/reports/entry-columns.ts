import { maskPerson, type OpenedEntry } from "../domain/query-log-reading.ts";
import { rocMoment } from "../domain/roc-date.ts";
import { type Asker, type ListedEntry, whoAsked } from "./listed-entry.ts";
import type { Column } from "./report-row.ts";
import { answerWords, outcomeWord } from "./words.ts";

/** A column of a list of log entries, and what it says of each. */
export interface EntryColumn extends Column {
  readonly cell: (entry: OpenedEntry & { readonly asker: Asker | undefined }) => string;
}

const asked: EntryColumn = { title: "日期時間", share: 10, cell: ({ entry }) => rocMoment(Date.parse(entry.askedAt)) };
const asker: EntryColumn = { title: "機關／系統", share: 17, cell: whoAsked };
const operator: EntryColumn = { title: "查詢者帳號", share: 10, cell: ({ entry }) => entry.operator ?? "" };
const operationCode: EntryColumn = { title: "作業代號", share: 7, cell: ({ entry }) => entry.operationCode ?? "" };
const person: EntryColumn = { title: "被查詢者", share: 10, cell: ({ subject }) => maskPerson(subject) };
const caseNumber: EntryColumn = { title: "案號", share: 13, cell: (entry) => entry.caseNumber ?? "" };
const reason: EntryColumn = { title: "查詢事由", share: 17, cell: (entry) => entry.reason ?? "" };
const answers: EntryColumn = { title: "查詢項目及答復", share: 13, cell: ({ entry }) => answerWords(entry.checks, entry.answers) };
const outcome: EntryColumn = { title: "結果", share: 11, cell: ({ entry }) => outcomeWord(entry.outcome) };
const entryId: EntryColumn = { title: "紀錄編號", share: 16, cell: ({ entry }) => entry.entryId };

/** What each list of entries has in it, besides the line's number: only the person's own list says what was answered, and only a search is masked. */
export const ENTRY_COLUMNS = {
  "record-list": [asked, asker, operator, operationCode, person, caseNumber, reason, outcome],
  "subject-access": [asked, asker, operator, operationCode, caseNumber, reason, answers, outcome],
  search: [asked, asker, operator, operationCode, person, outcome, entryId],
} as const satisfies Record<string, readonly EntryColumn[]>;

export const NUMBER_COLUMN: Column = { title: "序號", share: 5, align: "right" };

/** One line of a list; of an entry that disagrees with itself nothing but its id and the code of what is wrong. */
export function entryCells(columns: readonly EntryColumn[], number: number, listed: ListedEntry): string[] {
  if ("fault" in listed)
    return [
      String(number),
      ...columns.map((_, place) =>
        place === 1 ? `紀錄 ${listed.entryId} 內容不一致，不予列印` : place === columns.length - 1 ? listed.fault : "",
      ),
    ];
  return [String(number), ...columns.map(({ cell }) => cell(listed))];
}

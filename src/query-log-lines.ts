import { printableText } from "./domain/printable-text.ts";
import { maskPerson } from "./domain/query-log-reading.ts";
import { rocMoment } from "./domain/roc-date.ts";
import { type ListedEntry, whoAsked } from "./reports/listed-entry.ts";
import { outcomeWord } from "./reports/words.ts";

/** How entries are shown: `masked` without case and reason, or whole. */
export type Showing = "masked" | "whole";

/** What was shown; `last` is the last entry's id. */
export interface Shown {
  readonly entries: number;
  readonly faults: number;
  readonly last: string;
}

/** Prints entries as they come: for machines one JSON object a line, for people one line, or one line a field when whole. */
export async function printEntries(
  entries: AsyncIterable<ListedEntry>,
  showing: Showing,
  json: boolean,
  print: (line: string) => void,
): Promise<Shown> {
  const shown = { entries: 0, faults: 0, last: "" };
  for await (const listed of entries) {
    const isFault = "fault" in listed;
    shown.entries += 1;
    if (isFault) shown.faults += 1;
    shown.last = isFault ? listed.entryId : listed.entry.entryId;
    const lines = json ? [JSON.stringify(membersOf(listed, showing))] : linesOf(listed, showing);
    for (const line of lines) print(printableText(line));
  }
  return shown;
}

function membersOf(listed: ListedEntry, showing: Showing): object {
  if ("fault" in listed) return listed;
  const { entry, asker, caseNumber, reason, subject } = listed;
  const { sealed: _sealed, salt: _salt, ...open } = entry;
  if (showing === "whole") return { ...open, ...asker, caseNumber, reason, subject };
  const { entryId, askedAt, operator, operationCode, outcome } = entry;
  return { entryId, askedAt, ...asker, operator, operationCode, subject: maskPerson(subject).replace("\n", " "), outcome };
}

function linesOf(listed: ListedEntry, showing: Showing): string[] {
  if ("fault" in listed) return [`${listed.entryId}  ${listed.fault}: not shown`];
  if (showing === "whole")
    return Object.entries(membersOf(listed, showing)).map(
      ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
  const { entry, subject } = listed;
  const parts = [entry.entryId, rocMoment(Date.parse(entry.askedAt)), whoAsked(listed), entry.operator, entry.operationCode];
  return [[...parts, maskPerson(subject), outcomeWord(entry.outcome)].map((part) => (part ?? "-").replaceAll("\n", " ")).join("  ")];
}

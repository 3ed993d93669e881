import { monthOfEntry, readCanonicalEntry, timeOfEntryId } from "../domain/query-log-form.ts";
import { columnsOf, differingColumns, entryIdOfColumns } from "../log-export/columns.ts";
import type { Finding } from "./finding.ts";

/** An entry as its canonical bytes tell it, or, when they can't, its columns. */
export interface CheckedEntry {
  readonly entryId: string | undefined;
  /** Epoch milliseconds; NaN when the bytes aren't an entry. */
  readonly askedAt: number;
}

/** An entry to check: its bytes, one character each, its place, and its leaf hash in hexadecimal. */
export interface EntryBytes {
  readonly text: string;
  readonly index: number;
  readonly leafHash: string;
}

/** The line of an entry in a columns file. @returns whether it is exactly this one; undefined: there are no columns */
export type ColumnsLine = { readonly is: (wanted: string) => boolean; readonly text: () => string } | undefined;

/**
 * Checks one entry by itself: its form, that its id and its time are of the same moment, and that its columns are what its bytes say.
 * @param report told what is wrong
 * @clause 4(2)5
 */
export function checkEntry({ text, index, leafHash }: EntryBytes, line: ColumnsLine, report: (finding: Finding) => void): CheckedEntry {
  const entry = readCanonicalEntry(text);
  if (entry === undefined) {
    const entryId = entryIdOfColumns(line?.text());
    report({ kind: "entry-form", index, ...nameOf(entryId), what: `Entry ${index} isn't the canonical text of a query, version 1.` });
    return { entryId, askedAt: Number.NaN };
  }
  const { entryId } = entry;
  const askedAt = timeOfEntryId(entryId);
  if (Date.parse(entry.askedAt) !== askedAt) {
    const what = `Entry ${index} says that it was asked at ${entry.askedAt}, its id says another time.`;
    report({ kind: "entry-time", index, ...nameOf(entryId), what });
  }
  const wanted = columnsOf(entry, leafHash);
  if (line !== undefined && !line.is(wanted)) {
    const names = differingColumns(line.text(), wanted).join(", ") || "their form";
    report({
      kind: "columns-differ",
      index,
      ...nameOf(entryId),
      what: `Columns of entry ${index} don't say what its bytes say: ${names}.`,
    });
  }
  return { entryId, askedAt };
}

/** How a finding names an entry: its id and the month in it. */
export function nameOf(entryId: string | undefined): Pick<Finding, "entryId" | "month"> {
  const time = entryId === undefined ? Number.NaN : timeOfEntryId(entryId);
  return { entryId, month: Number.isNaN(time) ? undefined : monthOfEntry(time) };
}

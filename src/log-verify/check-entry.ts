import { monthOfEntry, readCanonicalEntry, timeOfEntryId } from "../domain/query-log-form.ts";
import { columnsOf, differingColumns, entryIdOfColumns } from "../log-export/columns.ts";
import type { Finding } from "./finding.ts";

/** What an entry's bytes and columns say, and what is wrong with them. */
export interface CheckedEntry {
  readonly entryId: string | undefined;
  readonly month: string | undefined;
  /** Epoch milliseconds; NaN when the bytes aren't an entry. */
  readonly askedAt: number;
}

/**
 * Checks one entry by itself: its form, that its id and its time are of the same moment, and that its columns are what its bytes say.
 * @param text holds the entry's bytes, one character each, from `begin` up to `end`
 * @param columns its line
 * @param report told what is wrong
 * @clause 4(2)5
 */
export function checkEntry(
  { text, begin, end, index, leafHash }: { text: string; begin: number; end: number; index: number; leafHash: string },
  columns: string | undefined,
  report: (finding: Finding) => void,
): CheckedEntry {
  const entry = readCanonicalEntry(text, begin, end);
  if (entry === undefined) {
    const entryId = entryIdOfColumns(columns);
    const place = { index, entryId, month: monthOf(entryId) };
    report({ kind: "entry-form", ...place, what: `Entry ${index} isn't the canonical text of a query, version 1.` });
    return { ...place, askedAt: Number.NaN };
  }
  const { entryId } = entry;
  const askedAt = timeOfEntryId(entryId);
  const checked = { entryId, month: monthOfEntry(askedAt), askedAt };
  const place = { index, entryId, month: checked.month };
  if (new Date(askedAt).toISOString() !== entry.askedAt)
    report({ kind: "entry-time", ...place, what: `Entry ${index} says that it was asked at ${entry.askedAt}, its id says another time.` });
  const wanted = columnsOf(entry, leafHash);
  if (columns !== undefined && columns !== wanted) {
    const names = differingColumns(columns, wanted).join(", ");
    report({ kind: "columns-differ", ...place, what: `Columns of entry ${index} don't say what its bytes say: ${names || "their form"}.` });
  }
  return checked;
}

function monthOf(entryId: string | undefined): string | undefined {
  const time = entryId === undefined ? Number.NaN : timeOfEntryId(entryId);
  return Number.isNaN(time) ? undefined : monthOfEntry(time);
}

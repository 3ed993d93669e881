import type { Writable } from "node:stream";
import { type EntryColumn, entryCells, NUMBER_COLUMN } from "./entry-columns.ts";
import type { ListedEntry } from "./listed-entry.ts";
import { startReport, type WrittenReport } from "./report.ts";

/** Who prints, and when (epoch milliseconds). */
export interface Printing {
  readonly printedAt: number;
  readonly printedBy: string;
}

/** A document that lists entries of the query log. */
export interface EntryList {
  readonly title: string;
  readonly documentNumber: string;
  /** What the list is of. */
  readonly fields: readonly (readonly [label: string, value: string])[];
  readonly columns: readonly EntryColumn[];
  readonly entries: AsyncIterable<ListedEntry>;
  /** Said instead of the lines where there are none. */
  readonly none: string;
  /** What is said at the end besides the number of entries. */
  readonly totals?: () => readonly (readonly [label: string, value: string])[];
  readonly signers: readonly string[];
}

/** A document of entries, and how many it has. */
export type WrittenEntryList = WrittenReport & { readonly entries: number };

/**
 * Writes a list of entries, marked 密 on every page: what it is of, a line for each entry, how many there are, and the places to sign.
 * @clause 4(2)3
 */
export async function writeEntryList(list: EntryList, { printedAt, printedBy }: Printing, sink: Writable): Promise<WrittenEntryList> {
  const { title, documentNumber, columns } = list;
  const report = await startReport(sink, { title, documentNumber, confidential: true, landscape: true, printedAt, printedBy });
  await report.fields(list.fields);
  let entries = 0;
  let table: Awaited<ReturnType<typeof report.table>> | undefined;
  for await (const listed of list.entries) {
    entries += 1;
    table ??= await report.table([NUMBER_COLUMN, ...columns]);
    await table.row(entryCells(columns, entries, listed));
  }
  await report.heading("合計");
  if (entries === 0) await report.paragraph(list.none);
  await report.fields([["總筆數", countWords(entries)], ...(list.totals?.() ?? [])]);
  await report.signatures(list.signers);
  return { ...(await report.finish()), entries };
}

export function countWords(count: number): string {
  return `${count.toLocaleString("en")} 筆`;
}

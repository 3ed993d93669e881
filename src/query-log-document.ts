import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { extname } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BYTE_ORDER_MARK, csvLine } from "./reports/csv.ts";
import { ENTRY_COLUMNS, type EntryColumn, entryCells, NUMBER_COLUMN } from "./reports/entry-columns.ts";
import type { Printing } from "./reports/entry-list.ts";
import type { ListedEntry } from "./reports/listed-entry.ts";
import { writeQueryRecordList } from "./reports/query-record-list.ts";
import { type QuerySearchList, writeQuerySearchList } from "./reports/query-search-list.ts";
import { writeSubjectAccess } from "./reports/subject-access.ts";

/** What is written of opened entries. */
export type QueryLogDocument = { readonly entries: AsyncIterable<ListedEntry> } & (
  | { readonly kind: "record-list"; readonly month: string; readonly checkpoint?: string | undefined }
  | { readonly kind: "subject-access"; readonly requestNumber: string; readonly nationalId: string }
  | ({ readonly kind: "search" } & Pick<QuerySearchList, "conditions" | "limit">)
);

/** A PDF, or a CSV for spreadsheets. */
export const DOCUMENT_FORMATS = ["pdf", "csv"] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

/** What is known of a document once it is written; `said` adds to the sentence about it. */
interface WrittenDocument {
  readonly entries: number;
  readonly faults: number;
  readonly said: string;
}

/** Writes a document into a sink, and ends that. Memory doesn't grow with the entries. @clause 4(2)3 */
export async function writeDocumentTo(
  document: QueryLogDocument,
  format: DocumentFormat,
  sink: Writable,
  printing: Printing,
): Promise<WrittenDocument> {
  const tally = { entries: 0, faults: 0 };
  const counted = { ...document, entries: count(document.entries, tally) };
  const said = format === "csv" ? await writeCsv(counted, sink) : await writePdf(counted, sink, printing);
  return { ...tally, said };
}

/**
 * Writes a document into a new file that only its owner may read, in the format that the file's name ends in. What could not be finished does not
 * get the file's name.
 * @clause 4(2)3
 */
export async function writeDocument(document: QueryLogDocument, file: string, printing: Printing): Promise<WrittenDocument> {
  const format = DOCUMENT_FORMATS.find((known) => extname(file).toLowerCase() === `.${known}`);
  if (format === undefined) throw new Error("The name after --out ends in .pdf or .csv.");
  if (existsSync(file)) throw new Error("The file after --out is there already: give another name.");
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  const sink = createWriteStream(partial, { flags: "wx", mode: 0o600 });
  await once(sink, "open").catch(() => {
    throw new Error("The file after --out can't be made there: give another folder.");
  });
  try {
    const written = await writeDocumentTo(document, format, sink, printing);
    await rename(partial, file);
    return written;
  } catch (error) {
    sink.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}

async function writePdf(document: QueryLogDocument, sink: Writable, printing: Printing): Promise<string> {
  const { pages, contentSha256 } = await pdfOf(document, sink, printing);
  return ` (${pages} pages, content SHA-256 ${contentSha256})`;
}

function pdfOf(document: QueryLogDocument, sink: Writable, printing: Printing) {
  if (document.kind === "record-list") return writeQueryRecordList({ ...document, ...printing }, sink);
  if (document.kind === "subject-access") return writeSubjectAccess({ ...document, ...printing }, sink);
  return writeQuerySearchList({ ...document, ...printing }, sink);
}

async function writeCsv(document: QueryLogDocument, sink: Writable): Promise<string> {
  await pipeline(Readable.from(csvOf(document.entries, ENTRY_COLUMNS[document.kind])), sink);
  return "";
}

async function* csvOf(entries: AsyncIterable<ListedEntry>, columns: readonly EntryColumn[]): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine([NUMBER_COLUMN, ...columns].map(({ title }) => title));
  let number = 0;
  for await (const listed of entries) {
    number += 1;
    yield csvLine(entryCells(columns, number, listed).map((cell) => cell.replaceAll("\n", " ")));
  }
}

async function* count(entries: AsyncIterable<ListedEntry>, tally: { entries: number; faults: number }): AsyncGenerator<ListedEntry> {
  for await (const listed of entries) {
    tally.entries += 1;
    if ("fault" in listed) tally.faults += 1;
    yield listed;
  }
}

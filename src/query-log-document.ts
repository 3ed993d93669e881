import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { extname } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BYTE_ORDER_MARK, csvLine } from "./reports/csv.ts";
import type { ListedEntry } from "./reports/listed-entry.ts";
import { QUERY_RECORD_COLUMNS, queryRecordCells, writeQueryRecordList } from "./reports/query-record-list.ts";
import { SUBJECT_ACCESS_COLUMNS, subjectAccessCells, writeSubjectAccess } from "./reports/subject-access.ts";

/** What is written of opened entries. */
export type QueryLogDocument = { readonly entries: AsyncIterable<ListedEntry> } & (
  | { readonly kind: "record-list"; readonly month: string; readonly checkpoint?: string | undefined }
  | { readonly kind: "subject-access"; readonly requestNumber: string; readonly nationalId: string }
);

/** Who prints, and when (epoch milliseconds). */
interface Printing {
  readonly printedAt: number;
  readonly printedBy: string;
}

/**
 * Writes a document into a new file that only its owner may read: a PDF, or a CSV for spreadsheets, by the file's name. What could not be
 * finished does not get the file's name. Memory doesn't grow with the entries.
 * @clause 4(2)3
 */
export async function writeDocument(
  document: QueryLogDocument,
  file: string,
  printing: Printing,
): Promise<{ readonly entries: number; readonly faults: number; readonly said: string }> {
  const kind = extname(file).toLowerCase();
  if (kind !== ".pdf" && kind !== ".csv") throw new Error("The name after --out ends in .pdf or .csv.");
  if (existsSync(file)) throw new Error("The file after --out is there already: give another name.");
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  const sink = createWriteStream(partial, { flags: "wx", mode: 0o600 });
  await once(sink, "open").catch(() => {
    throw new Error("The file after --out can't be made there: give another folder.");
  });
  const tally = { entries: 0, faults: 0 };
  const counted = { ...document, entries: count(document.entries, tally) };
  try {
    const said = kind === ".csv" ? await writeCsv(counted, sink) : await writePdf(counted, sink, printing);
    await rename(partial, file);
    return { ...tally, said };
  } catch (error) {
    sink.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}

async function writePdf(document: QueryLogDocument, sink: Writable, printing: Printing): Promise<string> {
  const { pages, contentSha256 } =
    document.kind === "record-list"
      ? await writeQueryRecordList({ ...document, ...printing }, sink)
      : await writeSubjectAccess({ ...document, ...printing }, sink);
  return ` (${pages} pages, content SHA-256 ${contentSha256})`;
}

async function writeCsv(document: QueryLogDocument, sink: Writable): Promise<string> {
  await pipeline(Readable.from(csvOf(document)), sink);
  return "";
}

async function* csvOf(document: QueryLogDocument): AsyncGenerator<string> {
  const [columns, cellsOf] =
    document.kind === "record-list"
      ? ([QUERY_RECORD_COLUMNS, queryRecordCells] as const)
      : ([SUBJECT_ACCESS_COLUMNS, subjectAccessCells] as const);
  yield BYTE_ORDER_MARK + csvLine(columns.map(({ title }) => title));
  let number = 0;
  for await (const listed of document.entries) {
    number += 1;
    yield csvLine(cellsOf(number, listed).map((cell) => cell.replaceAll("\n", " ")));
  }
}

async function* count(entries: AsyncIterable<ListedEntry>, tally: { entries: number; faults: number }): AsyncGenerator<ListedEntry> {
  for await (const listed of entries) {
    tally.entries += 1;
    if ("fault" in listed) tally.faults += 1;
    yield listed;
  }
}

import { parse } from "csv-parse/sync";
import { decodeLines, isCleanUtf8, type SourceEncoding, UNDECODABLE } from "../adapters/source-text.ts";
import {
  type BadRow,
  type Columns,
  type DatasetKind,
  parseHouseholdRow,
  parseListRow,
  type RowErrorCode,
  recogniseColumns,
} from "../domain/dataset-import-row.ts";
import { DeliveryRejected } from "../domain/delivery-rejected.ts";
import type { CopyWriter } from "./dataset-import-copy.ts";

/** How to read a file's lines, as its header tells. */
export interface SourceFormat {
  readonly kind: DatasetKind;
  readonly encoding: SourceEncoding;
  readonly columns: Columns;
  readonly fieldCount: number;
  /** ISO 8601. */
  readonly today: string;
}

/** What came of a block of lines. */
export interface ReadRows {
  readonly rows: number;
  readonly badRows: number;
  /** The first of them. */
  readonly firstBadRows: readonly BadRow[];
}

/** Bad rows that are told one by one; of more, only the number. */
export const BAD_ROWS_TOLD = 50;

/**
 * Recognises a header line: UTF-8 (a byte order mark is allowed) or Big5, whichever gives known columns. A header in plain ASCII says nothing
 * about the rows' encoding, so the dataset's setting decides.
 * @throws DeliveryRejected `unknown-columns`
 */
export function readHeader(
  line: Buffer,
  kind: DatasetKind,
  usual: SourceEncoding,
): Pick<SourceFormat, "columns" | "encoding" | "fieldCount"> {
  const ascii = line.every((byte) => byte < 0x80);
  const encodings: readonly SourceEncoding[] = ascii ? [usual] : ["utf-8", "big5"];
  for (const encoding of encodings) {
    const titles = fieldsOf(decodeLines(line, encoding).replace(/^\uFEFF/, ""));
    const columns = titles && recogniseColumns(kind, titles);
    if (titles && columns) return { columns, encoding, fieldCount: titles.length };
  }
  throw new DeliveryRejected("unknown-columns");
}

function fieldsOf(line: string): string[] | undefined {
  try {
    return (parse(line) as string[][])[0];
  } catch {
    return undefined;
  }
}

/**
 * Reads a block of whole records and hands each good row to the writer.
 * @param firstLine number of the block's first line in the file, from 1
 * @throws DeliveryRejected `malformed-csv`
 * @clause 4(1)1
 */
export function readRows(block: Buffer, firstLine: number, format: SourceFormat, writer: CopyWriter): ReadRows {
  const text = decodeLines(block, format.encoding);
  const undecodable = (format.encoding === "big5" || !isCleanUtf8(block)) && text.includes(UNDECODABLE);
  let rows = 0;
  let badRows = 0;
  const firstBadRows: BadRow[] = [];

  function read(fields: readonly string[], line: number): void {
    rows += 1;
    const fault = readRow(fields, line, format, writer, undecodable);
    if (fault === undefined) return;
    badRows += 1;
    if (firstBadRows.length < BAD_ROWS_TOLD) firstBadRows.push({ line, code: fault });
  }

  if (text.includes('"')) readQuoted(text, firstLine, read);
  else readPlain(text, firstLine, read);
  return { rows, badRows, firstBadRows };
}

function readRow(
  fields: readonly string[],
  line: number,
  format: SourceFormat,
  writer: CopyWriter,
  undecodable: boolean,
): RowErrorCode | undefined {
  if (fields.length !== format.fieldCount) return "wrong-number-of-fields";
  if (undecodable && fields.some((field) => field.includes(UNDECODABLE))) return "undecodable-text";
  if (format.kind === "household") {
    const row = parseHouseholdRow(format.columns, fields, format.today);
    if (typeof row === "string") return row;
    writer.household(row, line);
  } else {
    const row = parseListRow(format.columns, fields);
    if (typeof row === "string") return row;
    writer.list(row, line);
  }
  return undefined;
}

/** Without quotes a line is a record and a comma parts its fields: five times as fast as the parser, which costs more than the decryption. */
function readPlain(text: string, firstLine: number, read: (fields: readonly string[], line: number) => void): void {
  let line = firstLine;
  for (let start = 0; start < text.length; line += 1) {
    const newline = text.indexOf("\n", start);
    const next = newline === -1 ? text.length : newline;
    const end = text.charCodeAt(next - 1) === 13 && next > start ? next - 1 : next;
    if (end > start) read(fieldsBetween(text, start, end), line);
    start = next + 1;
  }
}

/** The fields that `split` would give, without the copy of the line that it needs: half its time. */
function fieldsBetween(text: string, start: number, end: number): string[] {
  const fields: string[] = [];
  let begin = start;
  for (let comma = text.indexOf(",", begin); comma !== -1 && comma < end; comma = text.indexOf(",", begin)) {
    fields.push(text.slice(begin, comma));
    begin = comma + 1;
  }
  fields.push(text.slice(begin, end));
  return fields;
}

function readQuoted(text: string, firstLine: number, read: (fields: readonly string[], line: number) => void): void {
  for (const { record, info } of parseQuoted(text)) {
    // The parser numbers a record by its last line; its first is what people look for.
    const breaks = record.reduce((sum, field) => sum + field.split("\n").length - 1, 0);
    read(record, firstLine + info.lines - 1 - breaks);
  }
}

interface QuotedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function parseQuoted(text: string): QuotedRecord[] {
  try {
    // The same ends of lines as without quotes; the parser would take the first one it finds for all of them.
    const options = { info: true, relaxColumnCount: true, skipEmptyLines: true, recordDelimiter: ["\r\n", "\n"] };
    return parse(text, options) as unknown as QuotedRecord[];
  } catch {
    throw new DeliveryRejected("malformed-csv");
  }
}

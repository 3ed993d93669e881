import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import { createPdfDocument } from "../adapters/pdf-document.ts";
import type { TextStyle } from "../adapters/pdf-font.ts";
import { LINE_HEIGHT, MARGIN, type ReportHead, SMALL, startPages } from "./report-page.ts";
import { type Column, drawRow, drawTableHead, rowHeight } from "./report-row.ts";
import { PLATFORM_NAME } from "./words.ts";

/** What is known of a document once it is written. */
export interface WrittenReport {
  readonly pages: number;
  /**
   * SHA-256 over the document's content, hexadecimal; it stands at the foot of every page. The content is UTF-8 text: for each block, in order,
   * the JSON array of its texts and a line feed. Blocks are title and document number; each heading, paragraph, labelled field, table head,
   * table row; and the titles of the boxes to sign in. When and by whom it was printed is no part of it.
   */
  readonly contentSha256: string;
}

/** A table that grows row by row over as many pages as it takes; its head is repeated on each. */
export interface ReportTable {
  row(cells: readonly string[]): Promise<void>;
}

/** A document being written, from top to bottom. */
export interface Report {
  heading(text: string): Promise<void>;
  paragraph(text: string): Promise<void>;
  /** Labels and values, as a form has them. */
  fields(fields: readonly (readonly [label: string, value: string])[]): Promise<void>;
  table(columns: readonly Column[]): Promise<ReportTable>;
  /** Boxes to sign in, side by side. */
  signatures(titles: readonly string[]): Promise<void>;
  finish(): Promise<WrittenReport>;
}

const BODY: TextStyle = { size: 10 };
const HEADING: TextStyle = { size: 11, bold: true };
const GAP = 6;
const SIGNATURE_HEIGHT = 66;
const FIELD_COLUMNS: readonly Column[] = [
  { title: "", share: 1, bold: true },
  { title: "", share: 5 },
];

/**
 * Begins a document on a sink. The same content, print time and printer give the same bytes; memory doesn't grow with the pages.
 * @clause 4(2)3
 */
export async function startReport(sink: Writable, head: ReportHead): Promise<Report> {
  const { title, documentNumber, printedAt, landscape = false } = head;
  const pdf = createPdfDocument(sink, { title: `${title} ${documentNumber}`, author: PLATFORM_NAME, createdAt: printedAt, landscape });
  const pages = await startPages(pdf, head);
  const hash = createHash("sha256");
  const note = (texts: readonly string[]) => void hash.update(`${JSON.stringify(texts)}\n`);

  note([title, documentNumber]);
  pages.line(PLATFORM_NAME, { size: 11 }, "centre");
  pages.line(title, { size: 18, bold: true }, "centre");
  for (const line of pages.wrap(`文件編號：${documentNumber}`, BODY)) pages.line(line, BODY, "right");
  pages.skip(GAP);

  return {
    async heading(text) {
      note([text]);
      // Never alone at the foot of a page.
      await pages.need(4 * BODY.size * LINE_HEIGHT);
      pages.skip(GAP);
      pages.line(text, HEADING);
    },
    async paragraph(text) {
      note([text]);
      for (const line of pages.wrap(text, BODY)) {
        await pages.need(BODY.size * LINE_HEIGHT);
        pages.line(line, BODY);
      }
      pages.skip(GAP);
    },
    async fields(fields) {
      pdf.line(MARGIN, pages.top(), MARGIN + pages.width, pages.top(), 0.8);
      for (const field of fields) {
        note(field);
        await drawRow(pages, FIELD_COLUMNS, field);
      }
      pages.skip(GAP);
    },
    async table(columns) {
      note(columns.map((column) => column.title));
      await pages.need(GAP + rowHeight(2) + rowHeight(3));
      pages.skip(GAP);
      drawTableHead(pages, columns);
      return {
        async row(cells) {
          note(cells);
          await drawRow(pages, columns, cells, () => drawTableHead(pages, columns));
        },
      };
    },
    async signatures(titles) {
      note(titles);
      await pages.need(SIGNATURE_HEIGHT + 2 * GAP);
      pages.skip(GAP);
      const width = pages.width / titles.length;
      for (const [place, boxTitle] of titles.entries()) {
        const x = MARGIN + place * width;
        pdf.rectangle(x, pages.top(), width, SIGNATURE_HEIGHT, { stroke: "0.4 0.4 0.43", width: 0.5 });
        pdf.text(boxTitle, x + GAP, pages.top() + 14, { size: 9, bold: true });
        pdf.text("日期：", x + GAP, pages.top() + SIGNATURE_HEIGHT - GAP, SMALL);
      }
      pages.skip(SIGNATURE_HEIGHT + GAP);
    },
    async finish() {
      const contentSha256 = hash.digest("hex");
      return { pages: await pages.finish(contentSha256), contentSha256 };
    },
  };
}

import type { PdfDocument } from "../adapters/pdf-document.ts";
import type { TextStyle } from "../adapters/pdf-font.ts";
import { rocMoment } from "../domain/roc-date.ts";
import { wrapText } from "./wrap-text.ts";

/** What the head and the foot of every page say. */
export interface ReportHead {
  readonly title: string;
  readonly documentNumber: string;
  /** Whether 密 stands on every page (clause 4(2)3). */
  readonly confidential: boolean;
  readonly landscape?: boolean;
  /** Epoch milliseconds. */
  readonly printedAt: number;
  /** Account of who printed it. */
  readonly printedBy: string;
}

/** The pages of a document, filled from top to bottom. Heights and places are in points. */
export interface ReportPages {
  readonly pdf: PdfDocument;
  /** Between the margins. */
  readonly width: number;
  /** How much a page of its own takes. */
  readonly wholeHeight: number;
  /** The first free place. */
  top(): number;
  room(): number;
  /** Goes to the next page where less than this height is left. */
  need(height: number): Promise<void>;
  skip(height: number): void;
  nextPage(): Promise<void>;
  /** Sets one line of text, and moves on by its height. */
  line(text: string, style: TextStyle, align?: "centre" | "right"): void;
  widthOf(text: string, style: TextStyle): number;
  /** Breaks a text into the lines that fit between the margins, or into another width. */
  wrap(text: string, style: TextStyle, width?: number): string[];
  /** @returns how many pages there are */
  finish(contentSha256: string): Promise<number>;
}

export const MARGIN = 42;
/** Chinese needs air between its lines. */
export const LINE_HEIGHT = 1.7;
export const SMALL: TextStyle = { size: 7.5, colour: "0.35 0.35 0.38" };
const SMALL_LINE = SMALL.size * LINE_HEIGHT;
/** With one line of text each; numbers and accounts may take more. */
const FOOT_HEIGHT = 44;
const HEAD_HEIGHT = 14;
/** 第 1 頁, and as much again for ／共 1 頁. */
const PAGE_NUMBER_WIDTH = 48;
const RED = "0.72 0.1 0.1";
const MARK_SIZE = 22;

/** Begins the first page. Each has a foot, those after the first have a head, and 密 stands on each of a confidential document. */
export async function startPages(pdf: PdfDocument, head: ReportHead): Promise<ReportPages> {
  const width = pdf.width - 2 * MARGIN;
  const wrap = (text: string, { size, bold }: TextStyle, wide = width) =>
    wrapText(text, wide / size, (character) => pdf.advanceOf(character, bold));
  const headLines = wrap(`${head.title}（續）　${head.documentNumber}`, SMALL, width - (head.confidential ? MARK_SIZE + 4 : 0));
  const headHeight = HEAD_HEIGHT + (headLines.length - 1) * SMALL_LINE;
  const printed = `文件編號：${head.documentNumber}　列印時間：${rocMoment(head.printedAt)}　列印人：${head.printedBy}`;
  const footLines = wrap(printed, SMALL, width - 2 * PAGE_NUMBER_WIDTH);
  const footHeight = FOOT_HEIGHT + (footLines.length - 1) * SMALL_LINE;
  const bottom = pdf.height - footHeight - 4;
  const pageTotal = pdf.later(SMALL);
  const contentHash = pdf.later(SMALL);
  let pages = 0;
  let y = MARGIN;

  function widthOf(text: string, { size, bold }: TextStyle): number {
    return [...text].reduce((sum, character) => sum + pdf.advanceOf(character, bold) * size, 0);
  }

  function confidentialMark(): void {
    const x = pdf.width - MARGIN - MARK_SIZE;
    const top = MARGIN - MARK_SIZE / 2;
    pdf.rectangle(x, top, MARK_SIZE, MARK_SIZE, { stroke: RED, width: 1.2 });
    pdf.text("密", x + 3, top + MARK_SIZE - 5, { size: 16, bold: true, colour: RED });
  }

  function smallLines(lines: readonly string[], baseline: number): void {
    for (const [place, line] of lines.entries()) pdf.text(line, MARGIN, baseline + place * SMALL_LINE, SMALL);
  }

  function foot(): void {
    const top = pdf.height - footHeight;
    const baseline = top + 12;
    const right = pdf.width - MARGIN - PAGE_NUMBER_WIDTH;
    const page = `第 ${pages} 頁`;
    pdf.line(MARGIN, top, pdf.width - MARGIN, top, 0.4);
    smallLines(footLines, baseline);
    pdf.text(page, right - widthOf(page, SMALL), baseline, SMALL);
    pageTotal.place(right, baseline);
    contentHash.place(MARGIN, baseline + footLines.length * SMALL_LINE);
  }

  async function nextPage(): Promise<void> {
    await pdf.addPage();
    pages += 1;
    y = MARGIN;
    if (pages > 1) {
      smallLines(headLines, MARGIN);
      y += headHeight;
    }
    if (head.confidential) confidentialMark();
    foot();
  }

  await nextPage();
  return {
    pdf,
    width,
    wholeHeight: bottom - MARGIN - headHeight,
    top: () => y,
    room: () => bottom - y,
    async need(height) {
      if (height > bottom - y) await nextPage();
    },
    skip(height) {
      y += height;
    },
    nextPage,
    line(text, style, align) {
      const free = width - widthOf(text, style);
      const indent = align === undefined ? 0 : align === "right" ? free : free / 2;
      pdf.text(text, MARGIN + indent, y + style.size * 1.25, style);
      y += style.size * LINE_HEIGHT;
    },
    widthOf,
    wrap,
    async finish(contentSha256) {
      pageTotal.fill(`／共 ${pages} 頁`);
      contentHash.fill(`內容雜湊 SHA-256：${contentSha256}`);
      await pdf.end();
      return pages;
    },
  };
}

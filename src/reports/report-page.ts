import type { PdfDocument } from "../adapters/pdf-document.ts";
import type { TextStyle } from "../adapters/pdf-font.ts";
import { rocMoment } from "../domain/roc-date.ts";

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
  /** @returns how many pages there are */
  finish(contentSha256: string): Promise<number>;
}

export const MARGIN = 42;
/** Chinese needs air between its lines. */
export const LINE_HEIGHT = 1.7;
export const SMALL: TextStyle = { size: 7.5, colour: "0.35 0.35 0.38" };
const FOOT_HEIGHT = 44;
const HEAD_HEIGHT = 14;
const RED = "0.72 0.1 0.1";
const MARK_SIZE = 22;

/** Begins the first page. Each has a foot, those after the first have a head, and 密 stands on each of a confidential document. */
export async function startPages(pdf: PdfDocument, head: ReportHead): Promise<ReportPages> {
  const width = pdf.width - 2 * MARGIN;
  const bottom = pdf.height - FOOT_HEIGHT - 4;
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

  function foot(): void {
    const top = pdf.height - FOOT_HEIGHT;
    const baseline = top + 12;
    const right = pdf.width - MARGIN - 48;
    const page = `第 ${pages} 頁`;
    const printed = `文件編號：${head.documentNumber}　列印時間：${rocMoment(head.printedAt)}　列印人：${head.printedBy}`;
    pdf.line(MARGIN, top, pdf.width - MARGIN, top, 0.4);
    pdf.text(printed, MARGIN, baseline, SMALL);
    pdf.text(page, right - widthOf(page, SMALL), baseline, SMALL);
    pageTotal.place(right, baseline);
    contentHash.place(MARGIN, baseline + SMALL.size * LINE_HEIGHT);
  }

  async function nextPage(): Promise<void> {
    await pdf.addPage();
    pages += 1;
    y = MARGIN;
    if (pages > 1) {
      pdf.text(`${head.title}（續）　${head.documentNumber}`, MARGIN, MARGIN, SMALL);
      y += HEAD_HEIGHT;
    }
    if (head.confidential) confidentialMark();
    foot();
  }

  await nextPage();
  return {
    pdf,
    width,
    wholeHeight: bottom - MARGIN - HEAD_HEIGHT,
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
    async finish(contentSha256) {
      pageTotal.fill(`／共 ${pages} 頁`);
      contentHash.fill(`內容雜湊 SHA-256：${contentSha256}`);
      await pdf.end();
      return pages;
    },
  };
}

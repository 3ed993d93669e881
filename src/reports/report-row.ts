import { LINE_HEIGHT, MARGIN, type ReportPages } from "./report-page.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Share of the width, against those of the other columns. */
  readonly share: number;
  readonly align?: "right";
  readonly bold?: boolean;
}

const SIZE = 9;
const PADDING = 4;
/** Lines of a row longer than a page that stay together. */
const FEWEST_LINES = 3;

/** The height of a row of so many lines. */
export function rowHeight(lines: number): number {
  return lines * SIZE * LINE_HEIGHT + 2 * PADDING;
}

/** Draws a table's head: the columns' titles. */
export function drawTableHead(pages: ReportPages, columns: readonly Column[]): void {
  const titles = columns.map((column) => ({ ...column, bold: true }));
  const cells = wrapCells(
    pages,
    titles,
    columns.map(({ title }) => title),
  );
  const height = rowHeight(longest(cells));
  pages.pdf.rectangle(MARGIN, pages.top(), pages.width, height, { fill: 0.92 });
  pages.pdf.line(MARGIN, pages.top(), MARGIN + pages.width, pages.top(), 0.8);
  drawCells(pages, titles, cells);
}

/** Draws a row. One that does not fit goes to the next page, and one longer than a page goes on there; `headOf` draws what a page begins with. */
export async function drawRow(
  pages: ReportPages,
  columns: readonly Column[],
  texts: readonly string[],
  headOf: () => void = () => undefined,
): Promise<void> {
  let cells = wrapCells(pages, columns, texts);
  const wholePage = Math.floor((pages.wholeHeight - rowHeight(FEWEST_LINES)) / (SIZE * LINE_HEIGHT));
  for (;;) {
    const lines = longest(cells);
    const room = Math.floor((pages.room() - 2 * PADDING) / (SIZE * LINE_HEIGHT));
    const broken = lines > wholePage && room >= FEWEST_LINES;
    const taken = lines <= room ? lines : broken ? room : 0;
    if (taken > 0)
      drawCells(
        pages,
        columns,
        cells.map((cell) => cell.slice(0, taken)),
      );
    if (taken === lines) return;
    cells = cells.map((cell) => cell.slice(taken));
    await pages.nextPage();
    headOf();
  }
}

function wrapCells(pages: ReportPages, columns: readonly Column[], texts: readonly string[]): string[][] {
  return columns.map((column, place) => pages.wrap(texts[place] ?? "", { ...column, size: SIZE }, cellWidth(columns, column, pages.width)));
}

function drawCells(pages: ReportPages, columns: readonly Column[], cells: readonly (readonly string[])[]): void {
  const { pdf, width } = pages;
  let x = MARGIN + PADDING;
  for (const [place, column] of columns.entries()) {
    const style = { size: SIZE, bold: column.bold ?? false };
    const wide = cellWidth(columns, column, width);
    for (const [index, line] of (cells[place] ?? []).entries()) {
      const indent = column.align === "right" ? wide - pages.widthOf(line, style) : 0;
      pdf.text(line, x + indent, pages.top() + PADDING + SIZE * (index * LINE_HEIGHT + 1.15), style);
    }
    x += wide + 2 * PADDING;
  }
  pages.skip(rowHeight(longest(cells)));
  pdf.line(MARGIN, pages.top(), MARGIN + width, pages.top(), 0.4, "0.6 0.6 0.62");
}

function longest(cells: readonly (readonly string[])[]): number {
  return Math.max(...cells.map(({ length }) => length));
}

function cellWidth(columns: readonly Column[], { share }: Column, width: number): number {
  return (width * share) / columns.reduce((sum, column) => sum + column.share, 0) - 2 * PADDING;
}

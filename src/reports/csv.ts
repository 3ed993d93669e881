/** What a spreadsheet would take for a formula, in any width, or skips before one. */
const FORMULA = /^[\s\u00a0]*[=+\-@\t\r＝＋－＠]/u;

/** Begins a CSV file, so that spreadsheets read it as UTF-8. */
export const BYTE_ORDER_MARK = "\ufeff";

/**
 * One record of a CSV file (RFC 4180). Every cell is quoted, and a text that a spreadsheet would carry out as a formula gets an apostrophe
 * before it: what operators sent must not act on an officer's machine.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${(FORMULA.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`).join(",")}\r\n`;
}

/** Latin words and numbers stay whole, but for what joins their parts; every other character may begin a line. */
const PIECES = /(?:(?![-/])[!-~\p{Script=Latin}\p{M}])+[-/]?|./gsu;
/** Marks that never begin a line: what stands before them goes along. */
const NEVER_FIRST = /^[、。，．；：？！）」』】〉》…％]$/u;

/**
 * Breaks a text into lines, as Chinese is set: between any two characters, but not before a closing mark, and not within a Latin word that fits
 * into a line.
 * @param width of a line, in ems
 * @param advanceOf how far a character moves on, in ems
 * @returns at least one line; without the spaces at their ends
 */
export function wrapText(text: string, width: number, advanceOf: (character: string) => number): string[] {
  const widthOf = (piece: string) => [...piece].reduce((sum, character) => sum + advanceOf(character), 0);
  return text.split(/\r\n|\r|\n/u).flatMap((paragraph) => {
    const lines: string[] = [];
    let line: string[] = [];
    let used = 0;
    const breakBefore = (piece: string) => {
      const carried = NEVER_FIRST.test(piece) ? carriedTo(piece) : [];
      lines.push(line.join("").trimEnd());
      line = carried;
      used = widthOf(carried.join(""));
    };
    // Marks stand together (。」): back to what may begin a line, unless that is all of this one, or more than the next one holds.
    const carriedTo = (piece: string) => {
      const from = line.findLastIndex((before) => !NEVER_FIRST.test(before));
      return from > 0 && widthOf(line.slice(from).join("") + piece) <= width ? line.splice(from) : [];
    };
    for (const piece of piecesOf(paragraph, width, widthOf)) {
      const wide = widthOf(piece);
      const overflows = used + wide > width && line.length > 0;
      if (overflows) breakBefore(piece);
      if (overflows && piece.trim() === "") continue;
      line.push(piece);
      used += wide;
    }
    return [...lines, line.join("").trimEnd()];
  });
}

/** What can't be broken; of a word longer than a line, its characters. */
function piecesOf(text: string, width: number, widthOf: (piece: string) => number): string[] {
  return [...text.matchAll(PIECES)].flatMap(([piece]) => (widthOf(piece) <= width ? [piece] : [...piece]));
}

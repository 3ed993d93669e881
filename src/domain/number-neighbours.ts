/** Numbers that stand together: a tenth of a second's walk for somebody who tries one after the other. */
const BLOCK = 8;
/** Blocks remembered: this many at least, twice as many at most. */
const BLOCKS = 256;

/**
 * Whether ID numbers are asked about one after the other. It remembers, for a while, which blocks of eight consecutive numbers were asked about;
 * registers give out numbers in order, so people who happen to be asked about seldom stand in one block, and those of a walk always do.
 */
export class NumberNeighbours {
  #recent = new Map<number, number>();
  #before = new Map<number, number>();

  /** Notes a number. @param nationalId normalised, of ten characters @returns whether another number of its block was noted lately, and this one not */
  note(nationalId: string): boolean {
    const serial = serialOf(nationalId);
    const block = Math.floor(serial / BLOCK);
    const own = 1 << (serial % BLOCK);
    const noted = (this.#recent.get(block) ?? 0) | (this.#before.get(block) ?? 0);
    this.#recent.set(block, noted | own);
    if (this.#recent.size >= BLOCKS) [this.#before, this.#recent] = [this.#recent, new Map()];
    return noted !== 0 && (noted & own) === 0;
  }
}

/** All of a number but its check digit, which says nothing new. */
function serialOf(nationalId: string): number {
  let serial = (nationalId.charCodeAt(0) - 48) * 100 + nationalId.charCodeAt(1) - 48;
  for (let place = 2; place < 9; place += 1) serial = serial * 10 + nationalId.charCodeAt(place) - 48;
  return serial;
}

import { startOfMonth } from "../domain/query-log-form.ts";
import type { DisposedRange } from "../log-export/manifest.ts";
import { TILE_WIDTH } from "../transparency/tile-place.ts";
import type { CheckedBundle } from "./check-bundle.ts";
import { type Finding, OUT_OF_ORDER } from "./finding.ts";

const MONTHS_KEPT = 5 * 12;

/**
 * Whether what is said to have been disposed of may have been: whole months, five years old, each with a certificate.
 * Nobody signs these records: who verifies reads the certificates.
 * @param now epoch milliseconds
 * @clause 4(2)5
 */
export function checkDisposal(disposed: readonly DisposedRange[], size: number, now: number): Finding[] {
  return disposed.flatMap(({ begin, end, month }): Finding[] => {
    const told = `Entries ${begin} to ${end - 1}, said to be of ${month},`;
    if (begin >= end || end > size) return [{ kind: "disposal", index: begin, month, what: `${told} aren't places of this log.` }];
    if (startOfMonth(month, MONTHS_KEPT + 1) > now)
      return [{ kind: "disposal", index: begin, month, what: `${told} were disposed of before five years were over.` }];
    return [];
  });
}

/**
 * Whether places that are said to have been disposed of lie where their months do: entries stand in the order of time, within a day. The
 * entry after them may be of the month after theirs at the latest, else they may have been of any month between.
 * @clause 4(2)5
 */
export class DisposalOrder {
  readonly #ranges: readonly DisposedRange[];
  readonly #reported = new Set<DisposedRange>();
  #begun = 0;
  #latest = Number.NEGATIVE_INFINITY;
  /** Ranges that no entry has followed yet. */
  #open: DisposedRange[] = [];
  /** The range of the latest month that lies before. */
  #newest: DisposedRange | undefined;

  constructor(disposed: readonly DisposedRange[]) {
    this.#ranges = disposed.toSorted((one, other) => one.begin - other.begin);
  }

  /** Takes the next bundle. @returns what its entries' times show */
  add({ index, times, earliest, latest }: Pick<CheckedBundle, "index" | "times" | "earliest" | "latest">): Finding[] {
    if (this.#ranges.length === 0) return [];
    const findings: Finding[] = [];
    const first = index * TILE_WIDTH;
    if (times === undefined) {
      if (earliest === undefined) return [];
      this.#take(earliest.index, earliest.askedAt, findings);
      this.#latest = Math.max(this.#latest, latest);
      return findings;
    }
    for (const [place, askedAt] of times.entries()) {
      this.#begin(first + place, findings);
      if (!Number.isNaN(askedAt)) this.#take(first + place, askedAt, findings);
    }
    return findings;
  }

  /**
   * Tells of places at the log's end: nothing follows them that bears out their month, and they could be of any later one.
   * @param size of the log
   */
  finish(size: number): Finding[] {
    const findings: Finding[] = [];
    this.#begin(size, findings);
    const last = this.#open.reduce<DisposedRange | undefined>(
      (one, other) => (one === undefined || other.end >= one.end ? other : one),
      undefined,
    );
    if (last !== undefined) this.#report(last, "no entry stands after them, and so they may be of any later month", findings);
    return findings;
  }

  /** Compares the ranges that begin here with the entries before them. */
  #begin(index: number, findings: Finding[]): void {
    for (let range = this.#ranges[this.#begun]; range !== undefined && range.begin <= index; range = this.#ranges[this.#begun]) {
      this.#begun += 1;
      this.#open.push(range);
      if (this.#latest > startOfMonth(range.month, 1) + OUT_OF_ORDER)
        this.#report(range, "before them stand entries of a later time", findings);
    }
  }

  /** Compares an entry with the ranges before it. */
  #take(index: number, askedAt: number, findings: Finding[]): void {
    const passed = this.#open.filter(({ end }) => end <= index);
    if (passed.length > 0) {
      this.#open = this.#open.filter(({ end }) => end > index);
      const last = passed.reduce((one, other) => (other.end >= one.end ? other : one));
      if (askedAt > startOfMonth(last.month, 2) + OUT_OF_ORDER)
        this.#report(last, "the entry after them is more than a month later, and so may they have been", findings);
      for (const range of passed) if (this.#newest === undefined || range.month > this.#newest.month) this.#newest = range;
    }
    if (this.#newest !== undefined && askedAt < startOfMonth(this.#newest.month) - OUT_OF_ORDER)
      this.#report(this.#newest, "after them stand entries of an earlier time", findings);
    this.#latest = Math.max(this.#latest, askedAt);
  }

  #report(range: DisposedRange, why: string, findings: Finding[]): void {
    if (this.#reported.has(range)) return;
    this.#reported.add(range);
    const { begin, end, month } = range;
    findings.push({
      kind: "disposal",
      index: begin,
      month,
      what: `Entries ${begin} to ${end - 1}, said to be of ${month}, lie elsewhere: ${why}.`,
    });
  }
}

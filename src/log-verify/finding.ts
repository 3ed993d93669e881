/** What can be wrong with an export, by name. */
export type FindingKind =
  | "entry-changed"
  | "entry-missing"
  | "entry-moved"
  | "entry-added"
  | "entry-form"
  | "entry-time"
  | "columns-differ"
  | "bundle-malformed"
  | "tile-changed"
  | "tile-missing"
  | "tree-changed"
  | "fork"
  | "rollback"
  | "signature"
  | "not-cosigned"
  | "receipt"
  | "disposal"
  | "not-covered"
  | "zip-damaged";

/** One thing that is wrong, and where. */
export interface Finding {
  readonly kind: FindingKind;
  /** A sentence. It holds no personal data: entries don't, but sealed. */
  readonly what: string;
  /** Place of the entry in the log. */
  readonly index?: number | undefined;
  readonly entryId?: string | undefined;
  /** `2026-11`: of the entry. */
  readonly month?: string | undefined;
  /** Name of the file in the ZIP. */
  readonly file?: string | undefined;
}

/** Processes' clocks differ, and an entry may wait for a database that is in trouble; a day is more than either. */
export const OUT_OF_ORDER = 24 * 3_600_000;

/** Findings of one kind that are kept with their words; the others are counted. */
const MOST_SHOWN = 100;

/** Findings as they come, bounded in memory. */
export class Findings {
  readonly shown: Finding[] = [];
  readonly counts: Partial<Record<FindingKind, number>> = {};

  add(finding: Finding): void {
    const count = (this.counts[finding.kind] ?? 0) + 1;
    this.counts[finding.kind] = count;
    if (count <= MOST_SHOWN) this.shown.push(finding);
  }

  /** One by one: there may be more than a call takes arguments. */
  addAll(findings: Iterable<Finding>): void {
    for (const finding of findings) this.add(finding);
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }
}

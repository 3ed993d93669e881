import { startOfMonth } from "../domain/query-log-form.ts";
import { bundlesOf } from "../log-export/bundle-path.ts";
import type { Manifest } from "../log-export/manifest.ts";
import { TILE_WIDTH } from "../transparency/tile-place.ts";
import type { CheckedBundle } from "./check-bundle.ts";
import type { Finding } from "./finding.ts";

/**
 * Whether an export of months can have left out a part of them: its first bundle must reach back before them, its last beyond them, unless the
 * log itself begins or ends there.
 * @clause 4(2)5
 */
export class MonthsCoverage {
  readonly #manifest: Manifest;
  readonly #size: number;
  #begins: boolean;
  #ends: boolean;

  constructor(manifest: Manifest, size: number) {
    this.#manifest = manifest;
    this.#size = size;
    this.#begins = manifest.beginBundle === 0;
    this.#ends = manifest.endBundle === bundlesOf(size);
  }

  /** Takes the next bundle. */
  add({ index, earliest, latest }: Pick<CheckedBundle, "index" | "earliest" | "latest">): void {
    const { months, beginBundle, endBundle, disposed } = this.#manifest;
    if (months === null || (index !== beginBundle && index !== endBundle - 1)) return;
    const gone = disposed.filter(({ begin, end }) => begin < (index + 1) * TILE_WIDTH && end > index * TILE_WIDTH);
    if (index === beginBundle)
      this.#begins ||=
        (earliest !== undefined && earliest.askedAt < startOfMonth(months.from)) || gone.some(({ month }) => month < months.from);
    if (index === endBundle - 1) this.#ends ||= latest >= startOfMonth(months.until, 1) || gone.some(({ month }) => month > months.until);
  }

  finish(): Finding[] {
    const { months, beginBundle, endBundle } = this.#manifest;
    if (months === null || this.#size === 0 || (endBundle > beginBundle && this.#begins && this.#ends)) return [];
    const what = `The export says that it is of ${months.from} to ${months.until}, and may have left out a part of them: it holds no entry before or after them.`;
    return [{ kind: "not-covered", what }];
  }
}

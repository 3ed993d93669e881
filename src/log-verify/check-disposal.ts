import type { DisposedRange } from "../log-export/manifest.ts";
import type { Finding } from "./finding.ts";

const YEARS_KEPT = 5;

/**
 * Whether what is said to have been disposed of may have been: whole months, five years old, each with a certificate.
 * Nobody signs these records: who verifies reads the certificates.
 * @param now epoch milliseconds
 * @clause 4(2)5
 */
export function checkDisposal(disposed: readonly DisposedRange[], size: number, now: number): Finding[] {
  return disposed.flatMap(({ begin, end, month }): Finding[] => {
    const [year = 0, monthOfYear = 0] = month.split("-").map(Number);
    const told = `Entries ${begin} to ${end - 1}, said to be of ${month},`;
    if (begin >= end || end > size) return [{ kind: "disposal", index: begin, month, what: `${told} aren't places of this log.` }];
    if (Date.UTC(year + YEARS_KEPT, monthOfYear, 1) > now)
      return [{ kind: "disposal", index: begin, month, what: `${told} were disposed of before five years were over.` }];
    return [];
  });
}

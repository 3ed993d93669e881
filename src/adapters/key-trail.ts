import { appendFileSync } from "node:fs";
import { join } from "node:path";

/** Who had which key made, and why. It stands beside the keys: where they are changed no database is at hand. */
export interface KeyTrailEntry {
  /** ISO 8601. */
  readonly takenAt: string;
  readonly account: string;
  readonly reason: string;
  /** `index/2`. */
  readonly made: string;
}

/** Adds a line of JSON to the key folder's `trail.jsonl`. */
export function appendKeyTrail(directory: string, entry: KeyTrailEntry): void {
  appendFileSync(join(directory, "trail.jsonl"), `${JSON.stringify(entry)}\n`, { mode: 0o600, flush: true });
}

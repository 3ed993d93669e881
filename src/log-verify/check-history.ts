import { TILE_WIDTH } from "../transparency/tile-place.ts";
import type { KnownCheckpoint } from "./check-notes.ts";
import type { Finding } from "./finding.ts";
import type { TreeLevels } from "./tree-levels.ts";

/** A receipt of an answer: the leaf hash in hexadecimal, and the place. */
export interface Receipt {
  readonly leafHash: string;
  readonly index: number;
}

/** The leaf hashes of a bundle; undefined when the export doesn't cover it. */
type LeavesOf = (bundle: number) => Buffer | undefined;

/**
 * Whether the tree begins with every tree that was signed before: a smaller log than one of those was rolled back, another root is a fork.
 * @clause 4(1)5
 */
export function checkHistory(known: readonly KnownCheckpoint[], levels: TreeLevels, leavesOf: LeavesOf): Finding[] {
  const findings: Finding[] = [];
  let agreed = 0;
  for (const { size, root, from } of known.toSorted((one, other) => one.size - other.size)) {
    if (size > levels.size) {
      const what = `${from} is of ${size} entries, the export's checkpoint of ${levels.size}: the log was rolled back, or the export is older.`;
      findings.push({ kind: "rollback", file: from, what });
      continue;
    }
    const leaves = size % TILE_WIDTH === 0 ? Buffer.alloc(0) : leavesOf(Math.floor(size / TILE_WIDTH));
    if (leaves === undefined)
      findings.push({
        kind: "not-covered",
        file: from,
        what: `${from}, of ${size} entries, needs entries that this export doesn't hold: verify a whole one.`,
      });
    else if (levels.rootAt(size, () => leaves).equals(root)) agreed = Math.max(agreed, size);
    else {
      const what = `${from} signs another tree of ${size} entries than this one: a fork, and the log was changed between entry ${agreed} and entry ${size - 1}.`;
      findings.push({ kind: "fork", file: from, index: agreed, what });
    }
  }
  return findings;
}

/** Whether every receipt's entry stands where the receipt says. */
export function checkReceipts(receipts: readonly Receipt[], size: number, leavesOf: LeavesOf): Finding[] {
  return receipts.flatMap(({ leafHash, index }): Finding[] => {
    const leaves = leavesOf(Math.floor(index / TILE_WIDTH));
    const begin = (index % TILE_WIDTH) * (leafHash.length / 2);
    if (index >= size) return [{ kind: "receipt", index, what: `The receipt's place ${index} isn't in this log of ${size} entries.` }];
    if (leaves === undefined) return [{ kind: "not-covered", index, what: `The receipt's place ${index} isn't in this export.` }];
    const found = leaves.toString("hex", begin, begin + leafHash.length / 2);
    return found === leafHash ? [] : [{ kind: "receipt", index, what: `Place ${index} holds another entry than the receipt says.` }];
  });
}

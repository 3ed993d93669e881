import { formatBundlePath } from "../log-export/bundle-path.ts";
import { TILE_WIDTH } from "../transparency/tile-place.ts";
import type { Mismatch } from "./check-bundle.ts";
import type { ThreadResult } from "./check-threads.ts";
import type { Finding } from "./finding.ts";
import type { SignedTree } from "./tree-levels.ts";

/** A bundle whose entries and tile disagree. */
export type Disagreement = Pick<ThreadResult, "index" | "mismatches" | "root" | "tileRoot" | "tile"> & { readonly width: number };

/**
 * Says of bundles whose entries and tile disagree which of the two was signed, and names the entries that weren't.
 * @param signed where the signed root leads
 */
export function judgeBundles(disagreements: readonly Disagreement[], signed: SignedTree): Finding[] {
  const findings: Finding[] = [];
  const blamed: { readonly mismatch: Mismatch; readonly sure: boolean }[] = [];
  for (const { index, width, mismatches, root, tileRoot, tile } of disagreements) {
    const isSigned = (hash: Uint8Array | undefined) =>
      hash !== undefined && signed.isSigned(index) && signed.levels.hash(1, index).equals(hash);
    const tileFits = width < TILE_WIDTH ? signed.source === "tiles" : isSigned(tileRoot);
    const entriesFit = width < TILE_WIDTH ? signed.source === "entries" : isSigned(root);
    const file = formatBundlePath({ part: "tile", index, width });
    const isKnown = width < TILE_WIDTH ? signed.source !== "neither" : signed.isSigned(index);
    if (tile !== undefined && isKnown && !tileFits)
      findings.push({ kind: "tile-changed", index: index * TILE_WIDTH, file, what: `${file} isn't the tile that was signed.` });
    if (!entriesFit) blamed.push(...mismatches.map((mismatch) => ({ mismatch, sure: tileFits })));
  }
  return [...findings, ...blameEntries(blamed)];
}

function blameEntries(blamed: readonly { readonly mismatch: Mismatch; readonly sure: boolean }[]): Finding[] {
  const signedAt = new Map(blamed.map(({ mismatch }) => [mismatch.tileHash, mismatch.index]));
  const standsAt = new Map(blamed.map(({ mismatch }) => [mismatch.entryHash, mismatch.index]));
  return blamed.map(({ mismatch: { index, entryId, month, entryHash, tileHash }, sure }) => {
    const place = { index, entryId, month };
    const judge = sure ? "what was signed" : "its tile, and nothing tells which of the two was signed";
    const from = entryHash === undefined ? undefined : signedAt.get(entryHash);
    const to = standsAt.get(tileHash);
    if (entryHash === undefined)
      return { kind: "entry-missing", ...place, what: `Entry ${index} isn't there, by ${judge}; no certificate says why.` };
    if (from !== undefined)
      return {
        kind: "entry-moved",
        ...place,
        what: `Entry ${index} is the one that was signed in place ${from}: entries were swapped or shifted.`,
      };
    if (to !== undefined)
      return { kind: "entry-added", ...place, what: `Entry ${index} was slipped in: what was signed in its place stands in place ${to}.` };
    return { kind: "entry-changed", ...place, what: `Entry ${index} was changed: its bytes don't hash to ${judge}.` };
  });
}

/** Names bundles whose entries and tile agree with each other, but not with what was signed. */
export function findRemadeTiles(
  { beginBundle, endBundle }: { readonly beginBundle: number; readonly endBundle: number },
  rootOfEntries: (bundle: number) => Buffer | undefined,
  isJudged: (bundle: number) => boolean,
  signed: SignedTree,
): Finding[] {
  const findings: Finding[] = [];
  for (let index = beginBundle; index < endBundle; index += 1) {
    const root = rootOfEntries(index);
    if (root === undefined || isJudged(index) || !signed.isSigned(index) || signed.levels.hash(1, index).equals(root)) continue;
    const [first, last] = [index * TILE_WIDTH, (index + 1) * TILE_WIDTH - 1];
    const file = formatBundlePath({ part: "tile", index, width: TILE_WIDTH });
    const what = `Entries ${first} to ${last} aren't what was signed, one of them at least; their tile was made anew or is missing, and doesn't tell which.`;
    findings.push({ kind: "tree-changed", index: first, file, what });
  }
  return findings;
}

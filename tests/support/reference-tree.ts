import { createHash } from "node:crypto";

// RFC 6962 §2.1 word for word, as a second opinion: slow, recursive, and nothing of it from src.

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** The largest power of two smaller than n. */
function k(n: number): number {
  return 2 ** (Math.ceil(Math.log2(n)) - 1);
}

/** MTH(D[n]). */
export function referenceRoot(entries: readonly Uint8Array[]): Buffer {
  if (entries.length === 0) return sha256();
  if (entries.length === 1) return sha256(Buffer.of(0), entries[0] as Uint8Array);
  const middle = k(entries.length);
  return sha256(Buffer.of(1), referenceRoot(entries.slice(0, middle)), referenceRoot(entries.slice(middle)));
}

/** PATH(m, D[n]). */
export function referenceInclusion(m: number, entries: readonly Uint8Array[]): Buffer[] {
  if (entries.length === 1) return [];
  const middle = k(entries.length);
  const [left, right] = [entries.slice(0, middle), entries.slice(middle)];
  return m < middle
    ? [...referenceInclusion(m, left), referenceRoot(right)]
    : [...referenceInclusion(m - middle, right), referenceRoot(left)];
}

/** PROOF(m, D[n]). */
export function referenceConsistency(m: number, entries: readonly Uint8Array[]): Buffer[] {
  return subproof(m, entries, true);
}

function subproof(m: number, entries: readonly Uint8Array[], whole: boolean): Buffer[] {
  if (m === entries.length) return whole ? [] : [referenceRoot(entries)];
  const middle = k(entries.length);
  const [left, right] = [entries.slice(0, middle), entries.slice(middle)];
  return m <= middle ? [...subproof(m, left, whole), referenceRoot(right)] : [...subproof(m - middle, right, false), referenceRoot(left)];
}

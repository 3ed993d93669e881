import { EMPTY_ROOT, HASH_BYTES, isCount, nodeHash } from "./tree.ts";

/**
 * Whether a leaf stands at `index` of the tree with this root: RFC 9162 §2.1.3.2. Wrong shapes are no proof either; nothing is thrown.
 * @param leafHash 32 bytes
 * @param proof from the leaf to the root, 32 bytes each
 * @clause 4(1)5
 */
export function verifyInclusion(
  leafHash: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || ![leafHash, ...proof].every(isHash)) return false;
  let position = index;
  let last = size - 1;
  let reached = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      reached = nodeHash(sibling, reached);
      for (; position % 2 === 0 && position !== 0; position = half(position)) last = half(last);
    } else {
      reached = nodeHash(reached, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && equal(reached, root);
}

/**
 * Whether the tree with the new root begins with the tree with the old one: RFC 9162 §2.1.4.2. Wrong shapes are no proof either; nothing is thrown.
 * Every tree begins with the empty one, and with itself, by an empty proof.
 * @clause 4(1)5
 */
export function verifyConsistency(
  oldSize: number,
  oldRoot: Uint8Array,
  newSize: number,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize || !proof.every(isHash)) return false;
  if (newSize === 0) return proof.length === 0 && equal(oldRoot, EMPTY_ROOT) && equal(newRoot, EMPTY_ROOT);
  if (oldSize === 0) return proof.length === 0 && equal(oldRoot, EMPTY_ROOT) && isHash(newRoot);
  if (oldSize === newSize) return proof.length === 0 && equal(oldRoot, newRoot);
  if (!isHash(oldRoot)) return false;
  let position = oldSize - 1;
  let last = newSize - 1;
  for (; position % 2 === 1; position = half(position)) last = half(last);
  // The old tree is perfect: its root is the first node.
  const [first, ...rest] = position === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  let [reachedOld, reachedNew] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      reachedOld = nodeHash(sibling, reachedOld);
      reachedNew = nodeHash(sibling, reachedNew);
      for (; position % 2 === 0 && position !== 0; position = half(position)) last = half(last);
    } else {
      reachedNew = nodeHash(reachedNew, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && equal(reachedOld, oldRoot) && equal(reachedNew, newRoot);
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

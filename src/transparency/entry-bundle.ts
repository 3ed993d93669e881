import { LONGEST_ENTRY_BYTES } from "./leaf.ts";
import { Malformed } from "./malformed.ts";

const LENGTH_BYTES = 2;

/**
 * A bundle of entries, as C2SP tlog-tiles serves them: each after its length in two bytes, big-endian.
 * @throws RangeError when an entry has more than 65,535 bytes
 */
export function formatEntryBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > LONGEST_ENTRY_BYTES)
        throw new RangeError(`An entry has ${entry.length} bytes: a bundle holds ${LONGEST_ENTRY_BYTES}.`);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/**
 * The entries of a bundle, as views of it.
 * @param width how many they have to be
 * @throws Malformed when they are more or fewer, or the bundle ends within one
 */
export function parseEntryBundle(bundle: Buffer, width: number): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length; ) {
    const begin = at + LENGTH_BYTES;
    const end = begin <= bundle.length ? begin + bundle.readUInt16BE(at) : Number.POSITIVE_INFINITY;
    if (end > bundle.length) throw new Malformed("entry bundle", `it ends within entry ${entries.length}.`);
    entries.push(bundle.subarray(begin, end));
    at = end;
  }
  if (entries.length !== width) throw new Malformed("entry bundle", `it has ${entries.length} entries, not ${width}.`);
  return entries;
}

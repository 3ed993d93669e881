import { hash } from "node:crypto";
import { sha256 } from "./tree.ts";

/** The longest entry that a bundle can hold (C2SP tlog-tiles: a length of 16 bits). */
export const LONGEST_ENTRY_BYTES = 0xffff;

const prefixed = Buffer.alloc(1 + LONGEST_ENTRY_BYTES);

/**
 * The leaf hash of an entry: SHA-256(0x00 ‖ entry), RFC 6962 §2.1.
 * @param prefixedEntry the byte 0x00 and then the canonical bytes, in one piece so that nothing is copied on the hot path
 * @returns 32 bytes in hexadecimal
 */
export function leafHashOfPrefixed(prefixedEntry: Uint8Array): string {
  return hash("sha256", prefixedEntry, "hex");
}

/**
 * The leaf hash of an entry that stands alone: SHA-256(0x00 ‖ entry), RFC 6962 §2.1.
 * @returns 32 bytes
 */
export function leafHash(entry: Uint8Array): Buffer {
  if (entry.length > LONGEST_ENTRY_BYTES) return sha256(Buffer.concat([prefixed.subarray(0, 1), entry]));
  prefixed.set(entry, 1);
  return sha256(prefixed.subarray(0, 1 + entry.length));
}

import { hash } from "node:crypto";

/**
 * The leaf hash of an entry: SHA-256(0x00 ‖ entry), RFC 6962 §2.1.
 * @param prefixedEntry the byte 0x00 and then the canonical bytes, in one piece so that nothing is copied on the hot path
 * @returns 32 bytes in hexadecimal
 */
export function leafHashOfPrefixed(prefixedEntry: Uint8Array): string {
  return hash("sha256", prefixedEntry, "hex");
}

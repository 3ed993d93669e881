import { hash } from "node:crypto";
import { sha256 } from "./tree.ts";

/** The longest entry that a bundle can hold (C2SP tlog-tiles: a length of 16 bits). */
export const LONGEST_ENTRY_BYTES = 0xffff;

const prefixed = Buffer.alloc(1 + LONGEST_ENTRY_BYTES);

/**
 * The leaf hash of an entry that is at hand as text: SHA-256(0x00 ‖ entry in UTF-8), RFC 6962 §2.1.
 * @returns 32 bytes in hexadecimal
 */
export function leafHashOfText(entry: string): string {
  return hash("sha256", `\0${entry}`, "hex");
}

/**
 * The leaf hash of an entry: SHA-256(0x00 ‖ entry), RFC 6962 §2.1.
 * @returns 32 bytes
 */
export function leafHash(entry: Uint8Array): Buffer {
  if (entry.length > LONGEST_ENTRY_BYTES) return sha256(Buffer.concat([prefixed.subarray(0, 1), entry]));
  prefixed.set(entry, 1);
  return sha256(prefixed.subarray(0, 1 + entry.length));
}

import { hash, type KeyObject } from "node:crypto";
import type { PersonKeys } from "./subject-keys.ts";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const HALF_DIGITS = 32;
/** An ID number has ten characters; this leaves room. */
const LONGEST_ID = 64;

/**
 * `personKeys` for millions in a row: the same HMAC-SHA256 (RFC 2104) spelled out over one-shot SHA-256, which takes half the time of an HMAC
 * object for each. A test holds the two against each other.
 */
export function createBulkPersonKeys(indexKey: KeyObject): (nationalId: string) => PersonKeys {
  const inner = Buffer.alloc(BLOCK_BYTES + LONGEST_ID, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
  const key = indexKey.export();
  for (const [place, byte] of key.entries()) {
    inner[place] = byte ^ 0x36;
    outer[place] = byte ^ 0x5c;
  }
  key.fill(0);
  return (nationalId) => {
    const length = inner.write(nationalId, BLOCK_BYTES, LONGEST_ID, "latin1");
    outer.write(hash("sha256", inner.subarray(0, BLOCK_BYTES + length), "binary"), BLOCK_BYTES, DIGEST_BYTES, "latin1");
    const digest = hash("sha256", outer, "hex");
    return { subjectKey: digest.slice(0, HALF_DIGITS), secret: digest.slice(HALF_DIGITS) };
  };
}

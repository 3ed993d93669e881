import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";
import type { SealedPart } from "../domain/query-log.ts";

const VECTOR_BYTES = 12;
const TAG_BYTES = 16;
/** A UUID in its usual text form. */
const ENTRY_ID_BYTES = 36;

/**
 * Seals the personal part of a log entry: AES-256-GCM with the entry's id as additional data, so that it fits no other entry.
 *
 * The vector is NIST SP 800-38D's deterministic construction (§8.2.1): 6 random bytes that name this sealer, then its own counter. Random
 * vectors would use up a key after 2^32 entries, a few days at full speed.
 * @returns base64 of vector, ciphertext and tag
 */
export function createSealer(key: KeyObject, sealerName: Buffer = randomBytes(6)): (part: SealedPart, entryId: string) => string {
  const vector = Buffer.alloc(VECTOR_BYTES);
  sealerName.copy(vector, 0, 0, 6);
  const additional = Buffer.alloc(ENTRY_ID_BYTES);
  let counter = 0;
  return (part, entryId) => {
    counter += 1;
    vector.writeUIntBE(counter, 6, 6);
    additional.write(entryId, "latin1");
    const cipher = createCipheriv("aes-256-gcm", key, vector);
    cipher.setAAD(additional);
    const body = cipher.update(JSON.stringify(part), "utf8");
    cipher.final();
    return Buffer.concat([vector, body, cipher.getAuthTag()], VECTOR_BYTES + body.length + TAG_BYTES).toString("base64");
  };
}

/**
 * Opens what a sealer sealed. Only for an audit; each opening is itself recorded by the caller.
 * @throws Error when key, entry id or bytes are not those of the sealing
 */
export function openSealedPart(key: KeyObject, sealed: string, entryId: string): SealedPart {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, VECTOR_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(entryId, "latin1"));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return JSON.parse(decipher.update(bytes.subarray(VECTOR_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8"));
}

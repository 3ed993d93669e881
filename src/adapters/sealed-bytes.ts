import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { KeyRing } from "./key-store.ts";

const VECTOR_BYTES = 12;
const TAG_BYTES = 16;

/** Bytes that only a key of the ring opens, and the key's id. */
export interface SealedBytes {
  readonly sealed: Buffer;
  readonly keyId: string;
}

/**
 * Seals bytes for one place: AES-256-GCM, vector before and tag behind; they open nowhere else. Vectors are random, so a key is for some
 * millions of these, not for the query log's billions.
 * @param place what they belong to: additional data
 */
export function sealBytes(keys: KeyRing, bytes: Uint8Array, place: string): SealedBytes {
  const vector = randomBytes(VECTOR_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keys.current, vector);
  cipher.setAAD(Buffer.from(place));
  return { sealed: Buffer.concat([vector, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]), keyId: keys.currentId };
}

/** @throws Error when key, place or bytes are not those of the sealing */
export function openBytes(keys: KeyRing, { sealed, keyId }: SealedBytes, place: string): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", keys.get(keyId), sealed.subarray(0, VECTOR_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(VECTOR_BYTES, -TAG_BYTES)), decipher.final()]);
}

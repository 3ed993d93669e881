import { hash, type KeyObject } from "node:crypto";
import type { IndexKeyName } from "../domain/dataset-import.ts";
import { hmacSha256 } from "./hmac-sha256.ts";
import type { KeyRing } from "./key-store.ts";
import { KeyMissing } from "./secret-file.ts";

/** Hexadecimal digits of every stored hash: the left 16 bytes of SHA-256. Two of 4.7 million subjects meet with a chance of 2^-83. */
const DIGITS = 32;

/**
 * What stands for one person under one index key (clause 4(1)4). Both halves come from HMAC-SHA256(index key, ID number):
 * the left one is stored and looked up, the right one is never stored and keys the hashes of that person's other fields, so that equal names
 * don't look equal. One HMAC a person instead of one a field; a field's hash is SHA-256(right half ‖ field) cut to its left half, which
 * leaves nothing to extend.
 */
export interface PersonKeys {
  /** 32 hexadecimal digits. */
  readonly subjectKey: string;
  readonly secret: string;
}

/**
 * Derives the keys of a person.
 * @param nationalId normalised (`normaliseNationalId`)
 * @clause 4(1)4
 */
export function personKeys(indexKey: KeyObject, nationalId: string): PersonKeys {
  const digest = hmacSha256(indexKey, nationalId);
  return { subjectKey: digest.slice(0, DIGITS), secret: digest.slice(DIGITS) };
}

/** Names the key that new generations are hashed under. */
export function nameCurrentKey(ring: KeyRing): IndexKeyName {
  return { id: ring.currentId, check: checkOf(ring.current) };
}

/**
 * The key that a generation was hashed under. Under another key of the same number nobody would be found, and nobody would notice.
 * @throws KeyMissing when the key folder has none of that number, or another
 */
export function openIndexKey(ring: KeyRing, { id, check }: IndexKeyName): KeyObject {
  const key = ring.get(id);
  if (checkOf(key) === check) return key;
  throw new KeyMissing(
    `The key index/${id}.key is not the one that the data were hashed under: restore it from the backup of the key folder.`,
  );
}

/** 16 hexadecimal digits that tell keys apart and nothing about them; no ID number has this text. */
function checkOf(key: KeyObject): string {
  return hmacSha256(key, "index key check").slice(0, 16);
}

/** The keyed hash of a name (`exact` or `folded` of `normaliseName`): 32 hexadecimal digits. */
export function nameKey({ secret }: PersonKeys, name: string): string {
  return hash("sha256", `${secret}\nname\n${name}`, "hex").slice(0, DIGITS);
}

/** The keyed hash of a birth date (ISO 8601): 32 hexadecimal digits. */
export function birthDateKey({ secret }: PersonKeys, birthDate: string): string {
  return hash("sha256", `${secret}\nbirth\n${birthDate}`, "hex").slice(0, DIGITS);
}

/** The blind index of the query log for one kind of value, so that entries can be found without being opened: 32 hexadecimal digits. */
export function logIndexOf(logIndexKey: KeyObject, kind: "subject" | "case-number" | "idempotency-key" | "request", value: string): string {
  return hmacSha256(logIndexKey, `${kind}\n${value}`).slice(0, DIGITS);
}

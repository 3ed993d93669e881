import { createHmac, type KeyObject } from "node:crypto";

/** Bytes of every stored hash: HMAC-SHA256 cut to its left half (RFC 2104 §5). Two of 4.7 million subjects meet with a chance of 2^-83. */
export const SUBJECT_KEY_BYTES = 16;

/**
 * The keyed hash that stands for a person in `subject_record` (clause 4(1)4).
 * @param nationalId normalised (`normaliseNationalId`)
 * @clause 4(1)4
 */
export function subjectKey(indexKey: KeyObject, nationalId: string): Buffer {
  return keyedHash(indexKey, `id\n${nationalId}`);
}

/**
 * The keyed hash of a name, bound to its owner's ID so that equal names do not look equal.
 * @param name `exact` or `folded` of `normaliseName`
 */
export function nameKey(indexKey: KeyObject, nationalId: string, name: string): Buffer {
  return keyedHash(indexKey, `name\n${nationalId}\n${name}`);
}

/** The keyed hash of a birth date (ISO 8601), bound to its owner's ID. */
export function birthDateKey(indexKey: KeyObject, nationalId: string, birthDate: string): Buffer {
  return keyedHash(indexKey, `birth\n${nationalId}\n${birthDate}`);
}

/** The blind index of the query log for one kind of value, so that entries can be found without being opened. */
export function logIndexOf(logIndexKey: KeyObject, kind: "subject" | "case-number" | "idempotency-key" | "request", value: string): Buffer {
  return keyedHash(logIndexKey, `${kind}\n${value}`);
}

function keyedHash(key: KeyObject, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest().subarray(0, SUBJECT_KEY_BYTES);
}

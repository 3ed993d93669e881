import { type KeyObject, sign, verify } from "node:crypto";
import { Malformed } from "./malformed.ts";
import type { NoteSignature } from "./note.ts";
import { ALGORITHM, ed25519Key, verifierKeyOf } from "./verifier-key.ts";

const TIME_BYTES = 8;
const COSIGNATURE_BYTES = TIME_BYTES + 64;

/**
 * A witness's word that, of all trees it has seen of this log, this is the largest, and that all agree: C2SP tlog-cosignature, version 1.
 * @param text the checkpoint's, without its signatures
 * @param time when, in whole seconds since 1970
 * @throws RangeError when the time is none
 */
export function cosign(text: string, { name, privateKey }: { name: string; privateKey: KeyObject }, time: number): NoteSignature {
  if (!Number.isSafeInteger(time) || time <= 0) throw new RangeError("A cosignature has a time in whole seconds since 1970.");
  const timestamp = Buffer.alloc(TIME_BYTES);
  timestamp.writeBigUInt64BE(BigInt(time));
  const { keyId } = verifierKeyOf(name, ALGORITHM.cosignature, privateKey);
  return { name, keyId, signature: Buffer.concat([timestamp, sign(null, cosigned(text, time), privateKey)]) };
}

/**
 * When a cosignature was made, in seconds since 1970.
 * @param signature as a note's line holds it, after the key ID
 * @throws Malformed
 */
export function cosignatureTime(signature: Buffer): number {
  const time = signature.length === COSIGNATURE_BYTES ? Number(signature.readBigUInt64BE()) : Number.NaN;
  if (!Number.isSafeInteger(time)) throw new Malformed("cosignature", "it isn't a time and an Ed25519 signature.");
  return time;
}

/** Whether the key has cosigned the text; the time may be any. */
export function verifyCosignature(text: string, signature: Buffer, publicKey: Buffer): boolean {
  if (signature.length !== COSIGNATURE_BYTES || !Number.isSafeInteger(Number(signature.readBigUInt64BE()))) return false;
  return verify(null, cosigned(text, cosignatureTime(signature)), ed25519Key(publicKey), signature.subarray(TIME_BYTES));
}

function cosigned(text: string, time: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
}

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import type { KeyRing } from "./key-store.ts";

const ISSUER = "驗證機制平臺";
const PERIOD = 30;
const VECTOR_BYTES = 12;
const TAG_BYTES = 16;

/** A fresh TOTP secret (RFC 6238), 160 bits in base32. */
export function createTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The `otpauth://` URI from which an authenticator takes the secret. */
export function totpUri(secret: string, account: string): string {
  return totpOf(secret, account).toString();
}

/** The code of a moment; epoch milliseconds. */
export function totpCode(secret: string, now: number): string {
  return totpOf(secret, "").generate({ timestamp: now });
}

/**
 * The time step of a code: that of the moment or one beside it, since clocks differ.
 * @returns undefined when the code is of none of them
 */
export function totpStep(secret: string, code: string, now: number): number | undefined {
  const delta = totpOf(secret, "").validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD) + delta;
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer: ISSUER, label, period: PERIOD, digits: 6, secret: Secret.fromBase32(secret) });
}

/** Seals a secret for one account: AES-256-GCM, vector before and tag behind; it opens for no other account. */
export function sealTotpSecret(keys: KeyRing, secret: string, account: string): { sealed: Buffer; keyId: string } {
  const vector = randomBytes(VECTOR_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keys.current, vector);
  cipher.setAAD(Buffer.from(account));
  const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return { sealed: Buffer.concat([vector, body, cipher.getAuthTag()]), keyId: keys.currentId };
}

/** @throws Error when key, account or bytes are not those of the sealing */
export function openTotpSecret(keys: KeyRing, { sealed, keyId }: { sealed: Buffer; keyId: string }, account: string): string {
  const decipher = createDecipheriv("aes-256-gcm", keys.get(keyId), sealed.subarray(0, VECTOR_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(account));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return decipher.update(sealed.subarray(VECTOR_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
}

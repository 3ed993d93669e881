import { Secret, TOTP } from "otpauth";
import type { KeyRing } from "./key-store.ts";
import { openBytes, type SealedBytes, sealBytes } from "./sealed-bytes.ts";

const ISSUER = "驗證機制平臺";
const PERIOD = 30;

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

/** Seals a secret for one account; it opens for no other. */
export function sealTotpSecret(keys: KeyRing, secret: string, account: string): SealedBytes {
  return sealBytes(keys, Buffer.from(secret), account);
}

/** @throws Error when key, account or bytes are not those of the sealing */
export function openTotpSecret(keys: KeyRing, sealed: SealedBytes, account: string): string {
  return openBytes(keys, sealed, account).toString("utf8");
}

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A fresh token of 256 random bits, in base64url; only its hash is kept. */
export function createToken(): string {
  return randomBytes(32).toString("base64url");
}

/** What is kept of a token: SHA-256 over its text. */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** What a form must bring back to be taken as ours: nobody can tell it without the cookie that it comes from. */
export function formTokenOf(token: string): string {
  return createHash("sha256").update(`form\n${token}`).digest("base64url");
}

/** Whether two texts are the same, told in a time that doesn't say where they differ. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(hashToken(one), hashToken(other));
}

import { hash, randomBytes } from "node:crypto";

/** What a credential's token begins with, so that leaked ones can be recognised by machines that look for them. */
const TOKEN_PREFIX = "vp_";

/** A fresh token: 256 random bits in base64url. Shown once; only its hash is kept. */
export function createSecret(): string {
  return TOKEN_PREFIX + randomBytes(32).toString("base64url");
}

/** What only a token's holder can give, and the records can check: SHA-256 over its UTF-8 text, in hexadecimal. It is kept nowhere. */
export function proveSecret(token: string): string {
  return hash("sha256", token, "hex");
}

/** What is kept of a token: SHA-256 of its proof, in hexadecimal. Who reads it can neither ask nor prove anything. */
export function hashSecret(token: string): string {
  return hash("sha256", hash("sha256", token, "buffer"), "hex");
}

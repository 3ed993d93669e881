import type { KeyObject } from "node:crypto";
import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { IdempotencyClaim } from "../../db/queries/query-log.ts";
import { hashSecret } from "../adapters/credential-secret.ts";
import { logIndexOf } from "../adapters/subject-keys.ts";
import { requireApprovedAccess } from "../domain/verification.ts";
import type { AccessSnapshot, CredentialAccess } from "./access-snapshot.ts";
import { Refusal } from "./problem.ts";

/** The token that a request presents. @throws Refusal `missing-credential` */
export function presentedToken(authorization: string | undefined): string {
  const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw new Refusal("missing-credential", "Send the integration's credential: Authorization: Bearer <secret>.");
  return token;
}

/**
 * Finds the credential that a request presents.
 * @throws Refusal `missing-credential` or `unknown-credential`
 */
export function findCredential(snapshot: AccessSnapshot, authorization: string | undefined): CredentialAccess {
  const credential = snapshot.findCredential(hashSecret(presentedToken(authorization)));
  if (credential === undefined) throw new Refusal("unknown-credential", "The credential is not known: check that it was copied whole.");
  return credential;
}

/**
 * Nothing is answered to a credential outside its validity, or to an integration outside its approved address, state and period.
 * @param now epoch milliseconds
 * @throws Refusal `revoked-credential` or `expired-credential`; RuleViolation of `requireApprovedAccess`
 * @clause 3(5)
 */
export function requireValidCaller(credential: CredentialAccess, sourceAddress: string, now: number): void {
  if (credential.revoked)
    throw new Refusal("revoked-credential", "The credential has been revoked: ask the dedicated officer for a new one.");
  if (now < credential.validFrom || now >= credential.validUntil) {
    throw new Refusal(
      "expired-credential",
      "The credential is outside its validity of at most 90 days: ask the dedicated officer for a new one.",
    );
  }
  requireApprovedAccess(credential.integration, sourceAddress, now);
}

/**
 * Reads the Idempotency-Key header. The key and what it was sent with are kept as keyed hashes only.
 * @throws Refusal `invalid-idempotency-key`
 */
export function readClaim(
  headers: IncomingHttpHeaders,
  logIndexKey: KeyObject,
  integrationId: number,
  path: string,
  body: Buffer,
): IdempotencyClaim | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (Array.isArray(key) || !/^[\x21-\x7e]{1,128}$/.test(key)) {
    throw new Refusal("invalid-idempotency-key", "An Idempotency-Key has 1 to 128 visible ASCII characters.");
  }
  return {
    integrationId,
    keyIndex: logIndexOf(logIndexKey, "idempotency-key", `${integrationId}\n${key}`),
    requestFingerprint: logIndexOf(logIndexKey, "request", `${path}\n${hash("sha256", body, "hex")}`),
  };
}

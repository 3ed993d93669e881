import { POLICY } from "./policy.ts";
import { RuleViolation } from "./rule-violation.ts";

/** A secret's hash under which an integration may ask; the secret itself is shown once, to the dedicated officer, and kept nowhere. */
export interface Credential {
  /** UUID. */
  readonly credentialId: string;
  /** ISO 8601 times; valid until just before the second. */
  readonly validFrom: string;
  readonly validUntil: string;
  /** The credential by which the system made this one itself. */
  readonly replaces?: string;
}

/** What an officer's command sends of a new secret. */
export interface NewCredential {
  readonly credentialId: string;
  /** SHA-256 of the token, 64 hexadecimal digits. */
  readonly secretHash: string;
}

const DAY = 86_400_000;

/**
 * Gives a new secret its period: from now (or from the first day of an approval that begins later), at most the policy's days, and not beyond the approval.
 * Two may be valid at once, so that a system can change over without a gap.
 * @param existing the integration's credentials that are not revoked
 * @param rights the approved period, epoch milliseconds
 * @throws RuleViolation `credential-malformed`, `credential-repeated`, `too-many-credentials`
 * @clause 3(5)
 */
export function issueCredential(
  existing: readonly Credential[],
  fresh: NewCredential,
  rights: { from: number; until: number },
  now: number,
): Credential {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(fresh.credentialId) || !/^[0-9a-f]{64}$/.test(fresh.secretHash)) {
    throw new RuleViolation(
      "3(5)",
      "credential-malformed",
      "A credential is sent as its id (a UUID) and the SHA-256 of its secret in hexadecimal.",
    );
  }
  if (existing.some(({ credentialId }) => credentialId === fresh.credentialId)) {
    throw new RuleViolation("3(5)", "credential-repeated", "This credential has been added already: make a new secret for another one.");
  }
  const validFrom = Math.max(now, rights.from);
  const overlapping = existing.filter(({ validUntil }) => Date.parse(validUntil) > validFrom);
  if (overlapping.length >= POLICY.credentialsAtOnce) {
    throw new RuleViolation(
      "3(5)",
      "too-many-credentials",
      `At most ${POLICY.credentialsAtOnce} credentials may be valid at once: wait until the older one has ended.`,
    );
  }
  const validUntil = Math.min(validFrom + POLICY.credentialDays * DAY, rights.until);
  return { credentialId: fresh.credentialId, validFrom: new Date(validFrom).toISOString(), validUntil: new Date(validUntil).toISOString() };
}

/** What a system's change of its own credential comes to: the new one's period, and the new end of the present one (epoch milliseconds). */
export interface Rotation {
  readonly validUntil: number;
  readonly presentValidUntil: number;
}

/**
 * A system changes its credential by itself: the new one holds from now, the present one a little longer, so that there is no gap.
 * @param presentValidUntil epoch milliseconds
 * @param approvedUntil end of the integration's period, epoch milliseconds
 * @clause 3(5)
 */
export function rotateCredential(presentValidUntil: number, approvedUntil: number, now: number): Rotation {
  return {
    validUntil: Math.min(now + POLICY.credentialDays * DAY, approvedUntil),
    presentValidUntil: Math.min(presentValidUntil, now + POLICY.credentialOverlapDays * DAY),
  };
}

/** From when on a credential's end is announced (epoch milliseconds). @clause 3(5) */
export function credentialReminderAt(validUntil: number): number {
  return validUntil - POLICY.credentialReminderDays * DAY;
}

/**
 * A credential, and those that were made by it, directly or through others: whoever knows a leaked secret may have made them.
 * @returns ids; none when there is no such credential
 * @clause 3(5)
 */
export function credentialsMadeBy(credentials: readonly Pick<Credential, "credentialId" | "replaces">[], credentialId: string): string[] {
  const found = credentials.some((known) => known.credentialId === credentialId) ? [credentialId] : [];
  // Grows while it is walked.
  for (const maker of found)
    found.push(
      ...credentials.filter((made) => made.replaces === maker && !found.includes(made.credentialId)).map((made) => made.credentialId),
    );
  return found;
}

import { requireText } from "./integration-text.ts";
import { requireNoNationalId } from "./national-id.ts";
import { isText } from "./quarantine.ts";
import { RuleViolation } from "./rule-violation.ts";

/** What a person asks to be done with the keys of deliveries. `actor` is the account of that person, who says why. */
export type DatasetKeyRequest =
  | {
      readonly action: "issue";
      readonly dataset: string;
      readonly version: 4 | 6;
      /** For tools that know no elliptic curves. */
      readonly rsa?: boolean;
      readonly days: number;
      readonly actor: string;
      readonly reason: string;
    }
  | { readonly action: "revoke"; readonly fingerprint: string; readonly actor: string; readonly reason: string }
  | {
      readonly action: "trust";
      readonly dataset: string;
      readonly publicKey: string;
      /** The one that was compared with the unit: no other key is trusted. */
      readonly fingerprint?: string;
      readonly actor: string;
      readonly reason: string;
    }
  | { readonly action: "distrust"; readonly dataset: string; readonly fingerprint: string; readonly actor: string; readonly reason: string }
  | { readonly action: "describe"; readonly publicKey: string }
  | { readonly action: "list" }
  | { readonly action: "platform-keys" };

const LONGEST_VALIDITY_DAYS = 90;
/** Characters of an armored public key; one with many certifications takes some thousands. */
const LONGEST_KEY = 32_768;

/** A fingerprint as it is read out: in groups of four. */
export function spacedFingerprint(fingerprint: string): string {
  return fingerprint.toUpperCase().replace(/(.{4})(?=.)/g, "$1 ");
}

/**
 * Whether a request about keys is complete.
 * @throws RuleViolation
 * @clause 3(1)
 * @clause 4(1)1
 */
export function requireKeyRequest(request: DatasetKeyRequest): void {
  if ("publicKey" in request) requirePublicKey(request.publicKey);
  if (request.action === "list" || request.action === "platform-keys" || request.action === "describe") return;
  if (request.actor.trim() === "") throw new RuleViolation("3(1)", "actor-missing", "Say who does it (--as ACCOUNT).");
  requireNoNationalId(request.actor, "The account");
  if (!isText(request.reason)) throw new RuleViolation("4(1)1", "reason-missing", "Give a reason (--reason TEXT).");
  requireText(request.reason, "The reason");
  if (request.action === "issue" && !(Number.isInteger(request.days) && request.days >= 1 && request.days <= LONGEST_VALIDITY_DAYS)) {
    throw new RuleViolation("4(1)1", "invalid-validity", `A delivery key is valid for 1 to ${LONGEST_VALIDITY_DAYS} days.`);
  }
}

/** A private key goes nowhere from where it was shown; what else it is, whoever reads keys tells. */
function requirePublicKey(armored: string): void {
  if (armored.includes("PRIVATE KEY")) {
    const next = "ask for the public one (gpg --armor --export), and for a new pair.";
    throw new RuleViolation("4(1)1", "private-key-shown", `This is a private key, which must never leave its owner: ${next}`);
  }
  if (armored.length > LONGEST_KEY)
    throw new RuleViolation(
      "4(1)1",
      "key-too-long",
      "This is longer than any key: export the sender's only (gpg --armor --export-options export-minimal --export).",
    );
}

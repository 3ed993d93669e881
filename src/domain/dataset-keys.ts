import { requireNoNationalId } from "./national-id.ts";
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
  | { readonly action: "trust"; readonly dataset: string; readonly publicKey: string; readonly actor: string; readonly reason: string }
  | { readonly action: "distrust"; readonly dataset: string; readonly fingerprint: string; readonly actor: string; readonly reason: string }
  | { readonly action: "list" }
  | { readonly action: "platform-keys" };

const LONGEST_VALIDITY_DAYS = 90;

/**
 * Whether a request about keys is complete.
 * @throws RuleViolation
 * @clause 3(1)
 * @clause 4(1)1
 */
export function requireKeyRequest(request: DatasetKeyRequest): void {
  if (request.action === "list" || request.action === "platform-keys") return;
  if (request.actor.trim() === "") throw new RuleViolation("3(1)", "actor-missing", "Say who does it (--as ACCOUNT).");
  requireNoNationalId(request.actor, "The account");
  if (request.reason.trim() === "") throw new RuleViolation("4(1)1", "reason-missing", "Give a reason (--reason TEXT).");
  requireNoNationalId(request.reason, "The reason");
  if (request.action === "issue" && !(Number.isInteger(request.days) && request.days >= 1 && request.days <= LONGEST_VALIDITY_DAYS)) {
    throw new RuleViolation("4(1)1", "invalid-validity", `A delivery key is valid for 1 to ${LONGEST_VALIDITY_DAYS} days.`);
  }
}

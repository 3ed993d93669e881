import { requireAccount } from "./appointment.ts";
import { requireText } from "./integration-text.ts";

/**
 * Who had a command change something, and why: it stands on the trail.
 * @throws Error when that was not said; RuleViolation of `requireAccount` and `requireText`
 * @clause 3(1)
 */
export function requireWhoAndWhy({ as: account, reason }: { readonly as?: string | undefined; readonly reason?: string | undefined }): {
  readonly account: string;
  readonly reason: string;
} {
  if (account === undefined || reason === undefined) throw new Error("Say who decided so, and why: --as ACCOUNT --reason TEXT.");
  requireAccount(account);
  requireText(reason, "reason");
  return { account, reason };
}

import { insertPassword, lastPasswords, lockAccount } from "../../db/queries/account.ts";
import { readAttempts, updateAttempts } from "../../db/queries/login-attempts.ts";
import { deleteSessionsOf } from "../../db/queries/session.ts";
import { isKnownPassword } from "../adapters/known-passwords.ts";
import { hashPassword, isPassword } from "../adapters/password-hash.ts";
import type { SessionStage } from "../domain/console-action.ts";
import { giveBackAttempt, type LoginAttempts, takeAttempt } from "../domain/login-lock.ts";
import { requireChangeablePassword, requireStrongPassword, requireUnusedPassword } from "../domain/password-policy.ts";
import { POLICY } from "../domain/policy.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import type { ConsoleContext } from "./context.ts";
import { beginSession, type Claimant, type Entrant, type Progress, requireSession } from "./log-in.ts";

/** What is typed to set a password. */
export interface NewPassword {
  /** Only asked for in a whole session. */
  readonly current: string;
  readonly password: string;
  readonly repeated: string;
}

/**
 * Sets a password by the policy, and ends the account's other sessions.
 * @throws RuleViolation `password-not-repeated`, `password-wrong`, `account-locked`, `session-ended`, and those of the policy
 * @clause 3(4)
 * @clause 3(5)
 */
export async function setPassword(context: ConsoleContext, who: Entrant, stage: SessionStage, typed: NewPassword): Promise<Progress> {
  const { db } = context;
  const { account, session } = who;
  const now = context.now();
  const last = await lastPasswords(db, account, POLICY.passwordsRemembered);
  if (stage === "full") {
    await requireCurrent(context, who, typed.current, last[0]?.hash);
    requireChangeablePassword(last[0]?.setAt, now);
  }
  requireStrongPassword(typed.password, account, isKnownPassword);
  if (typed.password !== typed.repeated)
    throw new RuleViolation("3(5)", "password-not-repeated", "The two new passwords differ: type the same one twice.");
  requireUnusedPassword(await Promise.all(last.map(({ hash }) => isPassword(typed.password, hash))));
  const hash = await hashPassword(typed.password);
  return db.transaction().execute(async (trx) => {
    await lockAccount(trx, account);
    // Any other change of the password has ended this session, so nothing that was compared above is out of date.
    await requireSession(trx, session);
    await insertPassword(trx, account, hash, new Date(now));
    await deleteSessionsOf(trx, account);
    return beginSession(trx, account, stage === "setUp" ? "enrol" : "full", now);
  });
}

async function requireCurrent(context: ConsoleContext, who: Claimant, typed: string, hash: string | undefined): Promise<void> {
  await changeAttempts(context, who, takeAttempt);
  if (hash === undefined || !(await isPassword(typed, hash)))
    throw new RuleViolation("3(5)", "password-wrong", "The current password is wrong: type it again.");
  await changeAttempts(context, who, giveBackAttempt);
}

async function changeAttempts(
  { db, now }: ConsoleContext,
  { account, network }: Claimant,
  change: (attempts: LoginAttempts, now: number) => LoginAttempts,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockAccount(trx, account);
    await updateAttempts(trx, account, network, change(await readAttempts(trx, account, network), now()), now());
  });
}

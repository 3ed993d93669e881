import { insertPassword, lastPasswords, lockAccount, updateAttempts } from "../../db/queries/account.ts";
import { deleteSessionsOf } from "../../db/queries/session.ts";
import { isKnownPassword } from "../adapters/known-passwords.ts";
import { hashPassword, isPassword } from "../adapters/password-hash.ts";
import type { SessionStage } from "../domain/console-action.ts";
import { giveBackAttempt, takeAttempt } from "../domain/login-lock.ts";
import { requireChangeablePassword, requireStrongPassword, requireUnusedPassword } from "../domain/password-policy.ts";
import { POLICY } from "../domain/policy.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import type { ConsoleContext } from "./context.ts";
import { beginSession, type Progress } from "./log-in.ts";

/** What is typed to set a password. */
export interface NewPassword {
  /** Only asked for in a whole session. */
  readonly current: string;
  readonly password: string;
  readonly repeated: string;
}

/**
 * Sets a password by the policy, and ends the account's other sessions.
 * @throws RuleViolation `password-not-repeated`, `password-wrong`, `account-locked`, and those of the policy
 * @clause 3(4)
 * @clause 3(5)
 */
export async function setPassword(context: ConsoleContext, account: string, stage: SessionStage, typed: NewPassword): Promise<Progress> {
  const { db } = context;
  const now = context.now();
  const last = await lastPasswords(db, account, POLICY.passwordsRemembered);
  if (stage === "full") {
    await requireCurrent(context, account, typed.current, last[0]?.hash);
    requireChangeablePassword(last[0]?.setAt, now);
  }
  requireStrongPassword(typed.password, account, isKnownPassword);
  if (typed.password !== typed.repeated)
    throw new RuleViolation("3(5)", "password-not-repeated", "The two new passwords differ: type the same one twice.");
  requireUnusedPassword(await Promise.all(last.map(({ hash }) => isPassword(typed.password, hash))));
  const hash = await hashPassword(typed.password);
  await db.transaction().execute(async (trx) => {
    await insertPassword(trx, account, hash, new Date(now));
    await deleteSessionsOf(trx, account);
  });
  return beginSession(context, account, stage === "setUp" ? "enrol" : "full");
}

async function requireCurrent(context: ConsoleContext, account: string, typed: string, hash: string | undefined): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    if (found !== undefined) await updateAttempts(trx, account, takeAttempt(found.attempts, context.now()));
  });
  if (hash === undefined || !(await isPassword(typed, hash)))
    throw new RuleViolation("3(5)", "password-wrong", "The current password is wrong: type it again.");
  await context.db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    if (found !== undefined) await updateAttempts(trx, account, giveBackAttempt(found.attempts));
  });
}

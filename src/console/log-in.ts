import {
  type AccountOnRecord,
  lastPasswords,
  lockAccount,
  updateAttempts,
  updateEnrolment,
  updateLastStep,
} from "../../db/queries/account.ts";
import { listAppointments } from "../../db/queries/appointment.ts";
import { deleteEndedSessions, deleteSession, deleteSessionsOf, insertSession } from "../../db/queries/session.ts";
import { openTotpSecret, totpStep } from "../adapters/authenticator.ts";
import { isPassword } from "../adapters/password-hash.ts";
import { createToken, hashToken } from "../adapters/session-token.ts";
import { dutiesAt } from "../domain/appointment.ts";
import type { SessionStage } from "../domain/console-action.ts";
import { giveBackAttempt, takeAttempt } from "../domain/login-lock.ts";
import { passwordEnd } from "../domain/password-policy.ts";
import { POLICY } from "../domain/policy.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import type { ConsoleContext } from "./context.ts";

/** No answer to a log-in comes sooner (milliseconds), so that its time doesn't tell what was wrong. */
const SHORTEST = 250;

/** A step of the log-in that was taken: the cookie's new token, and the stage that it has come to. */
export interface Progress {
  readonly token: string;
  readonly stage: SessionStage;
}

/** The same answer to an unknown account, a wrong password, a locked account and one without an appointment. */
function wrong(): RuleViolation {
  return new RuleViolation(
    "3(5)",
    "log-in-wrong",
    `Account or password is wrong, or the account is locked: after ${POLICY.loginFailures} failures it is, for ${POLICY.lockMinutes} minutes.`,
  );
}

/**
 * Checks account and password; a code is asked for next.
 * @throws RuleViolation `log-in-wrong`, whatever was wrong
 * @clause 3(5)
 */
export async function logIn(context: ConsoleContext, account: string, password: string): Promise<Progress> {
  const earliest = new Promise((resolve) => setTimeout(resolve, SHORTEST));
  try {
    return await tryLogIn(context, account, password);
  } finally {
    await earliest;
  }
}

async function tryLogIn(context: ConsoleContext, account: string, password: string): Promise<Progress> {
  const { db } = context;
  const known = await db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    if (found === undefined) return undefined;
    const attempts = attemptOf(found, context.now());
    if (attempts !== undefined) await updateAttempts(trx, account, attempts);
    return {
      usable: attempts !== undefined && found.enrolled,
      duties: dutiesAt(await listAppointments(trx, account), account, context.now()),
    };
  });
  const [current] = known === undefined ? [] : await lastPasswords(db, account, 1);
  const right = await isPassword(password, current?.hash ?? context.nobodysPassword);
  if (known?.usable !== true || known.duties.length === 0 || current === undefined || !right) throw wrong();
  await db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    if (found !== undefined) await updateAttempts(trx, account, giveBackAttempt(found.attempts));
  });
  await deleteEndedSessions(db, context.now(), context.settings.consoleIdleMinutes);
  return beginSession(context, account, "code");
}

/** Counts one attempt; undefined while the account is locked. */
function attemptOf({ attempts }: AccountOnRecord, now: number) {
  try {
    return takeAttempt(attempts, now);
  } catch {
    return undefined;
  }
}

/**
 * Checks the authenticator's code, each of which counts once; then the session is whole, but for a password that is too old.
 * @throws RuleViolation `code-wrong`, `account-locked`
 * @clause 3(5)
 */
export async function giveCode(context: ConsoleContext, account: string, oldToken: Buffer, code: string): Promise<Progress> {
  const { db } = context;
  const now = context.now();
  const right = await db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    if (found?.authenticator === undefined) return false;
    const attempts = takeAttempt(found.attempts, now);
    const step = totpStep(openTotpSecret(context.keys, found.authenticator, account), code, now);
    const fresh = step !== undefined && step > found.lastStep;
    await (fresh ? updateLastStep(trx, account, step) : updateAttempts(trx, account, attempts));
    return fresh;
  });
  if (!right)
    throw new RuleViolation("3(5)", "code-wrong", "The code is wrong or was used already: wait for the authenticator's next one.");
  const [current] = await lastPasswords(db, account, 1);
  await deleteSession(db, oldToken);
  return beginSession(context, account, current === undefined || now >= passwordEnd(current.setAt) ? "password" : "full");
}

/**
 * The one-time token opens the set-up of password and authenticator; it logs nobody in.
 * @throws RuleViolation `token-wrong`
 * @clause 3(5)
 */
export async function beginSetUp(context: ConsoleContext, account: string, oneTimeToken: string): Promise<Progress> {
  const given = hashToken(oneTimeToken);
  const valid = await context.db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    // Hashes of 256 random bits: comparing them tells nothing of the token.
    return found?.setUp?.hash.equals(given) === true && context.now() < found.setUp.until;
  });
  if (!valid) throw new RuleViolation("3(5)", "token-wrong", "The one-time token is wrong, used, or too old: ask for a new one.");
  return beginSession(context, account, "setUp");
}

/**
 * A first code shows that the authenticator is at hand: the account is set up, and its one-time token used.
 * @throws RuleViolation `code-wrong`
 * @clause 3(5)
 */
export async function enrol(context: ConsoleContext, account: string, code: string): Promise<Progress> {
  const { db } = context;
  const now = context.now();
  await db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    const step =
      found?.authenticator === undefined ? undefined : totpStep(openTotpSecret(context.keys, found.authenticator, account), code, now);
    if (step === undefined)
      throw new RuleViolation("3(5)", "code-wrong", "The code is wrong: check the authenticator's clock, and try its next one.");
    await updateEnrolment(trx, account, step, new Date(now));
    await deleteSessionsOf(trx, account);
  });
  return beginSession(context, account, "full");
}

/** A new token at every step: one that was known before is worth nothing after it. */
export async function beginSession(context: ConsoleContext, account: string, stage: SessionStage): Promise<Progress> {
  const token = createToken();
  await insertSession(context.db, hashToken(token), account, stage, context.now());
  return { token, stage };
}

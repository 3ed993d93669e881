import type { Transaction } from "kysely";
import { forgetAuthenticator, lastPasswords, lockAccount, updateEnrolment, updateLastStep } from "../../db/queries/account.ts";
import { listAppointments } from "../../db/queries/appointment.ts";
import { forgetNetworks, readAttempts, updateAttempts } from "../../db/queries/login-attempts.ts";
import { deleteEndedSessions, deleteSession, deleteSessionsOf, insertSession } from "../../db/queries/session.ts";
import type { Database } from "../../db/tables/database.ts";
import { openTotpSecret, totpStep } from "../adapters/authenticator.ts";
import { isPassword } from "../adapters/password-hash.ts";
import { createToken, hashToken } from "../adapters/session-token.ts";
import { dutiesAt } from "../domain/appointment.ts";
import type { SessionStage } from "../domain/console-action.ts";
import { giveBackAttempt, type LoginAttempts, loggedIn, takeAttempt } from "../domain/login-lock.ts";
import { passwordEnd } from "../domain/password-policy.ts";
import { POLICY } from "../domain/policy.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import type { ConsoleContext } from "./context.ts";

/** An answer to a log-in comes after a multiple of this (milliseconds), so that its time doesn't tell what was wrong, however busy we are. */
const BEAT = 250;
const DAY = 86_400_000;

/** Who tries: an account, from which network. */
export interface Claimant {
  readonly account: string;
  readonly network: string;
}

/** Somebody on the way in, by the session that they have. */
export interface Entrant extends Claimant {
  /** Hash of the session's token; the next step replaces it. */
  readonly session: Buffer;
}

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
export async function logIn(context: ConsoleContext, who: Claimant, password: string): Promise<Progress> {
  const started = performance.now();
  try {
    return await tryLogIn(context, who, password);
  } finally {
    await new Promise((resolve) => setTimeout(resolve, BEAT - ((performance.now() - started) % BEAT)));
  }
}

async function tryLogIn(context: ConsoleContext, who: Claimant, password: string): Promise<Progress> {
  const { db } = context;
  const { account, network } = who;
  const now = context.now();
  const { counted, current } = await db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    const attempts = attemptOf(await readAttempts(trx, account, network), now);
    if (found !== undefined && attempts !== undefined) await updateAttempts(trx, account, network, attempts, now);
    return { counted: attempts !== undefined, current: (await lastPasswords(trx, account, 1))[0] };
  });
  const right = await isPassword(password, current?.hash ?? context.nobodysPassword);
  if (!counted || current === undefined || !right) throw wrong();
  await deleteEndedSessions(db, now, context.settings.consoleIdleMinutes);
  const progress = await db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    // Hashing took its time: what it was about may have been taken away meanwhile.
    const [latest] = await lastPasswords(trx, account, 1);
    const duties = dutiesAt(await listAppointments(trx, account), account, now);
    if (found?.enrolled !== true || latest?.hash !== current.hash || duties.length === 0) return undefined;
    await updateAttempts(trx, account, network, giveBackAttempt(await readAttempts(trx, account, network)), now);
    return beginSession(trx, account, "code", now);
  });
  if (progress === undefined) throw wrong();
  return progress;
}

/** Counts one attempt; undefined while the account is locked. */
function attemptOf(attempts: LoginAttempts, now: number): LoginAttempts | undefined {
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
export async function giveCode(context: ConsoleContext, { account, network, session }: Entrant, code: string): Promise<Progress> {
  const now = context.now();
  const progress = await context.db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    if (found?.authenticator === undefined || !found.enrolled) return undefined;
    const attempts = takeAttempt(await readAttempts(trx, account, network), now);
    const step = totpStep(openTotpSecret(context.keys, found.authenticator, account), code, now);
    if (step === undefined || step <= found.lastStep || !(await deleteSession(trx, session))) {
      await updateAttempts(trx, account, network, attempts, now);
      return undefined;
    }
    await updateLastStep(trx, account, step);
    await updateAttempts(trx, account, network, loggedIn(giveBackAttempt(attempts), now), now);
    await forgetNetworks(trx, account, now - POLICY.knownNetworkDays * DAY);
    const [current] = await lastPasswords(trx, account, 1);
    return beginSession(trx, account, current === undefined || now >= passwordEnd(current.setAt) ? "password" : "full", now);
  });
  if (progress === undefined)
    throw new RuleViolation("3(5)", "code-wrong", "The code is wrong or was used already: wait for the authenticator's next one.");
  return progress;
}

/**
 * The one-time token opens the set-up of password and authenticator; it logs nobody in. Each use begins the set-up anew: one that was begun
 * before and left alone ends, and the secret that it showed is worth nothing.
 * @throws RuleViolation `token-wrong`
 * @clause 3(5)
 */
export async function beginSetUp(context: ConsoleContext, account: string, oneTimeToken: string): Promise<Progress> {
  const given = hashToken(oneTimeToken);
  const now = context.now();
  const progress = await context.db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    // Hashes of 256 random bits: comparing them tells nothing of the token.
    if (found?.setUp?.hash.equals(given) !== true || now >= found.setUp.until) return undefined;
    await deleteSessionsOf(trx, account);
    await forgetAuthenticator(trx, account);
    return beginSession(trx, account, "setUp", now);
  });
  if (progress === undefined)
    throw new RuleViolation("3(5)", "token-wrong", "The one-time token is wrong, used, or too old: ask for a new one.");
  return progress;
}

/**
 * A first code shows that the authenticator is at hand: the account is set up, and its one-time token used.
 * @throws RuleViolation `code-wrong`, `session-ended`
 * @clause 3(5)
 */
export function enrol(context: ConsoleContext, { account, network, session }: Entrant, code: string): Promise<Progress> {
  const now = context.now();
  return context.db.transaction().execute(async (trx) => {
    const found = await lockAccount(trx, account);
    await requireSession(trx, session);
    const secret = found?.authenticator && openTotpSecret(context.keys, found.authenticator, account);
    const step = secret === undefined ? undefined : totpStep(secret, code, now);
    if (step === undefined)
      throw new RuleViolation("3(5)", "code-wrong", "The code is wrong: check the authenticator's clock, and try its next one.");
    await updateEnrolment(trx, account, step, new Date(now));
    await updateAttempts(trx, account, network, loggedIn(await readAttempts(trx, account, network), now), now);
    await deleteSessionsOf(trx, account);
    return beginSession(trx, account, "full", now);
  });
}

/** Ends the session by which a step is taken, in the transaction that holds its account. @throws RuleViolation `session-ended` when something else ended it first */
export async function requireSession(trx: Transaction<Database>, session: Buffer): Promise<void> {
  if (!(await deleteSession(trx, session)))
    throw new RuleViolation("3(5)", "session-ended", "The session has ended meanwhile, so nothing was changed: log in again.");
}

/** A new token at every step, in the transaction that holds the account: one that was known before is worth nothing after it. */
export async function beginSession(trx: Transaction<Database>, account: string, stage: SessionStage, now: number): Promise<Progress> {
  const token = createToken();
  await insertSession(trx, hashToken(token), account, stage, now);
  return { token, stage };
}

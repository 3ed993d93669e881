import type { Kysely } from "kysely";
import type { SessionStage } from "../../src/domain/console-action.ts";
import { POLICY } from "../../src/domain/policy.ts";
import type { SessionClock } from "../../src/domain/session.ts";
import type { Database } from "../tables/database.ts";

/** A session that has not ended. */
export interface SessionOnRecord extends SessionClock {
  readonly account: string;
  readonly stage: SessionStage;
}

const MINUTE = 60_000;

/** Moments before which a session's last use and its beginning must not lie. */
function limits(now: number, idleMinutes: number) {
  return { seen: new Date(now - idleMinutes * MINUTE), began: new Date(now - POLICY.sessionHours * 60 * MINUTE) };
}

/** The session of a token, in use at this moment; undefined when it has ended. @param tokenHash SHA-256 @clause 4(2)4 */
export async function touchSession(
  db: Kysely<Database>,
  tokenHash: Buffer,
  now: number,
  idleMinutes: number,
): Promise<SessionOnRecord | undefined> {
  const { seen, began } = limits(now, idleMinutes);
  const row = await db
    .updateTable("session")
    .set({ last_seen_at: new Date(now) })
    .where("token_hash", "=", tokenHash)
    .where("last_seen_at", ">", seen)
    .where("began_at", ">", began)
    .returning(["account", "stage", "began_at"])
    .executeTakeFirst();
  return row && { account: row.account, stage: row.stage, beganAt: row.began_at.getTime(), lastSeenAt: now };
}

/** As `touchSession`, but looking is no use of it. */
export async function findSession(
  db: Kysely<Database>,
  tokenHash: Buffer,
  now: number,
  idleMinutes: number,
): Promise<SessionOnRecord | undefined> {
  const { seen, began } = limits(now, idleMinutes);
  const row = await db
    .selectFrom("session")
    .select(["account", "stage", "began_at", "last_seen_at"])
    .where("token_hash", "=", tokenHash)
    .where("last_seen_at", ">", seen)
    .where("began_at", ">", began)
    .executeTakeFirst();
  return row && { account: row.account, stage: row.stage, beganAt: row.began_at.getTime(), lastSeenAt: row.last_seen_at.getTime() };
}

export async function insertSession(
  db: Kysely<Database>,
  tokenHash: Buffer,
  account: string,
  stage: SessionStage,
  now: number,
): Promise<void> {
  const at = new Date(now);
  await db.insertInto("session").values({ token_hash: tokenHash, account, stage, began_at: at, last_seen_at: at }).execute();
}

/** Ends a session. @returns false when it had ended before */
export async function deleteSession(db: Kysely<Database>, tokenHash: Buffer): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom("session").where("token_hash", "=", tokenHash).executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Ends every session of an account. */
export async function deleteSessionsOf(db: Kysely<Database>, account: string): Promise<void> {
  await db.deleteFrom("session").where("account", "=", account).execute();
}

/** Forgets sessions that have ended by themselves. */
export async function deleteEndedSessions(db: Kysely<Database>, now: number, idleMinutes: number): Promise<void> {
  const { seen, began } = limits(now, idleMinutes);
  await db
    .deleteFrom("session")
    .where((either) => either.or([either("last_seen_at", "<=", seen), either("began_at", "<=", began)]))
    .execute();
}

import type { Kysely, Transaction } from "kysely";
import type { Database } from "../tables/database.ts";

/** An account, and what its holder logs in with. */
export interface AccountOnRecord {
  readonly account: string;
  /** SHA-256 of the one-time token that opens the set-up page, and until when (epoch milliseconds). */
  readonly setUp: { readonly hash: Buffer; readonly until: number } | undefined;
  /** The sealed secret of the authenticator, and the key that opens it. */
  readonly authenticator: { readonly sealed: Buffer; readonly keyId: string } | undefined;
  /** Whether a code has shown that the authenticator is at hand. */
  readonly enrolled: boolean;
  /** The time step of the last code that was taken: none is taken twice. */
  readonly lastStep: number;
}

/** Holds the account until the transaction ends, so that attempts at once are counted one after the other. */
export async function lockAccount(trx: Transaction<Database>, account: string): Promise<AccountOnRecord | undefined> {
  const row = await trx.selectFrom("account").selectAll().where("account", "=", account).forNoKeyUpdate().executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    account: row.account,
    setUp: row.set_up_hash === null || row.set_up_until === null ? undefined : { hash: row.set_up_hash, until: row.set_up_until.getTime() },
    authenticator: row.totp_secret === null || row.totp_key_id === null ? undefined : { sealed: row.totp_secret, keyId: row.totp_key_id },
    enrolled: row.totp_enrolled_at !== null,
    lastStep: Number(row.totp_last_step ?? 0),
  };
}

export async function accountExists(db: Kysely<Database>, account: string): Promise<boolean> {
  return (await db.selectFrom("account").select("account").where("account", "=", account).executeTakeFirst()) !== undefined;
}

/** A one-time token replaces what the holder logged in with: the old authenticator counts no more. @param hash SHA-256 of the token */
export async function resetAccount(trx: Transaction<Database>, account: string, hash: Buffer, until: Date): Promise<void> {
  await trx
    .updateTable("account")
    .set({ set_up_hash: hash, set_up_until: until, totp_secret: null, totp_key_id: null, totp_enrolled_at: null, totp_last_step: null })
    .set({ failures: 0, failing_since: null })
    .where("account", "=", account)
    .execute();
  await trx.deleteFrom("login_network").where("account", "=", account).execute();
}

/** A set-up begins: whoever began one before and left it may have seen its authenticator's secret. */
export async function forgetAuthenticator(trx: Transaction<Database>, account: string): Promise<void> {
  await trx.updateTable("account").set({ totp_secret: null, totp_key_id: null }).where("account", "=", account).execute();
}

export async function updateAuthenticator(trx: Transaction<Database>, account: string, sealed: Buffer, keyId: string): Promise<void> {
  await trx.updateTable("account").set({ totp_secret: sealed, totp_key_id: keyId }).where("account", "=", account).execute();
}

/** The authenticator is at hand, and with that the account is set up: its one-time token is used. */
export async function updateEnrolment(trx: Transaction<Database>, account: string, step: number, now: Date): Promise<void> {
  await trx
    .updateTable("account")
    .set({ totp_enrolled_at: now, totp_last_step: String(step), set_up_hash: null, set_up_until: null })
    .where("account", "=", account)
    .execute();
}

/** A code was right: none of its time step or before is taken again. */
export async function updateLastStep(trx: Transaction<Database>, account: string, step: number): Promise<void> {
  await trx
    .updateTable("account")
    .set({ totp_last_step: String(step) })
    .where("account", "=", account)
    .execute();
}

/** A password that was set, as its Argon2id hash, and when (epoch milliseconds). */
export interface PasswordOnRecord {
  readonly hash: string;
  readonly setAt: number;
}

/** An account's passwords, the newest first. */
export async function lastPasswords(db: Kysely<Database>, account: string, count: number): Promise<PasswordOnRecord[]> {
  const rows = await db
    .selectFrom("password")
    .select(["argon2_hash as hash", "set_at"])
    .where("account", "=", account)
    .orderBy("password_id", "desc")
    .limit(count)
    .execute();
  return rows.map(({ hash, set_at }) => ({ hash, setAt: set_at.getTime() }));
}

export async function insertPassword(trx: Transaction<Database>, account: string, hash: string, now: Date): Promise<void> {
  await trx.insertInto("password").values({ account, argon2_hash: hash, set_at: now }).execute();
}

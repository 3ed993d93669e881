import { sql, type Transaction } from "kysely";
import type { LoginAttempts } from "../../src/domain/login-lock.ts";
import type { Database } from "../tables/database.ts";

/** What was tried at an account, whose row the transaction holds, from one network and from all; nothing where there is no such account. */
export async function readAttempts(trx: Transaction<Database>, account: string, network: string): Promise<LoginAttempts> {
  const all = await trx.selectFrom("account").select(["failures", "failing_since"]).where("account", "=", account).executeTakeFirst();
  const own = await trx
    .selectFrom("login_network")
    .select(["failures", "locked_until", "logged_in_at"])
    .where("account", "=", account)
    .where("network", "=", network)
    .executeTakeFirst();
  return {
    failures: own?.failures ?? 0,
    lockedUntil: own?.locked_until?.getTime(),
    knownSince: own?.logged_in_at?.getTime(),
    allFailures: all?.failures ?? 0,
    failingSince: all?.failing_since?.getTime(),
  };
}

/** Writes what has been tried by now (epoch milliseconds). */
export async function updateAttempts(
  trx: Transaction<Database>,
  account: string,
  network: string,
  attempts: LoginAttempts,
  now: number,
): Promise<void> {
  const { failures, lockedUntil, knownSince, allFailures, failingSince } = attempts;
  await trx
    .updateTable("account")
    .set({ failures: allFailures, failing_since: dateOf(failingSince) })
    .where("account", "=", account)
    .execute();
  const own = { failures, locked_until: dateOf(lockedUntil), tried_at: new Date(now), logged_in_at: dateOf(knownSince) };
  await trx
    .insertInto("login_network")
    .values({ account, network, ...own })
    .onConflict((known) => known.columns(["account", "network"]).doUpdateSet(own))
    .execute();
}

/** Forgets networks from which an account was last tried before a moment (epoch milliseconds). */
export async function forgetNetworks(trx: Transaction<Database>, account: string, triedBefore: number): Promise<void> {
  await sql`delete from login_network where account = ${account} and tried_at < ${new Date(triedBefore)}`.execute(trx);
}

function dateOf(milliseconds: number | undefined): Date | null {
  return milliseconds === undefined ? null : new Date(milliseconds);
}

import { type Kysely, sql, type Transaction } from "kysely";
import type { RetentionPeriod } from "../../src/domain/retention-period.ts";
import type { Database } from "../tables/database.ts";
import { requireOffice } from "./appointment.ts";

/** What was said about how long the log is kept, oldest first. */
export async function listRetentionPeriods(db: Kysely<Database>): Promise<RetentionPeriod[]> {
  const { rows } = await sql<Omit<RetentionPeriod, "raisedAt" | "requestId"> & { raised: Date; requestId: string | null }>`
    select years, actor as account, actor_role as role, reason, raised_at as raised, request_id as "requestId" from log_retention order by years`.execute(
    db,
  );
  return rows.map(({ raised, requestId, ...period }) => ({
    ...period,
    raisedAt: raised.toISOString(),
    ...(requestId !== null && { requestId }),
  }));
}

/**
 * Has the log kept for longer, from the commit on; the same request again changes nothing.
 * @param raise the rule, on what stands on record; nobody else raises meanwhile
 * @returns what is on record under the request's id
 * @throws RuleViolation of the rule; `not-in-office`
 */
export async function insertRetentionPeriod(
  trx: Transaction<Database>,
  requestId: string,
  raise: (periods: readonly RetentionPeriod[]) => RetentionPeriod,
): Promise<RetentionPeriod> {
  await sql`select pg_advisory_xact_lock(hashtext('log_retention'))`.execute(trx);
  const periods = await listRetentionPeriods(trx);
  const known = periods.find((period) => period.requestId === requestId);
  if (known !== undefined) return known;
  const raised = raise(periods);
  const { years, account, role, reason, raisedAt } = raised;
  await requireOffice(trx, { account, role, takenAt: raisedAt });
  await sql`
    insert into log_retention (years, actor, actor_role, reason, raised_at, request_id)
    values (${years}, ${account}, ${role}, ${reason}, ${raisedAt}::timestamptz, ${requestId})`.execute(trx);
  return raised;
}

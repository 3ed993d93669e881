import { type Kysely, sql, type Transaction } from "kysely";
import type { Disposal, DisposalCertificate, DisposalEntry } from "../../src/domain/retention.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";
import { requireOffice } from "./appointment.ts";
import { noticeOnce } from "./notice-once.ts";

const firstDay = (month: string) => `${month}-01`;

/** The months whose entries the log holds, `YYYY-MM`, oldest first. */
export async function listLogMonths(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ month: string }>`
    select replace(right(c.relname, 7), '_', '-') as month from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.query_log'::regclass order by 1`.execute(db);
  return rows.map(({ month }) => month);
}

/** The months that people or the platform have begun to act on, and whose entries are still there. */
export async function listOpenDisposals(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ month: string }>`
    select to_char(month, 'YYYY-MM') as month from log_disposal_step group by month having not bool_or(step = 'dispose') order by 1`.execute(
    db,
  );
  return rows.map(({ month }) => month);
}

/** A month's steps, and its certificate once it is gone. */
export async function readDisposal(db: Kysely<Database>, month: string): Promise<Disposal> {
  const { rows: steps } = await sql<Omit<DisposalEntry, "takenAt" | "matter"> & { takenAt: Date; matter: string | null }>`
    select step, actor as account, actor_role as role, reason, matter, taken_at as "takenAt"
    from log_disposal_step where month = ${firstDay(month)}::date order by sequence`.execute(db);
  const { rows: certificates } = await sql<Omit<DisposalCertificate, "disposedAt"> & { disposedAt: Date }>`
    select entries::float8, leaf_ranges as ranges, checkpoint, approved_by as "approvedBy", disposed_at as "disposedAt"
    from log_disposal where month = ${firstDay(month)}::date`.execute(db);
  const certificate = certificates[0] && { ...certificates[0], disposedAt: certificates[0].disposedAt.toISOString() };
  const timeline = steps.map(({ takenAt, matter, ...step }) => ({
    ...step,
    takenAt: takenAt.toISOString(),
    ...(matter !== null && { matter }),
  }));
  return { month, timeline, ...(certificate && { certificate }) };
}

/**
 * Writes the newest step of a month; nothing when it is there already. A proposal is announced to managers.
 * @throws RuleViolation `record-disagrees` when another step has its place; `not-in-office`
 */
export async function insertDisposalStep(trx: Transaction<Database>, { month, timeline }: Disposal): Promise<void> {
  const { step, matter = null, account, role, reason, takenAt } = timeline.at(-1) as DisposalEntry;
  await requireOffice(trx, { account, role, takenAt });
  const { rows } = await sql<{ same: boolean }>`
    with written as (
      insert into log_disposal_step (month, sequence, step, matter, actor, actor_role, reason, taken_at)
      values (${firstDay(month)}::date, ${timeline.length}, ${step}, ${matter}, ${account}, ${role}, ${reason}, ${takenAt}::timestamptz)
      on conflict do nothing returning true as same
    )
    select same from written
    union all select step = ${step} and actor = ${account} and taken_at = ${takenAt}::timestamptz from log_disposal_step
      where month = ${firstDay(month)}::date and sequence = ${timeline.length}`.execute(trx);
  if (rows[0]?.same !== true)
    throw new RuleViolation("4(1)5", "record-disagrees", "The records say that this step can't follow: look at the month's timeline.");
  if (step !== "propose") return;
  const at = new Date(takenAt);
  await noticeOnce(trx, {
    key: `retention/${month}/manager`,
    kind: "disposal-proposed",
    recipient: "manager",
    about: `retention/${month}`,
    at,
  });
}

/** Drops a month's entries, if the database finds that they may go. @returns `disposed`, or the reason against it */
export async function disposeOfLogMonth(db: Kysely<Database>, month: string): Promise<string> {
  const { rows } = await sql<{ outcome: string }>`select dispose_of_log_month(${firstDay(month)}::date) as outcome`.execute(db);
  return (rows[0] as { outcome: string }).outcome;
}

import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
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

type StepRow = Omit<DisposalEntry, "takenAt" | "matter" | "requestId"> & {
  month: string;
  takenAt: Date;
  matter: string | null;
  requestId: string | null;
};
type CertificateRow = Omit<DisposalCertificate, "disposedAt"> & { month: string; disposedAt: Date };

/** A month's steps, and its certificate once it is gone. */
export async function readDisposal(db: Kysely<Database>, month: string): Promise<Disposal> {
  const [known] = await readDisposals(db, sql`month = ${firstDay(month)}::date`);
  return known ?? { month, timeline: [] };
}

/** Every month that the log holds or ever held, with its steps, oldest first; also those to come that have their place already. */
export async function listDisposals(db: Kysely<Database>): Promise<Disposal[]> {
  const known = new Map((await readDisposals(db, sql`true`)).map((disposal) => [disposal.month, disposal]));
  const months = new Set([...(await listLogMonths(db)), ...known.keys()]);
  return [...months].sort().map((month) => known.get(month) ?? { month, timeline: [] });
}

async function readDisposals(db: Kysely<Database>, which: RawBuilder<unknown>): Promise<Disposal[]> {
  const { rows: steps } = await sql<StepRow>`
    select to_char(month, 'YYYY-MM') as month, step, actor as account, actor_role as role, reason, matter, taken_at as "takenAt",
      request_id as "requestId"
    from log_disposal_step where ${which} order by month, sequence`.execute(db);
  const { rows: certificates } = await sql<CertificateRow>`
    select to_char(month, 'YYYY-MM') as month, entries::float8, leaf_ranges as ranges, checkpoint, approved_by as "approvedBy",
      disposed_at as "disposedAt"
    from log_disposal where ${which}`.execute(db);
  const certified = new Map(
    certificates.map(({ month, disposedAt, ...rest }) => [month, { ...rest, disposedAt: disposedAt.toISOString() }]),
  );
  return [...Map.groupBy(steps, ({ month }) => month)].map(([month, taken]) => {
    const timeline = taken.map(({ month: _, takenAt, matter, requestId, ...step }) => ({
      ...step,
      takenAt: takenAt.toISOString(),
      ...(matter !== null && { matter }),
      ...(requestId !== null && { requestId }),
    }));
    const certificate = certified.get(month);
    return { month, timeline, ...(certificate && { certificate }) };
  });
}

/** About how many entries the log holds of each month. */
export async function listMonthSizes(db: Kysely<Database>): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ month: string; entries: number }>`
    select to_char(month, 'YYYY-MM') as month, entries::float8 from log_month_sizes()`.execute(db);
  return new Map(rows.map(({ month, entries }) => [month, entries]));
}

/** How many entries the log holds of a month; undefined: it doesn't hold the month. */
export async function countLogMonth(db: Kysely<Database>, month: string): Promise<number | undefined> {
  const { rows } = await sql<{ entries: number | null }>`select count_log_month(${firstDay(month)}::date)::float8 as entries`.execute(db);
  return rows[0]?.entries ?? undefined;
}

/**
 * Writes the newest step of a month; nothing when it is there already. A proposal is announced to managers.
 * @throws RuleViolation `record-disagrees` when another step has its place; `not-in-office`
 */
export async function insertDisposalStep(trx: Transaction<Database>, { month, timeline }: Disposal): Promise<void> {
  const { step, matter = null, account, role, reason, takenAt, requestId = null } = timeline.at(-1) as DisposalEntry;
  await requireOffice(trx, { account, role, takenAt });
  const { rows } = await sql<{ same: boolean }>`
    with written as (
      insert into log_disposal_step (month, sequence, step, matter, actor, actor_role, reason, taken_at, request_id)
      values (${firstDay(month)}::date, ${timeline.length}, ${step}, ${matter}, ${account}, ${role}, ${reason}, ${takenAt}::timestamptz, ${requestId}::uuid)
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

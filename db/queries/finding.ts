import { type Kysely, sql, type Transaction } from "kysely";
import type { Finding, FindingRequest } from "../../src/domain/finding.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";
import { requireOffice } from "./appointment.ts";
import { noticeOnce } from "./notice-once.ts";

const DAY = 86_400_000;

/** Which findings: one alone, an integration's, those older than one, or those due before a day. */
export interface FindingFilter {
  readonly findingNumber?: number | undefined;
  readonly integrationNumber?: string | undefined;
  readonly before?: number | undefined;
  /** ISO 8601. */
  readonly dueBefore?: string | undefined;
}

/** Findings, newest first, at most so many. */
export async function listFindings(
  db: Kysely<Database>,
  { findingNumber, integrationNumber, before, dueBefore }: FindingFilter,
  limit = 1000,
): Promise<Finding[]> {
  const { rows } = await sql<Finding>`
    select f.finding_number as "findingNumber", i.application_number as "integrationNumber", i.system_name as "systemName", a.alert_id as "alertId",
      f.severity, f.description, f.due_on::text as "dueOn", f.raised_by as "raisedBy", f.raised_as as "raisedAs",
      to_json(f.raised_at) #>> '{}' as "raisedAt"
    from finding f join integration i using (integration_id) left join abnormal_use_alert a using (finding_number)
    where f.finding_number = coalesce(${findingNumber ?? null}::integer, f.finding_number)
      and i.application_number = coalesce(${integrationNumber ?? null}::text, i.application_number)
      and f.finding_number < coalesce(${before ?? null}::integer, 2147483647) and f.due_on < coalesce(${dueBefore ?? null}::date, 'infinity')
    order by f.finding_number desc limit ${limit}`.execute(db);
  return rows;
}

/**
 * Puts a finding on record, with the next number, and has it announced; the alert that it is made from is decided with it. The same request again
 * changes nothing.
 * @returns its number
 * @throws RuleViolation `already-decided`, `alert-unknown`, `integration-unknown`, `not-in-office`
 */
export async function insertFinding(trx: Transaction<Database>, request: FindingRequest, at: Date): Promise<number> {
  const { requestId, about, severity, description, dueOn, by } = request;
  // Numbers have no gaps: nobody else takes the next one meanwhile.
  await sql`select pg_advisory_xact_lock(hashtext('finding'))`.execute(trx);
  const { rows } = await sql<{ known: number | null; next: number }>`
    select max(finding_number) filter (where request_id = ${requestId}) as known, coalesce(max(finding_number), 0) + 1 as next from finding`.execute(
    trx,
  );
  const { known = null, next = 1 } = rows[0] ?? {};
  if (known !== null) return known;
  await requireOffice(trx, { ...by, takenAt: at.toISOString() });
  const integrationId =
    "alertId" in about ? await lockOpenAlert(trx, about.alertId) : await findIntegrationId(trx, about.integrationNumber);
  await sql`
    insert into finding (finding_number, request_id, integration_id, severity, description, due_on, raised_by, raised_as, raised_at)
    values (${next}, ${requestId}, ${integrationId}, ${severity}, ${description}, ${dueOn}::date, ${by.account}, ${by.role}, ${at})`.execute(
    trx,
  );
  if ("alertId" in about)
    await sql`
      update abnormal_use_alert set state = 'finding', finding_number = ${next}, decided_by = ${by.account}, decided_as = ${by.role},
        decision_reason = ${description}, decided_at = ${at}
      where alert_id = ${about.alertId}`.execute(trx);
  for (const recipient of ["dedicatedOfficer", "manager"] as const)
    await noticeOnce(trx, {
      ...{ key: `finding/${next}/${recipient}`, kind: "finding-raised", recipient, about: `finding/${next}`, at },
      announces: new Date(startOfDay(dueOn) + DAY),
    });
  return next;
}

async function lockOpenAlert(trx: Transaction<Database>, alertId: number): Promise<number> {
  const { rows } = await sql<{ state: string; integration_id: number }>`
    select state, integration_id from abnormal_use_alert where alert_id = ${alertId} for update`.execute(trx);
  const [alert] = rows;
  if (alert === undefined)
    throw new RuleViolation("3(10)", "alert-unknown", "There is no alert of this number: list shows those that are open.");
  if (alert.state !== "open")
    throw new RuleViolation("3(10)", "already-decided", "The alert has been decided already: list --all shows by whom, and why.");
  return alert.integration_id;
}

async function findIntegrationId(trx: Transaction<Database>, integrationNumber: string): Promise<number> {
  const found = await trx
    .selectFrom("integration")
    .select("integration_id")
    .where("application_number", "=", integrationNumber)
    .executeTakeFirst();
  if (found === undefined) throw new RuleViolation("5(2)", "integration-unknown", "There is no integration of this number.");
  return found.integration_id;
}

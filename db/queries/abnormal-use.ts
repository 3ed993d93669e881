import { type Kysely, sql, type Transaction } from "kysely";
import { type AbnormalUse, type AlertCounts, afterAlert, type UseOfHour } from "../../src/domain/abnormal-use.ts";
import { type AlertDecision, type AlertOnRecord, MOST_ALERTS_LISTED } from "../../src/domain/abnormal-use-decision.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";
import { requireOffice } from "./appointment.ts";
import { noticeOnce } from "./notice-once.ts";

/** Until when use has been watched; nobody else watches until the transaction ends. */
export async function lockWatch(trx: Transaction<Database>): Promise<Date | null> {
  const { rows } = await sql<{ until: Date | null }>`select watched_until as until from abnormal_use_watch for update`.execute(trx);
  return rows[0]?.until ?? null;
}

export async function setWatchedUntil(trx: Transaction<Database>, until: Date): Promise<void> {
  await sql`update abnormal_use_watch set watched_until = ${until}`.execute(trx);
}

/** What a measurement covers: an hour, its day until the hour's end, and how far back the past goes. */
export interface MeasuredHour {
  readonly from: Date;
  readonly until: Date;
  readonly dayFrom: Date;
  readonly pastFrom: Date;
  /** A subject asked about for so many cases, or so often, in the day counts as repeated. */
  readonly repeatedCases: number;
  readonly repeatedEntries: number;
}

/** Answered entries of a time; by entry id, which begins with the time (UUID version 7) and is indexed. */
const answeredIn = (from: Date, until: Date) => sql`
  asked_at >= ${from} and asked_at < ${until} and entry_id >= ${firstId(from)}::uuid and entry_id < ${firstId(until)}::uuid
  and integration_id is not null and outcome not like 'refused:%'`;

function firstId(moment: Date): string {
  const time = moment.getTime().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** Counts each integration's hour from the columns of the log, and keeps the count as part of its past. */
export async function measureHour(
  trx: Transaction<Database>,
  { from, until, dayFrom, pastFrom, repeatedCases, repeatedEntries }: MeasuredHour,
): Promise<UseOfHour[]> {
  const { rows } = await sql<Omit<UseOfHour, "hour">>`
    with counted as (
      select integration_id, count(*)::int as subjects, count(*) filter (where outcome = 'noMatch')::int as no_match
      from query_log where ${answeredIn(from, until)} group by integration_id
    ), kept as (
      insert into hourly_use (integration_id, hour, subjects) select integration_id, ${from}, subjects from counted on conflict do nothing
    ), repeated as (
      select integration_id, jsonb_agg(jsonb_build_object('cases', cases, 'entries', entries)) as subjects from (
        select integration_id, count(distinct case_number_index) as cases, count(*) as entries from query_log
        where ${answeredIn(dayFrom, until)} and subject_index is not null
        group by integration_id, subject_index having count(distinct case_number_index) >= ${repeatedCases} or count(*) >= ${repeatedEntries}
      ) subject group by integration_id
    )
    select c.integration_id as "integrationId", c.subjects, no_match as "noMatch", coalesce(s.neighbours, 0) as neighbours,
      coalesce(r.subjects, '[]') as repeated,
      exists (select from hourly_use u where u.integration_id = c.integration_id and u.hour < ${pastFrom}) as "usedBefore",
      (select coalesce(jsonb_agg(jsonb_build_object('hour', extract(epoch from u.hour) * 1000, 'subjects', u.subjects)), '[]')
        from hourly_use u where u.integration_id = c.integration_id and u.hour >= ${pastFrom} and u.hour < ${from}) as past
    from counted c left join repeated r using (integration_id)
    left join abnormal_signal s on s.integration_id = c.integration_id and s.hour = ${from} order by c.integration_id`.execute(trx);
  return rows.map((use) => ({ ...use, hour: from.getTime() }));
}

/** Puts what was found on record: as the newest alert of its kind and window, which is announced, or as that one's counts of now. */
export async function recordAbnormalUse(trx: Transaction<Database>, found: AbnormalUse, at: Date): Promise<void> {
  const { integrationId, kind, from, until } = found;
  const counts = JSON.stringify(found.counts);
  const { rows: earlier } = await sql<{ alertId: number; isOpen: boolean; counts: AlertCounts }>`
    select alert_id as "alertId", state = 'open' as "isOpen", counts from abnormal_use_alert
    where integration_id = ${integrationId} and kind = ${kind} and window_from = ${new Date(from)} order by alert_id for update`.execute(
    trx,
  );
  const newest = earlier.at(-1);
  const becomes = afterAlert(found, newest);
  if (becomes === "grows")
    await sql`
      update abnormal_use_alert set counts = ${counts}::jsonb, version = version + 1
      where alert_id = ${newest?.alertId} and counts <> ${counts}::jsonb`.execute(trx);
  if (becomes !== "opens") return;
  const key = `${found.key}/${earlier.length + 1}`;
  await sql`
    insert into abnormal_use_alert (alert_key, integration_id, kind, window_from, window_until, counts, found_at)
    values (${key}, ${integrationId}, ${kind}, ${new Date(from)}, ${new Date(until)}, ${counts}::jsonb, ${at})`.execute(trx);
  await noticeOnce(trx, {
    key: `abnormal-use/${key}`,
    kind: "abnormal-use",
    recipient: "dedicatedOfficer",
    about: `abnormal-use/${key}`,
    at,
  });
}

/** Which alerts: those that wait for a decision, one alone, or those older than one. */
export interface AlertFilter {
  readonly onlyOpen: boolean;
  readonly alertId?: number | undefined;
  readonly before?: number | undefined;
}

/** Alerts, newest first, at most so many. */
export async function listAlerts(
  db: Kysely<Database>,
  { onlyOpen, alertId, before }: AlertFilter,
  limit = MOST_ALERTS_LISTED,
): Promise<AlertOnRecord[]> {
  const { rows } = await sql<AlertOnRecord>`
    select a.alert_id as "alertId", a.integration_id as "integrationId", i.application_number as "applicationNumber", i.system_name as "systemName",
      a.kind, to_json(a.window_from) #>> '{}' as "from", to_json(a.window_until) #>> '{}' as "until", a.counts, a.version, a.state, a.finding_number as "findingNumber",
      to_json(a.found_at) #>> '{}' as "foundAt", a.decided_by as "decidedBy", a.decision_reason as reason,
      to_json(a.decided_at) #>> '{}' as "decidedAt"
    from abnormal_use_alert a join integration i using (integration_id)
    where (a.state = 'open' or not ${onlyOpen}) and a.alert_id = coalesce(${alertId ?? null}::integer, a.alert_id)
      and a.alert_id < coalesce(${before ?? null}::integer, 2147483647)
    order by a.alert_id desc limit ${limit}`.execute(db);
  return rows;
}

/**
 * Puts on record that an alert is nothing; the same word again changes nothing.
 * @throws RuleViolation `alert-changed`, `already-decided`, `alert-unknown`, `not-in-office`
 */
export async function decideAlert(db: Kysely<Database>, { alertId, by, reason, seen }: AlertDecision, at: Date): Promise<void> {
  await requireOffice(db, { ...by, takenAt: at.toISOString() });
  const { numAffectedRows } = await sql`
    update abnormal_use_alert set state = 'dismissed', decided_by = ${by.account}, decided_as = ${by.role}, decision_reason = ${reason}, decided_at = ${at}
    where alert_id = ${alertId} and state = 'open' and version = coalesce(${seen ?? null}::integer, version)`.execute(db);
  if (numAffectedRows === 1n) return;
  const { rows } = await sql<{ isOpen: boolean; same: boolean }>`
    select state = 'open' as "isOpen", state = 'dismissed' and decided_by = ${by.account} and decided_as = ${by.role} and decision_reason = ${reason} as same
    from abnormal_use_alert where alert_id = ${alertId}`.execute(db);
  const [decided] = rows;
  if (decided === undefined)
    throw new RuleViolation("3(10)", "alert-unknown", "There is no alert of this number: list shows those that are open.");
  if (decided.isOpen)
    throw new RuleViolation("3(10)", "alert-changed", "More was found since the alert was shown: look at it anew, then decide.");
  if (!decided.same)
    throw new RuleViolation("3(10)", "already-decided", "The alert has been decided already: list --all shows by whom, and why.");
}

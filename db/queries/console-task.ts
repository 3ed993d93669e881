import { type Kysely, sql } from "kysely";
import type { ApplicationKind } from "../../src/domain/integration-application.ts";
import type { Database } from "../tables/database.ts";

/** The case that something is to be done in. */
export interface TaskCase {
  readonly integrationNumber: string;
  readonly agencyName: string;
  readonly systemName: string;
}

/** An application that waits for somebody in the office. */
export interface WaitingApplication extends TaskCase {
  readonly applicationNumber: string;
  readonly kind: ApplicationKind;
  readonly stage: "submitted" | "checked" | "approved";
  /** When it came to this stage, epoch milliseconds. */
  readonly since: number;
  /** Accounts that have taken a step of it. */
  readonly participants: readonly string[];
}

/** What waits for the office: to be checked, decided or provisioned; the longest waiting first. */
export async function findWaitingApplications(db: Kysely<Database>): Promise<WaitingApplication[]> {
  const { rows } = await sql<Omit<WaitingApplication, "since"> & { at: Date }>`
    select i.application_number as "integrationNumber", g.agency_name as "agencyName", a.system_name as "systemName",
      a.application_number as "applicationNumber", a.kind, a.stage, max(s.taken_at) as at, array_agg(distinct s.actor) as participants
    from application a join integration i using (integration_id) join agency g on g.agency_id = i.agency_id
      join integration_step s on s.application_number = a.application_number
    where a.stage in ('submitted', 'checked', 'approved')
    group by i.integration_id, g.agency_id, a.application_number order by at, a.application_number`.execute(db);
  return rows.map(({ at, ...row }) => ({ ...row, since: at.getTime() }));
}

/** The cases of some numbers. */
export async function findCases(db: Kysely<Database>, numbers: readonly string[]): Promise<TaskCase[]> {
  const { rows } = await sql<TaskCase>`
    select i.application_number as "integrationNumber", g.agency_name as "agencyName", i.system_name as "systemName"
    from integration i join agency g using (agency_id) where i.application_number = any (${[...numbers]}::text[])`.execute(db);
  return rows;
}

/** Of each integration that has rights, the moment at which its period ends, when that comes before a limit. */
export async function findEndingPeriods(db: Kysely<Database>, limit: number): Promise<(TaskCase & { readonly endsAt: number })[]> {
  const { rows } = await sql<TaskCase & { until: Date }>`
    select i.application_number as "integrationNumber", g.agency_name as "agencyName", i.system_name as "systemName", i.approved_until as until
    from integration i join agency g using (agency_id)
    where i.state in ('provisioned', 'active', 'suspended') and i.approved_until < ${new Date(limit)} order by i.approved_until`.execute(
    db,
  );
  return rows.map(({ until, ...row }) => ({ ...row, endsAt: until.getTime() }));
}

/** Of each integration in use, the moment at which its last credential ends, when that comes before a limit. */
export async function findEndingCredentials(db: Kysely<Database>, limit: number): Promise<(TaskCase & { readonly endsAt: number })[]> {
  const rows = await db
    .selectFrom("integration as i")
    .innerJoin("agency as a", "a.agency_id", "i.agency_id")
    .innerJoin("credential as c", "c.integration_id", "i.integration_id")
    .select(["i.application_number as integrationNumber", "a.agency_name as agencyName", "i.system_name as systemName"])
    .select(({ fn }) => fn.max("c.valid_until").as("endsAt"))
    .where("i.state", "in", ["provisioned", "active"])
    .where("c.revoked_at", "is", null)
    .groupBy(["i.integration_id", "a.agency_id"])
    .having(({ fn }) => fn.max("c.valid_until"), "<", new Date(limit))
    .orderBy("endsAt")
    .execute();
  return rows.map((row) => ({ ...row, endsAt: row.endsAt.getTime() }));
}

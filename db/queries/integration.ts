import { type Kysely, sql } from "kysely";
import type { IntegrationState, Role, StepName } from "../../src/domain/integration-step.ts";
import type { Database } from "../tables/database.ts";

/** One integration as lists show it. Times are Date. */
export interface IntegrationSummary {
  readonly integrationId: number;
  readonly applicationNumber: string;
  readonly agencyName: string;
  readonly systemName: string;
  readonly state: IntegrationState;
  readonly approvedFrom: Date | null;
  /** Rights hold until just before this. */
  readonly approvedUntil: Date | null;
}

function selectSummary(db: Kysely<Database>) {
  return db
    .selectFrom("integration as i")
    .innerJoin("agency as a", "a.agency_id", "i.agency_id")
    .select(["i.integration_id as integrationId", "i.application_number as applicationNumber", "a.agency_name as agencyName"])
    .select([
      "i.system_name as systemName",
      sql<IntegrationState>`i.state`.as("state"),
      "i.approved_from as approvedFrom",
      "i.approved_until as approvedUntil",
    ]);
}

/** Every integration, by application number. */
export async function listIntegrations(db: Kysely<Database>): Promise<IntegrationSummary[]> {
  return selectSummary(db).orderBy("i.application_number").execute();
}

export async function findIntegration(db: Kysely<Database>, applicationNumber: string): Promise<IntegrationSummary | undefined> {
  return selectSummary(db).where("i.application_number", "=", applicationNumber).executeTakeFirst();
}

/** A step of an integration's timeline. */
export interface StepOnRecord {
  readonly step: StepName;
  readonly actor: string;
  readonly role: Role;
  readonly reason: string;
  readonly takenAt: Date;
}

/** The timeline, oldest first. */
export async function listSteps(db: Kysely<Database>, integrationId: number): Promise<StepOnRecord[]> {
  return db
    .selectFrom("integration_step")
    .select([sql<StepName>`step`.as("step"), "actor", sql<Role>`actor_role`.as("role"), "reason", "taken_at as takenAt"])
    .where("integration_id", "=", integrationId)
    .orderBy("sequence")
    .execute();
}

/** The last day (ISO 8601, in Taiwan) on which an integration's system asked; undefined when it never did. */
export async function findLastUse(db: Kysely<Database>, integrationNumber: string): Promise<string | undefined> {
  const { rows } = await sql<{ day: string | null }>`
    select max(u.usage_day)::text as day from daily_usage u join integration i using (integration_id)
    where i.application_number = ${integrationNumber}`.execute(db);
  return rows[0]?.day ?? undefined;
}

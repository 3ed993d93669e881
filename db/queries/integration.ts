import { type Kysely, sql, type Transaction } from "kysely";
import type { Application } from "../../src/domain/integration-application.ts";
import type { RecordedStep } from "../../src/domain/integration-record.ts";
import type { IntegrationState, Role, StepName } from "../../src/domain/integration-step.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";

/** What stands behind a step on record: the same step is never written twice. */
export function stepKey({ applicationNumber, sequence }: Pick<RecordedStep, "applicationNumber" | "sequence">): string {
  return `${applicationNumber}/${sequence}`;
}

/**
 * Writes an application, its integration and its first step; nothing when that step is there already.
 * @throws RuleViolation `application-number-taken`
 * @clause 3(3)
 */
export async function insertApplication(trx: Transaction<Database>, application: Application, step: RecordedStep): Promise<void> {
  const { applicationNumber, agencyCode, agencyName, systemName } = application;
  await trx
    .insertInto("agency")
    .values({ agency_code: agencyCode, agency_name: agencyName })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const agency = await trx.selectFrom("agency").select("agency_id").where("agency_code", "=", agencyCode).executeTakeFirstOrThrow();
  const inserted = await trx
    .insertInto("application")
    .values({
      application_number: applicationNumber,
      agency_id: agency.agency_id,
      system_name: systemName,
      legal_basis: application.legalBasis,
      purpose: application.purpose,
      requested_checks: [...application.checks],
      requested_addresses: [...application.addresses],
      requested_from: application.from,
      requested_until: application.until,
      contact: application.contact,
      submitted_by: step.account,
      submitted_at: new Date(step.takenAt),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows === 0n) return requireSameSubmission(trx, step);
  const { integration_id } = await trx
    .insertInto("integration")
    .values({ application_number: applicationNumber, agency_id: agency.agency_id, system_name: systemName, state: "submitted" })
    .returning("integration_id")
    .executeTakeFirstOrThrow();
  await trx.insertInto("integration_step").values(toStepRow(integration_id, step)).execute();
}

/** The row of a step. */
export function toStepRow(integrationId: number, step: RecordedStep) {
  const { step: name, account, role, reason, takenAt } = step;
  return {
    integration_id: integrationId,
    step: name,
    actor: account,
    actor_role: role,
    reason,
    taken_at: new Date(takenAt),
    step_key: stepKey(step),
  };
}

async function requireSameSubmission(trx: Transaction<Database>, step: RecordedStep): Promise<void> {
  const known = await trx
    .selectFrom("integration_step")
    .select(["actor", "taken_at"])
    .where("step_key", "=", stepKey(step))
    .executeTakeFirst();
  if (known?.actor === step.account && known.taken_at.getTime() === Date.parse(step.takenAt)) return;
  throw new RuleViolation("3(3)", "application-number-taken", "Another application has this number: give this one a number of its own.");
}

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
    .orderBy("step_id")
    .execute();
}

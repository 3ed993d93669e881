import { type Kysely, sql } from "kysely";
import type { CredentialRevocation, SuspensionRequest } from "../../src/domain/integration-rights.ts";
import type { Database } from "../tables/database.ts";

/**
 * Suspends an integration in the records, as the console may; its workflow hears of it when it can.
 * @returns false when it has no rights that could be suspended (any more)
 */
export async function stopOnRecord(db: Kysely<Database>, integrationNumber: string, request: SuspensionRequest): Promise<boolean> {
  const { by, reason, cause = "person" } = request;
  const { rows } = await sql<{ stopped: boolean }>`
    select stop_integration(${integrationNumber}, ${by.account}, ${by.role}, ${cause}, ${reason}) as stopped`.execute(db);
  return rows[0]?.stopped === true;
}

/**
 * Ends a credential, and those that were made by it, in the records, as the console may.
 * @returns false when the integration has no such credential (any more)
 */
export async function stopCredentialOnRecord(
  db: Kysely<Database>,
  integrationNumber: string,
  { by, reason, credentialId }: CredentialRevocation,
): Promise<boolean> {
  const { rows } = await sql<{ stopped: boolean }>`
    select stop_credential(${integrationNumber}, ${credentialId}, ${by.account}, ${by.role}, ${reason}) as stopped`.execute(db);
  return rows[0]?.stopped === true;
}

/** How many people an integration has asked about since a day (ISO 8601). */
export async function countSubjectsSince(db: Kysely<Database>, integrationNumber: string, day: string): Promise<number> {
  const { rows } = await sql<{ subjects: string }>`
    select coalesce(sum(u.subjects), 0) as subjects from daily_usage u join integration i using (integration_id)
    where i.application_number = ${integrationNumber} and u.usage_day >= ${day}`.execute(db);
  return Number(rows[0]?.subjects);
}

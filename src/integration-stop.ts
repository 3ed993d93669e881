import type { Kysely } from "kysely";
import { readIntegration } from "../db/queries/integration-record.ts";
import { stopOnRecord } from "../db/queries/integration-stop.ts";
import { integrationUnknown, stepOnRecord } from "../db/queries/integration-unseen.ts";
import type { Database } from "../db/tables/database.ts";
import type { Integration } from "./domain/integration.ts";
import { type SuspensionRequest, suspend } from "./domain/integration-rights.ts";

/**
 * Emergency stop: suspends an integration in the records alone, in one transaction, so that it is cut off within a second even while Temporal
 * is down. Its workflow hears of it as soon as a worker and Temporal run.
 * @param now epoch milliseconds
 * @throws RuleViolation `integration-unknown`, and those of `suspend`
 * @clause 5(5)
 */
export function stopIntegration(
  db: Kysely<Database>,
  integrationNumber: string,
  request: SuspensionRequest,
  now: number,
): Promise<Integration> {
  return db.transaction().execute((trx) => stepOnRecord(trx, integrationNumber, (integration) => suspend(integration, request, now)));
}

/**
 * The same from the console, whose role may write nothing but this one step.
 * @param now epoch milliseconds
 * @throws RuleViolation as `stopIntegration`
 * @clause 5(5)
 */
export async function stopFromConsole(
  db: Kysely<Database>,
  integrationNumber: string,
  request: SuspensionRequest,
  now: number,
): Promise<void> {
  // Whoever changed the records between the two is asked about again.
  do {
    const integration = await readIntegration(db, integrationNumber);
    if (integration === undefined) throw integrationUnknown();
    suspend(integration, request, now);
  } while (!(await stopOnRecord(db, integrationNumber, request)));
}

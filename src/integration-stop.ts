import type { Kysely } from "kysely";
import { readIntegration } from "../db/queries/integration-record.ts";
import { integrationUnknown } from "../db/queries/integration-step.ts";
import { stopCredentialOnRecord, stopOnRecord } from "../db/queries/integration-stop.ts";
import { stepOnRecord } from "../db/queries/integration-unseen.ts";
import type { Database } from "../db/tables/database.ts";
import type { Integration, StepRequest } from "./domain/integration.ts";
import { type CredentialRevocation, revokeCredential, type SuspensionRequest, suspend } from "./domain/integration-rights.ts";

/** What is cut off: one credential, and those that were made by it, or the whole integration. */
export type StopRequest = CredentialRevocation | SuspensionRequest;

/**
 * Emergency stop: suspends an integration, or ends one of its credentials, in the records alone, in one transaction, so that it is cut off within
 * a second even while Temporal is down. Its workflow hears of it as soon as a worker and Temporal run.
 * @param now epoch milliseconds
 * @throws RuleViolation `integration-unknown`, and those of `suspend` or `revokeCredential`
 * @clause 3(5)
 * @clause 5(5)
 */
export function stopIntegration(db: Kysely<Database>, integrationNumber: string, request: StopRequest, now: number): Promise<Integration> {
  return db.transaction().execute((trx) => stepOnRecord(trx, integrationNumber, (integration) => stopped(integration, request, now)));
}

/**
 * The same from the console, whose role may write nothing but these two steps.
 * @param now epoch milliseconds
 * @throws RuleViolation as `stopIntegration`
 * @clause 3(5)
 * @clause 5(5)
 */
export async function stopFromConsole(db: Kysely<Database>, integrationNumber: string, request: StopRequest, now: number): Promise<void> {
  // Whoever changed the records between the two is asked about again.
  do {
    const integration = await readIntegration(db, integrationNumber);
    if (integration === undefined) throw integrationUnknown();
    stopped(integration, request, now);
  } while (
    !(await (isRevocation(request) ? stopCredentialOnRecord(db, integrationNumber, request) : stopOnRecord(db, integrationNumber, request)))
  );
}

function isRevocation(request: StepRequest): request is CredentialRevocation {
  return "credentialId" in request;
}

function stopped(integration: Integration, request: StopRequest, now: number): Integration {
  return isRevocation(request) ? revokeCredential(integration, request, now) : suspend(integration, request, now);
}

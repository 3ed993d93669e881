import { type Kysely, sql, type Transaction } from "kysely";
import type { Integration } from "../../src/domain/integration.ts";
import { lastStep } from "../../src/domain/integration-record.ts";
import { FINAL_STATES, isFinal } from "../../src/domain/integration-step.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";
import { readIntegration } from "./integration-record.ts";
import { announce, lockIntegration, recordStep } from "./integration-step.ts";

/**
 * Takes a step on the records alone, whatever the integration's workflow does; that hears of it when it can.
 * @param take the rule of the step
 * @throws RuleViolation `integration-unknown`, and those of the rule
 */
export async function stepOnRecord(
  trx: Transaction<Database>,
  integrationNumber: string,
  take: (integration: Integration) => Integration,
): Promise<Integration> {
  const integrationId = await lockIntegration(trx, integrationNumber);
  const known = await readIntegration(trx, integrationNumber);
  if (integrationId === undefined || known === undefined) throw integrationUnknown();
  const next = take(known);
  await recordStep(trx, lastStep(next));
  if (isFinal(next.state)) return next;
  await sql`
    insert into unseen_step select step_id from integration_step
    where integration_id = ${integrationId} and sequence = ${next.timeline.length}`.execute(trx);
  return next;
}

export function integrationUnknown(): RuleViolation {
  return new RuleViolation("3(3)", "integration-unknown", "No integration has this number: look at the list.");
}

/** An integration whose workflow has steps to hear of. */
export interface UnseenSteps {
  readonly integrationNumber: string;
  /** The newest of them. */
  readonly stepId: string;
}

/** The open integrations with steps that their workflows have not heard of. */
export async function listUnseenSteps(db: Kysely<Database>): Promise<UnseenSteps[]> {
  const { rows } = await sql<UnseenSteps>`
    select i.application_number as "integrationNumber", max(s.step_id)::text as "stepId"
    from unseen_step u join integration_step s using (step_id) join integration i using (integration_id)
    where i.state <> all (${[...FINAL_STATES]}::text[]) group by 1`.execute(db);
  return rows;
}

/** Hands an integration's records to its workflow, which knows them all from then on. @returns undefined when there is none of this number */
export async function catchUp(trx: Transaction<Database>, integrationNumber: string): Promise<Integration | undefined> {
  const integrationId = await lockIntegration(trx, integrationNumber);
  await announce(trx, integrationNumber);
  await sql`
    delete from unseen_step where step_id in (select step_id from integration_step where integration_id = ${integrationId ?? null})`.execute(
    trx,
  );
  return readIntegration(trx, integrationNumber);
}

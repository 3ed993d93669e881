import { type Kysely, sql, type Transaction } from "kysely";
import type { Integration } from "../../src/domain/integration.ts";
import { FINAL_STATES, isFinal } from "../../src/domain/integration-step.ts";
import type { Database } from "../tables/database.ts";
import { takeOnRecord } from "./integration-step.ts";

/**
 * Takes a step on the records alone, whatever the integration's workflow does; that hears of it when it can.
 * @param take the rule of the step
 * @throws RuleViolation as `takeOnRecord`
 */
export async function stepOnRecord(
  trx: Transaction<Database>,
  integrationNumber: string,
  take: (integration: Integration) => Integration,
): Promise<Integration> {
  const next = await takeOnRecord(trx, integrationNumber, take);
  if (isFinal(next.state)) return next;
  await sql`
    insert into unseen_step select s.step_id from integration_step s join integration i using (integration_id)
    where i.application_number = ${integrationNumber} and s.sequence = ${next.timeline.length}`.execute(trx);
  return next;
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

/** The integration's workflow is told of every step in this transaction. */
export async function hearSteps(trx: Transaction<Database>, integrationNumber: string): Promise<void> {
  await sql`
    delete from unseen_step using integration_step s, integration i
    where unseen_step.step_id = s.step_id and s.integration_id = i.integration_id and i.application_number = ${integrationNumber}`.execute(
    trx,
  );
}

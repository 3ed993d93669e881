import { sql, type Transaction } from "kysely";
import { periodMoments } from "../../src/domain/integration-period.ts";
import type { RecordedStep } from "../../src/domain/integration-record.ts";
import { STEP_RULES } from "../../src/domain/integration-step.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";
import { stepKey, toStepRow } from "./integration.ts";

/**
 * Writes a step and the rights that it gives or takes; nothing when it is there already. The records have the last word: a step that they
 * do not allow (an emergency stop came first) is not written.
 * @throws RuleViolation `record-disagrees`
 */
export async function insertStep(trx: Transaction<Database>, step: RecordedStep): Promise<void> {
  // Another attempt at the same step may be under way: wait for its end before looking.
  await trx.selectFrom("integration").select("state").where("application_number", "=", step.applicationNumber).forUpdate().execute();
  if (step.step === "submit" || (await isOnRecord(trx, step))) return;
  const moved = await trx
    .updateTable("integration")
    .set({ state: step.state, ...approvedColumns(step) })
    .where("application_number", "=", step.applicationNumber)
    .where("state", "in", [...STEP_RULES[step.step].from])
    .returning("integration_id")
    .executeTakeFirst();
  if (moved === undefined) throw recordDisagrees();
  await trx.insertInto("integration_step").values(toStepRow(moved.integration_id, step)).execute();
  if (step.step === "provision") await giveScopeAndAddresses(trx, moved.integration_id, step.takenAt);
  if (step.credential !== undefined) await giveCredential(trx, moved.integration_id, step.credential);
  if (step.step === "revoke") await revokeCredentials(trx, moved.integration_id, step.takenAt);
}

/** Whether this very step is there. @throws RuleViolation `record-disagrees` when another step has its place */
async function isOnRecord(trx: Transaction<Database>, step: RecordedStep): Promise<boolean> {
  const known = await trx
    .selectFrom("integration_step")
    .select(["step", "taken_at"])
    .where("step_key", "=", stepKey(step))
    .executeTakeFirst();
  if (known !== undefined && (known.step !== step.step || known.taken_at.getTime() !== Date.parse(step.takenAt))) throw recordDisagrees();
  return known !== undefined;
}

function recordDisagrees(): RuleViolation {
  return new RuleViolation("3(3)", "record-disagrees", "The records say that this step can't follow: look at the integration's timeline.");
}

function approvedColumns({ approval }: RecordedStep) {
  if (approval === undefined) return {};
  const { from, until } = periodMoments(approval);
  return { approved_from: new Date(from), approved_until: new Date(until), approved_checks: [...approval.checks] };
}

async function giveScopeAndAddresses(trx: Transaction<Database>, integrationId: number, at: string): Promise<void> {
  await sql`insert into integration_scope select integration_id, unnest(approved_checks) from integration where integration_id = ${integrationId}`.execute(
    trx,
  );
  await sql`
    insert into integration_address select i.integration_id, unnest(a.requested_addresses), ${at}::timestamptz
    from integration i join application a using (application_number) where i.integration_id = ${integrationId}`.execute(trx);
}

async function giveCredential(
  trx: Transaction<Database>,
  integrationId: number,
  credential: NonNullable<RecordedStep["credential"]>,
): Promise<void> {
  const { credentialId, secretHash, validFrom, validUntil } = credential;
  await trx
    .insertInto("credential")
    .values({
      credential_id: credentialId,
      integration_id: integrationId,
      secret_hash: Buffer.from(secretHash, "hex"),
      valid_from: new Date(validFrom),
      valid_until: new Date(validUntil),
    })
    .execute();
}

async function revokeCredentials(trx: Transaction<Database>, integrationId: number, at: string): Promise<void> {
  await trx
    .updateTable("credential")
    .set({ revoked_at: new Date(at) })
    .where("integration_id", "=", integrationId)
    .where("revoked_at", "is", null)
    .execute();
}

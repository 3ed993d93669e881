import { type Kysely, sql, type Transaction } from "kysely";
import { hasRights, type TimelineEntry } from "../../src/domain/integration.ts";
import type { Approval } from "../../src/domain/integration-application.ts";
import { periodMoments } from "../../src/domain/integration-period.ts";
import { type RecordedStep, stageAfter } from "../../src/domain/integration-record.ts";
import { isFinal, STEP_RULES, stateAfter } from "../../src/domain/integration-step.ts";
import { canonicalAddress } from "../../src/domain/ip-address.ts";
import { integrationNotices } from "../../src/domain/notice.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";
import { requireOffice } from "./appointment.ts";
import { findLastUse } from "./integration.ts";
import { applicationNumberTaken, correctApplication, insertApplication, openIntegration } from "./integration-application.ts";
import { readIntegration } from "./integration-record.ts";
import { writeCredentials, writeScopeAndAddresses } from "./integration-rights.ts";
import { keepNotices } from "./notice.ts";

/**
 * Puts a step on record together with everything that it gives or takes; nothing when it is there already. The records have the last word:
 * when they have gone on without the step (an emergency stop came first), it is not written.
 * @param foreignAddresses those of the application's that look as if they were abroad
 * @returns whether the step is on record
 * @throws RuleViolation `not-in-office`, `application-number-taken`, `improvement-missing`, `record-disagrees`, and those of `stateAfter`
 */
export async function recordStep(
  trx: Transaction<Database>,
  step: RecordedStep,
  foreignAddresses: readonly string[] = [],
): Promise<boolean> {
  const { integration, sequence } = step;
  const [entry] = integration.timeline;
  // Another attempt at the same step may be under way: wait for its end before looking.
  const integrationId = await findOrOpen(trx, step);
  const { known } = await trx
    .selectFrom("integration_step")
    .select(({ fn }) => fn.countAll<string>().as("known"))
    .where("integration_id", "=", integrationId)
    .executeTakeFirstOrThrow();
  if (Number(known) >= sequence) {
    const recorded = await isOnRecord(trx, integrationId, sequence, entry);
    if (!recorded && sequence === 1) throw applicationNumberTaken();
    return recorded;
  }
  if (Number(known) !== sequence - 1) throw recordDisagrees();
  await requireOffice(trx, entry);
  if (sequence > 1) await requireFollows(trx, step);
  await writeApplications(trx, integrationId, step);
  await trx
    .updateTable("integration")
    .set({ state: integration.state, suspended_for: integration.suspendedFor ?? null, ...periodColumns(step) })
    .where("integration_id", "=", integrationId)
    .execute();
  if (integration.approval !== undefined && (hasRights(integration) || entry.step === "removeAddress"))
    await writeScopeAndAddresses(trx, integrationId, integration.approval, entry.takenAt);
  await writeCredentials(trx, integrationId, step);
  await insertStep(trx, integrationId, step, foreignAddresses);
  await announce(trx, integration.integrationNumber);
  return true;
}

/**
 * Whoever reaches the processes can begin one that says anything of an integration: what has not been checked and approved on record gives no
 * rights, and nothing else than what was approved is given.
 */
async function requireFollows(trx: Transaction<Database>, { integration: next, secretHash }: RecordedStep): Promise<void> {
  const known = await readIntegration(trx, next.integrationNumber);
  const [{ step, account, role }] = next.timeline;
  if (known === undefined || step === "submit") throw recordDisagrees();
  const stage = STEP_RULES[step].of === "application" ? (known.amendment?.stage ?? known.state) : known.state;
  stateAfter(stage, step, { account, role });
  if (secretHash !== undefined && step !== "provision" && step !== "addCredential") throw recordDisagrees();
  if (step === "provision" && !sameApproval((known.amendment ?? known).approval, next.approval)) throw recordDisagrees();
  if (step !== "provision" && step !== "removeAddress" && hasRights(next) && !sameApproval(known.approval, next.approval))
    throw recordDisagrees();
}

function sameApproval(one: Approval | undefined, other: Approval | undefined): boolean {
  const textOf = (approval: Approval | undefined) =>
    approval && JSON.stringify([approval.checks, approval.addresses.map(canonicalAddress), approval.from, approval.until]);
  return textOf(one) === textOf(other);
}

function recordDisagrees(): RuleViolation {
  return new RuleViolation(
    "3(3)",
    "record-disagrees",
    "The records lack an earlier step, or have another: restore them, or look at the integration's timeline.",
  );
}

/** What another attempt at the same submission has just opened is found after the wait for its end. */
async function findOrOpen(trx: Transaction<Database>, step: RecordedStep): Promise<number> {
  const { integrationNumber } = step.integration;
  const found =
    (await lockIntegration(trx, integrationNumber)) ??
    (await openIntegration(trx, step)) ??
    (await lockIntegration(trx, integrationNumber));
  if (found === undefined) throw applicationNumberTaken();
  return found;
}

/** Has what is to be told of an integration on record, and nothing else. */
export async function announce(trx: Transaction<Database>, integrationNumber: string): Promise<void> {
  const integration = await readIntegration(trx, integrationNumber);
  if (integration !== undefined)
    await keepNotices(trx, integrationNumber, integrationNotices(integration, await findLastUse(trx, integrationNumber)));
}

/** Takes back the warnings of integrations that have been used since they were warned. @clause 4(1)2 */
export async function endIdleWarnings(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ about: string }>`
    select distinct about from notice where kind = 'integration-idle' and cancelled_at is null`.execute(db);
  for (const { about } of rows) {
    await db.transaction().execute(async (trx) => {
      await lockIntegration(trx, about);
      await announce(trx, about);
    });
  }
}

/** Holds other steps of an integration back until the transaction ends. @returns undefined when there is none of this number */
export async function lockIntegration(trx: Transaction<Database>, integrationNumber: string): Promise<number | undefined> {
  const found = await trx
    .selectFrom("integration")
    .select("integration_id")
    .where("application_number", "=", integrationNumber)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return found?.integration_id;
}

async function isOnRecord(trx: Transaction<Database>, integrationId: number, sequence: number, entry: TimelineEntry): Promise<boolean> {
  const known = await trx
    .selectFrom("integration_step")
    .select(["step", "actor", "taken_at"])
    .where("integration_id", "=", integrationId)
    .where("sequence", "=", sequence)
    .executeTakeFirstOrThrow();
  return known.step === entry.step && known.actor === entry.account && known.taken_at.getTime() === Date.parse(entry.takenAt);
}

/** Before there are rights, the period is what was approved; an integration that never got that far has none. */
function periodColumns({ integration: { approval } }: RecordedStep) {
  if (approval === undefined) return {};
  const { from, until } = periodMoments(approval);
  return { approved_from: new Date(from), approved_until: new Date(until) };
}

async function writeApplications(trx: Transaction<Database>, integrationId: number, step: RecordedStep): Promise<void> {
  const { integration } = step;
  const [entry] = integration.timeline;
  const stage = stageAfter(entry);
  if (entry.step === "amend" && integration.amendment !== undefined) {
    const agencyId = await insertApplication(trx, integration.amendment.application, entry, integrationId);
    if (agencyId === undefined) throw applicationNumberTaken();
  }
  const underWay = integration.amendment ?? { application: integration.application, approval: integration.approval };
  if (entry.step === "resubmit") await correctApplication(trx, underWay.application);
  if (entry.step === "provision") await setStage(trx, integrationId, "replaced", sql<boolean>`stage = 'provisioned'`);
  if (stage !== undefined && entry.application !== undefined)
    await setStage(trx, integrationId, stage, sql<boolean>`application_number = ${entry.application}`);
  if (isFinal(integration.state))
    await setStage(trx, integrationId, "lapsed", sql<boolean>`stage in ('submitted', 'returned', 'checked', 'approved')`);
  if (entry.step !== "approve" || underWay.approval === undefined) return;
  const { checks, from, until } = underWay.approval;
  await trx
    .updateTable("application")
    .set({
      approved_checks: [...checks],
      approved_from: from,
      approved_until: until,
      shared_addresses: step.sharedAddresses === undefined ? null : [...step.sharedAddresses],
    })
    .where("application_number", "=", underWay.application.applicationNumber)
    .execute();
}

async function setStage(
  trx: Transaction<Database>,
  integrationId: number,
  stage: string,
  which: ReturnType<typeof sql<boolean>>,
): Promise<void> {
  await trx.updateTable("application").set({ stage }).where("integration_id", "=", integrationId).where(which).execute();
}

async function insertStep(
  trx: Transaction<Database>,
  integrationId: number,
  { integration, sequence }: RecordedStep,
  foreignAddresses: readonly string[],
): Promise<void> {
  const [entry] = integration.timeline;
  const submitted = ["submit", "amend", "resubmit"].includes(entry.step) ? (integration.amendment ?? integration).application : null;
  await trx
    .insertInto("integration_step")
    .values({
      ...{ integration_id: integrationId, sequence, step: entry.step, actor: entry.account, actor_role: entry.role, reason: entry.reason },
      ...{ taken_at: new Date(entry.takenAt), application_number: entry.application ?? null },
      submitted: submitted && JSON.stringify(submitted),
      foreign_addresses: foreignAddresses.length === 0 ? null : [...foreignAddresses],
    })
    .execute();
}

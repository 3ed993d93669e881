import { type Kysely, sql, type Transaction } from "kysely";
import { hasRights, type Integration } from "../../src/domain/integration.ts";
import { periodMoments } from "../../src/domain/integration-period.ts";
import { lastStep, type RecordedStep, stageAfter } from "../../src/domain/integration-record.ts";
import { isFinal } from "../../src/domain/integration-step.ts";
import { integrationNotices } from "../../src/domain/notice.ts";
import type { Given } from "../../src/domain/persons-step.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";
import { requireOffice } from "./appointment.ts";
import { findLastUse } from "./integration.ts";
import {
  applicationNumberTaken,
  correctApplication,
  insertApplication,
  keepAddresses,
  openIntegration,
  requireImprovement,
} from "./integration-application.ts";
import { readIntegration } from "./integration-record.ts";
import { writeCredentials, writeScopeAndAddresses } from "./integration-rights.ts";
import { keepNotices } from "./notice.ts";

/** What the records add to a rule: it sees how the step would leave the integration, and gives the addresses that look as if they were abroad. */
type Judge = (next: Integration) => Promise<readonly string[]>;

/**
 * Takes a step on the records: by its rule as it is today, of the integration as it is now, together with everything that it gives or takes.
 * A request that is on record already is not taken again.
 * @param take the rule; the same integration again: there is nothing to take
 * @returns the integration as the records have it then
 * @throws RuleViolation `integration-unknown`, `not-in-office`, and those of the rule, of `judge`, and of what the records hold
 */
export async function takeOnRecord(
  trx: Transaction<Database>,
  integrationNumber: string,
  take: (known: Integration) => Integration,
  given: Given = {},
  judge: Judge = async () => [],
): Promise<Integration> {
  const integrationId = await lockIntegration(trx, integrationNumber);
  const known = await readIntegration(trx, integrationNumber);
  if (integrationId === undefined || known === undefined) throw integrationUnknown();
  if (await isOnRecord(trx, integrationId, given.requestId)) return known;
  const next = take(known);
  if (next === known) return known;
  await writeStep(trx, integrationId, lastStep(next, given), await judge(next));
  return announce(trx, integrationNumber);
}

/**
 * Puts an application that opens an integration on record, once.
 * @param submit the rule, asked only when the request is not on record yet
 * @throws RuleViolation `not-in-office`, `application-number-taken`, `improvement-missing`, and those of the rule and of `judge`
 * @clause 3(3)
 */
export async function submitOnRecord(
  trx: Transaction<Database>,
  integrationNumber: string,
  submit: () => Integration,
  given: Given,
  judge: Judge,
): Promise<Integration> {
  const isThere = async () => {
    const found = await lockIntegration(trx, integrationNumber);
    return found !== undefined && (await isOnRecord(trx, found, given.requestId));
  };
  if (!(await isThere())) {
    const integration = submit();
    const foreignAddresses = await judge(integration);
    const step = lastStep(integration, given);
    const opened = await openIntegration(trx, step);
    if (opened !== undefined) await writeStep(trx, opened, step, foreignAddresses);
    // Perhaps by another attempt, whose end was waited for.
    else if (!(await isThere())) throw applicationNumberTaken();
  }
  return announce(trx, integrationNumber);
}

async function writeStep(
  trx: Transaction<Database>,
  integrationId: number,
  step: RecordedStep,
  foreignAddresses: readonly string[],
): Promise<void> {
  const { integration } = step;
  const [entry] = integration.timeline;
  await requireOffice(trx, entry);
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
}

async function isOnRecord(trx: Transaction<Database>, integrationId: number, requestId: string | undefined): Promise<boolean> {
  if (requestId === undefined) return false;
  const known = await trx
    .selectFrom("integration_step")
    .select("step_id")
    .where("integration_id", "=", integrationId)
    .where("request_id", "=", requestId)
    .executeTakeFirst();
  return known !== undefined;
}

/** @clause 3(3) */
export function integrationUnknown(): RuleViolation {
  return new RuleViolation("3(3)", "integration-unknown", "No integration has this number: look at the list.");
}

/** Has what is to be told of an integration on record, and nothing else. @returns the integration @throws RuleViolation `integration-unknown` */
export async function announce(trx: Transaction<Database>, integrationNumber: string): Promise<Integration> {
  const integration = await readIntegration(trx, integrationNumber);
  if (integration === undefined) throw integrationUnknown();
  await keepNotices(trx, integrationNumber, integrationNotices(integration, await findLastUse(trx, integrationNumber)));
  return integration;
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
  // What is taken off the whitelist is not asked for any more either.
  if (entry.step === "removeAddress" && integration.amendment !== undefined) await keepAddresses(trx, integration.amendment.application);
  if (entry.step === "approve" || entry.step === "provision") await requireImprovement(trx, underWay.application);
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
  { integration, sequence, requestId }: RecordedStep,
  foreignAddresses: readonly string[],
): Promise<void> {
  const [entry] = integration.timeline;
  const submitted = ["submit", "amend", "resubmit"].includes(entry.step) ? (integration.amendment ?? integration).application : null;
  await trx
    .insertInto("integration_step")
    .values({
      ...{ integration_id: integrationId, sequence, step: entry.step, actor: entry.account, actor_role: entry.role, reason: entry.reason },
      ...{ taken_at: new Date(entry.takenAt), application_number: entry.application ?? null, request_id: requestId ?? null },
      address: entry.address ?? null,
      submitted: submitted && JSON.stringify(submitted),
      foreign_addresses: foreignAddresses.length === 0 ? null : [...foreignAddresses],
    })
    .execute();
}

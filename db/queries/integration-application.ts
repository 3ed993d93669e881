import { type Kysely, sql, type Transaction } from "kysely";
import type { TimelineEntry } from "../../src/domain/integration.ts";
import { type Application, improvementMissing } from "../../src/domain/integration-application.ts";
import type { RecordedStep } from "../../src/domain/integration-record.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";

/**
 * Writes an application and the integration that it would open.
 * @returns the integration's id; undefined when the number is another application's, or this one's from another attempt
 * @throws RuleViolation `improvement-missing` after a suspension or termination
 * @clause 3(3)
 * @clause 5(6)
 */
export async function openIntegration(trx: Transaction<Database>, { integration }: RecordedStep): Promise<number | undefined> {
  const { application, integrationNumber } = integration;
  const [entry] = integration.timeline;
  const agencyId = await insertApplication(trx, application, entry, null);
  if (agencyId === undefined) return undefined;
  await requireImprovement(trx, application);
  const { integration_id } = await trx
    .insertInto("integration")
    .values({ application_number: integrationNumber, agency_id: agencyId, system_name: application.systemName, state: "submitted" })
    .returning("integration_id")
    .executeTakeFirstOrThrow();
  await trx.updateTable("application").set({ integration_id }).where("application_number", "=", integrationNumber).execute();
  return integration_id;
}

/**
 * Writes an application.
 * @param integrationId of the integration that it would change; null when it would open one
 * @returns the agency's id; undefined when the number is taken
 */
export async function insertApplication(
  trx: Transaction<Database>,
  application: Application,
  { account, takenAt }: TimelineEntry,
  integrationId: number | null,
): Promise<number | undefined> {
  const { applicationNumber, agencyCode, agencyName, kind } = application;
  await trx
    .insertInto("agency")
    .values({ agency_code: agencyCode, agency_name: agencyName })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { agency_id } = await trx
    .selectFrom("agency")
    .select("agency_id")
    .where("agency_code", "=", agencyCode)
    .where("agency_name", "=", agencyName)
    .executeTakeFirstOrThrow();
  const inserted = await trx
    .insertInto("application")
    .values({
      ...{ application_number: applicationNumber, agency_id, integration_id: integrationId, kind, ...columnsOf(application) },
      ...{ submitted_by: account, submitted_at: new Date(takenAt) },
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 0n ? undefined : agency_id;
}

/** One number, one application. @clause 3(3) */
export function applicationNumberTaken(): RuleViolation {
  return new RuleViolation("3(3)", "application-number-taken", "Another application has this number: give this one a number of its own.");
}

/**
 * Writes what was put right in an application that was sent back; how it was before stays with its earlier submission.
 * @throws RuleViolation `improvement-missing` as when it is submitted
 * @clause 5(6)
 */
export async function correctApplication(trx: Transaction<Database>, application: Application): Promise<void> {
  await requireImprovement(trx, application);
  await trx
    .updateTable("application")
    .set(columnsOf(application))
    .where("application_number", "=", application.applicationNumber)
    .execute();
  // An integration is called as the application that opens it says.
  await trx
    .updateTable("integration")
    .set({ system_name: application.systemName })
    .where("application_number", "=", application.applicationNumber)
    .execute();
}

function columnsOf(application: Application) {
  return {
    system_name: application.systemName,
    legal_basis: application.legalBasis,
    purpose: application.purpose,
    requested_checks: [...application.checks],
    requested_addresses: [...application.addresses],
    requested_from: application.from,
    requested_until: application.until,
    contact: application.contact,
    improvement: application.improvement ?? null,
    letter: application.letter === undefined ? null : JSON.stringify(application.letter),
  };
}

/** Where a system's right to query stopped last, however its name was typed. */
const SAME = (column: string, value: string) =>
  sql<boolean>`lower(regexp_replace(normalize(${sql.ref(column)}, nfkc), '\\s', '', 'g')) = lower(regexp_replace(normalize(${value}, nfkc), '\\s', '', 'g'))`;

/**
 * A system of which an integration was suspended or ended is opened a new one only with what was improved since; changes of it ask nothing more.
 * Asked again when it is decided, since that may have happened meanwhile.
 * @throws RuleViolation `improvement-missing`
 * @clause 5(6)
 */
export async function requireImprovement(
  trx: Transaction<Database>,
  { applicationNumber, kind, improvement, agencyCode, agencyName, systemName }: Application,
): Promise<void> {
  if (kind !== "new" || improvement !== undefined) return;
  const before = await trx
    .selectFrom("integration as i")
    .innerJoin("agency as a", "a.agency_id", "i.agency_id")
    .select("i.integration_id")
    .where((either) => either.or([SAME("a.agency_code", agencyCode), SAME("a.agency_name", agencyName)]))
    .where(SAME("i.system_name", systemName))
    .where("i.application_number", "<>", applicationNumber)
    .where(
      sql<boolean>`(i.state in ('suspended', 'revoked') or i.state = 'expired' and (
        select s.step = 'suspend' from integration_step s
        where s.integration_id = i.integration_id and s.step in ('suspend', 'resume', 'provision') order by s.sequence desc limit 1))`,
    )
    .limit(1)
    .executeTakeFirst();
  if (before !== undefined) throw improvementMissing();
}

/** Writes which addresses an application still asks for; those that it came with stay with its submission. @clause 3(8) */
export async function keepAddresses(trx: Transaction<Database>, { applicationNumber, addresses }: Application): Promise<void> {
  await trx
    .updateTable("application")
    .set({ requested_addresses: [...addresses] })
    .where("application_number", "=", applicationNumber)
    .execute();
}

/** Until the transaction ends nobody else decides on addresses. @clause 3(7) */
export async function lockWhitelist(trx: Transaction<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('whitelist'))`.execute(trx);
}

/** An address that another integration has too. */
export interface SharedAddress {
  readonly address: string;
  readonly integrationNumber: string;
}

/** Which addresses another integration has, or is about to get. @param integrationNumber whose own ones don't count @clause 3(7) */
export async function findSharedAddresses(
  db: Kysely<Database>,
  integrationNumber: string,
  addresses: readonly string[],
): Promise<SharedAddress[]> {
  const { rows } = await sql<SharedAddress>`
    select host(w.address) as address, i.application_number as "integrationNumber" from integration_address w join integration i using (integration_id)
    where w.address = any (${[...addresses]}::inet[]) and i.application_number <> ${integrationNumber} and i.state in ('provisioned', 'active', 'suspended')
    union
    select host(r.address), i.application_number
    from application a join integration i using (integration_id) cross join unnest(a.requested_addresses) as r(address)
    where r.address = any (${[...addresses]}::inet[]) and i.application_number <> ${integrationNumber} and a.stage = 'approved'
    order by 1, 2`.execute(db);
  return rows;
}

import { type Kysely, sql } from "kysely";
import type { CheckCode } from "../../src/domain/checks.ts";
import type { Application } from "../../src/domain/integration-application.ts";
import type { IntegrationState } from "../../src/domain/integration-step.ts";
import type { Database } from "../tables/database.ts";

/** What a list of integrations is narrowed to. */
export interface IntegrationFilter {
  /** Part of the application number, the agency's name or the system's. */
  readonly search?: string | undefined;
  readonly state?: string | undefined;
  readonly sort?: "number" | "period" | "agency" | undefined;
}

/** An integration as the list shows it. Moments are epoch milliseconds. */
export interface IntegrationRow {
  readonly integrationId: number;
  readonly applicationNumber: string;
  readonly agencyName: string;
  readonly systemName: string;
  readonly state: IntegrationState;
  /** What was approved; what was asked for before that. */
  readonly checks: readonly CheckCode[];
  readonly approvedFrom: number | undefined;
  /** Rights hold until just before this. */
  readonly approvedUntil: number | undefined;
  readonly submittedBy: string;
  readonly submittedAt: number;
}

function selectRows(db: Kysely<Database>) {
  return db
    .selectFrom("integration as i")
    .innerJoin("agency as a", "a.agency_id", "i.agency_id")
    .innerJoin("application as p", "p.application_number", "i.application_number")
    .select([
      "i.integration_id",
      "i.application_number",
      "a.agency_name",
      "i.system_name",
      "i.state",
      "i.approved_from",
      "i.approved_until",
    ])
    .select(["i.approved_checks", "p.requested_checks", "p.submitted_by", "p.submitted_at"]);
}

type SelectedRow = Awaited<ReturnType<ReturnType<typeof selectRows>["executeTakeFirstOrThrow"]>>;

function toRow(row: SelectedRow): IntegrationRow {
  return {
    integrationId: row.integration_id,
    applicationNumber: row.application_number,
    agencyName: row.agency_name,
    systemName: row.system_name,
    state: row.state as IntegrationState,
    checks: (row.approved_checks ?? row.requested_checks) as CheckCode[],
    approvedFrom: row.approved_from?.getTime(),
    approvedUntil: row.approved_until?.getTime(),
    submittedBy: row.submitted_by,
    submittedAt: row.submitted_at.getTime(),
  };
}

const ORDER = { number: sql`i.application_number`, period: sql`i.approved_until nulls last`, agency: sql`a.agency_name` };

/** The integrations that fit, in order. */
export async function findIntegrations(
  db: Kysely<Database>,
  { search, state, sort = "number" }: IntegrationFilter,
): Promise<IntegrationRow[]> {
  const like = `%${(search ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  const rows = await selectRows(db)
    .$if(state !== undefined, (query) => query.where("i.state", "=", state ?? ""))
    .where((either) =>
      either.or([
        either("i.application_number", "ilike", like),
        either("a.agency_name", "ilike", like),
        either("i.system_name", "ilike", like),
      ]),
    )
    .orderBy(ORDER[sort])
    .orderBy("i.integration_id")
    .execute();
  return rows.map(toRow);
}

export async function countIntegrations(db: Kysely<Database>): Promise<number> {
  const { count } = await db
    .selectFrom("integration")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** A credential on record; moments are epoch milliseconds. */
export interface CredentialOnRecord {
  readonly credentialId: string;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly revokedAt: number | undefined;
}

/** An integration with all that its page shows. */
export interface IntegrationOnRecord extends IntegrationRow {
  readonly application: Application;
  /** On the whitelist now. */
  readonly addresses: readonly string[];
  readonly credentials: readonly CredentialOnRecord[];
}

export async function getIntegrationOnRecord(db: Kysely<Database>, applicationNumber: string): Promise<IntegrationOnRecord | undefined> {
  const row = await selectRows(db)
    .innerJoin("agency", "agency.agency_id", "i.agency_id")
    .select(["agency.agency_code", "p.legal_basis", "p.purpose", "p.contact"])
    .select([
      sql<string[]>`array(select host(unnest(p.requested_addresses)))`.as("requested_addresses"),
      sql<string>`p.requested_from::text`.as("requested_from"),
      sql<string>`p.requested_until::text`.as("requested_until"),
      sql<
        string[]
      >`array(select host(w.address) from integration_address w where w.integration_id = i.integration_id order by w.address)`.as(
        "addresses",
      ),
    ])
    .where("i.application_number", "=", applicationNumber)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const credentials = await db
    .selectFrom("credential")
    .select(["credential_id", "valid_from", "valid_until", "revoked_at"])
    .where("integration_id", "=", row.integration_id)
    .orderBy("valid_from", "desc")
    .execute();
  return {
    ...toRow(row),
    application: {
      applicationNumber,
      agencyCode: row.agency_code,
      agencyName: row.agency_name,
      systemName: row.system_name,
      legalBasis: row.legal_basis,
      purpose: row.purpose,
      checks: row.requested_checks as CheckCode[],
      addresses: row.requested_addresses,
      contact: row.contact,
      from: row.requested_from,
      until: row.requested_until,
    },
    addresses: row.addresses,
    credentials: credentials.map((credential) => ({
      credentialId: credential.credential_id,
      validFrom: credential.valid_from.getTime(),
      validUntil: credential.valid_until.getTime(),
      revokedAt: credential.revoked_at?.getTime(),
    })),
  };
}

/** Of each integration in use, the moment at which its last credential ends, when that comes before a limit. */
export async function findEndingCredentials(
  db: Kysely<Database>,
  limit: number,
): Promise<{ applicationNumber: string; agencyName: string; systemName: string; endsAt: number }[]> {
  const rows = await db
    .selectFrom("integration as i")
    .innerJoin("agency as a", "a.agency_id", "i.agency_id")
    .innerJoin("credential as c", "c.integration_id", "i.integration_id")
    .select(["i.application_number", "a.agency_name", "i.system_name"])
    .select(({ fn }) => fn.max("c.valid_until").as("ends_at"))
    .where("i.state", "in", ["provisioned", "active"])
    .where("c.revoked_at", "is", null)
    .groupBy(["i.integration_id", "a.agency_id"])
    .having(({ fn }) => fn.max("c.valid_until"), "<", new Date(limit))
    // One that ends with the period needs no successor.
    .having(({ fn }) => fn.max("c.valid_until"), "<", sql<Date>`i.approved_until`)
    .orderBy("ends_at")
    .execute();
  return rows.map((row) => ({
    applicationNumber: row.application_number,
    agencyName: row.agency_name,
    systemName: row.system_name,
    endsAt: row.ends_at.getTime(),
  }));
}

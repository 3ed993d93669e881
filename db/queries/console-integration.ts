import { type Kysely, sql } from "kysely";
import type { CheckCode } from "../../src/domain/checks.ts";
import type { Integration } from "../../src/domain/integration.ts";
import type { IntegrationState } from "../../src/domain/integration-step.ts";
import type { Database } from "../tables/database.ts";
import { patternOf } from "./application-list.ts";
import { readIntegration } from "./integration-record.ts";

/** What a list of integrations is narrowed to. */
export interface IntegrationFilter {
  /** Part of the application number, the agency's name or the system's. */
  readonly search?: string | undefined;
  readonly state?: string | undefined;
  readonly sort?: IntegrationOrder | undefined;
}

export type IntegrationOrder = "number" | "period" | "agency" | "queries" | "unused";

/** An integration as the list shows it. Moments are epoch milliseconds. */
export interface IntegrationRow {
  readonly applicationNumber: string;
  readonly agencyName: string;
  readonly systemName: string;
  readonly state: IntegrationState;
  /** What holds, or held; what was approved or asked for before that. */
  readonly checks: readonly CheckCode[];
  readonly approvedFrom: number | undefined;
  /** Rights hold until just before this. */
  readonly approvedUntil: number | undefined;
  /** How many subjects were asked about since the first of the month. */
  readonly subjectsThisMonth: number;
  /** The last day on which it asked (ISO 8601). */
  readonly lastUsedOn: string | undefined;
}

const ORDER: Readonly<Record<IntegrationOrder, ReturnType<typeof sql>>> = {
  number: sql`i.application_number`,
  period: sql`i.approved_until nulls last`,
  agency: sql`a.agency_name`,
  queries: sql`u.subjects desc nulls last`,
  unused: sql`u.last_day nulls first`,
};

/** The integrations that fit, in order. @param today ISO 8601, in Taiwan */
export async function findIntegrations(
  db: Kysely<Database>,
  { search, state, sort = "number" }: IntegrationFilter,
  today: string,
): Promise<IntegrationRow[]> {
  const like = patternOf(search);
  const month = `${today.slice(0, 7)}-01`;
  const rows = await db
    .selectFrom("integration as i")
    .innerJoin("agency as a", "a.agency_id", "i.agency_id")
    .innerJoin("application as p", "p.application_number", "i.application_number")
    .leftJoin(
      sql<{ integration_id: number; subjects: number | null; last_day: string }>`(
        select integration_id, (sum(subjects) filter (where usage_day >= ${month}::date))::float8 as subjects, max(usage_day)::text as last_day
        from daily_usage group by integration_id)`.as("u"),
      (join) => join.onRef("u.integration_id", "=", "i.integration_id"),
    )
    .select(["u.subjects", "u.last_day"])
    .select(["i.application_number", "a.agency_name", "i.system_name", "i.state", "i.approved_from", "i.approved_until"])
    .select(
      sql<CheckCode[]>`coalesce(
        (select array_agg(s.check_code order by array_position(p.requested_checks, s.check_code)) from integration_scope s
         where s.integration_id = i.integration_id), p.approved_checks, p.requested_checks)`.as("checks"),
    )
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
  return rows.map((row) => ({
    applicationNumber: row.application_number,
    agencyName: row.agency_name,
    systemName: row.system_name,
    state: row.state as IntegrationState,
    checks: row.checks,
    approvedFrom: row.approved_from?.getTime(),
    approvedUntil: row.approved_until?.getTime(),
    subjectsThisMonth: row.subjects ?? 0,
    lastUsedOn: row.last_day ?? undefined,
  }));
}

/** A credential on record; moments are epoch milliseconds. */
export interface CredentialOnRecord {
  readonly credentialId: string;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly revokedAt: number | undefined;
  /** The credential by which the system made this one itself. */
  readonly replaces?: string;
}

/** An integration with all that its page shows. */
export interface IntegrationOnRecord {
  readonly integration: Integration;
  /** All that were ever issued, the newest first. */
  readonly issued: readonly CredentialOnRecord[];
  /** By a step's place in the timeline: addresses that looked foreign when it was taken. */
  readonly foreignAt: ReadonlyMap<number, readonly string[]>;
}

/** A credential of any integration. */
export async function findCredential(db: Kysely<Database>, credentialId: string): Promise<{ readonly revoked: boolean } | undefined> {
  const found = await db.selectFrom("credential").select("revoked_at").where("credential_id", "=", credentialId).executeTakeFirst();
  return found && { revoked: found.revoked_at !== null };
}

export async function getIntegrationOnRecord(db: Kysely<Database>, integrationNumber: string): Promise<IntegrationOnRecord | undefined> {
  const integration = await readIntegration(db, integrationNumber);
  if (integration === undefined) return undefined;
  const issued = await db
    .selectFrom("credential as c")
    .innerJoin("integration as i", "i.integration_id", "c.integration_id")
    .select(["c.credential_id", "c.valid_from", "c.valid_until", "c.revoked_at", "c.replaces"])
    .where("i.application_number", "=", integrationNumber)
    .orderBy("c.valid_from", "desc")
    .execute();
  const { rows: flagged } = await sql<{ place: number; addresses: string[] }>`
    select s.sequence - 1 as place, array(select host(a) from unnest(s.foreign_addresses) as f(a)) as addresses
    from integration_step s join integration i using (integration_id)
    where i.application_number = ${integrationNumber} and s.foreign_addresses is not null`.execute(db);
  return {
    integration,
    foreignAt: new Map(flagged.map(({ place, addresses }) => [place, addresses])),
    issued: issued.map((credential) => ({
      credentialId: credential.credential_id,
      validFrom: credential.valid_from.getTime(),
      validUntil: credential.valid_until.getTime(),
      revokedAt: credential.revoked_at?.getTime(),
      ...(credential.replaces !== null && { replaces: credential.replaces }),
    })),
  };
}

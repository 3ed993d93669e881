import { type Kysely, sql } from "kysely";
import type { Credential } from "../../src/domain/credential.ts";
import type { Integration, SuspensionCause, TimelineEntry } from "../../src/domain/integration.ts";
import type { Application, Approval } from "../../src/domain/integration-application.ts";
import { type ApplicationStage, FINAL_STATES, type IntegrationState } from "../../src/domain/integration-step.ts";
import type { Database } from "../tables/database.ts";

/** An application on record, with what was approved of it. */
export interface ApplicationRow {
  readonly application: Application;
  readonly stage: ApplicationStage;
  readonly approval: Approval | null;
}

interface IntegrationRow {
  readonly state: IntegrationState;
  readonly suspendedFor: SuspensionCause | null;
  readonly applications: readonly ApplicationRow[];
  /** What holds, or held; null before it was provisioned. */
  readonly held: Approval | null;
  readonly credentials: readonly {
    readonly credentialId: string;
    readonly from: number;
    readonly until: number;
    readonly replaces: string | null;
  }[];
  readonly timeline: readonly (Omit<TimelineEntry, "takenAt" | "application" | "address"> & {
    readonly at: number;
    readonly application: string | null;
    readonly address: string | null;
  })[];
}

const OPEN = `('submitted', 'returned', 'checked', 'approved')`;
const DAY = (moment: string) => `((${moment}) at time zone 'Asia/Taipei')::date`;
const ADDRESSES = (array: string) => `array(select host(a) from unnest(${array}) with ordinality as x(a, place) order by place)`;

const APPLICATION = `json_build_object(
  'stage', a.stage,
  'application', json_strip_nulls(json_build_object('applicationNumber', a.application_number, 'kind', a.kind,
    'agencyCode', g.agency_code, 'agencyName', g.agency_name, 'systemName', a.system_name, 'legalBasis', a.legal_basis,
    'purpose', a.purpose, 'checks', a.requested_checks, 'addresses', ${ADDRESSES("a.requested_addresses")},
    'from', a.requested_from, 'until', a.requested_until, 'contact', a.contact, 'improvement', a.improvement, 'letter', a.letter)),
  'approval', case when a.approved_from is not null then json_build_object('checks', a.approved_checks,
    'addresses', ${ADDRESSES("a.requested_addresses")}, 'from', a.approved_from, 'until', a.approved_until) end)`;

/**
 * An integration as the records have it: all that its workflow knows, so that it can be begun again from here.
 * @returns undefined when there is none of this number
 */
export async function readIntegration(db: Kysely<Database>, integrationNumber: string): Promise<Integration | undefined> {
  const { rows } = await sql<{ integration: IntegrationRow }>`
    select json_build_object(
      'state', i.state, 'suspendedFor', i.suspended_for,
      'applications', (select json_agg(${sql.raw(APPLICATION)}
          order by a.stage = 'provisioned' desc, a.stage in ${sql.raw(OPEN)} desc, a.submitted_at)
        from application a join agency g using (agency_id) where a.integration_id = i.integration_id),
      'held', (select json_build_object(
          'checks', array(select s.check_code from integration_scope s where s.integration_id = i.integration_id
            order by array_position(a.requested_checks, s.check_code)),
          'addresses', array(select host(w.address) from integration_address w where w.integration_id = i.integration_id
            order by array_position(a.requested_addresses, w.address)),
          'from', ${sql.raw(DAY("i.approved_from"))}, 'until', ${sql.raw(DAY("i.approved_until - interval '1 day'"))})
        from application a where a.integration_id = i.integration_id and a.stage = 'provisioned'),
      'credentials', (select coalesce(json_agg(json_build_object('credentialId', c.credential_id,
          'from', extract(epoch from c.valid_from) * 1000, 'until', extract(epoch from c.valid_until) * 1000, 'replaces', c.replaces)
          order by c.valid_from, c.valid_until, c.credential_id), '[]')
        from credential c
        where c.integration_id = i.integration_id and c.revoked_at is null),
      'timeline', (select coalesce(json_agg(json_build_object('step', s.step, 'account', s.actor, 'role', s.actor_role, 'reason', s.reason,
          'at', extract(epoch from s.taken_at) * 1000, 'application', s.application_number, 'address', host(s.address)) order by s.sequence), '[]')
        from integration_step s where s.integration_id = i.integration_id)
    ) as integration
    from integration i where i.application_number = ${integrationNumber}`.execute(db);
  const row = rows[0]?.integration;
  return row && toIntegration(integrationNumber, row);
}

function toIntegration(integrationNumber: string, row: IntegrationRow): Integration | undefined {
  const [first] = row.applications;
  if (first === undefined) return undefined;
  const underWay = row.applications.find(
    ({ stage }) => stage === "submitted" || stage === "returned" || stage === "checked" || stage === "approved",
  );
  const amendment = underWay === first ? undefined : underWay;
  return {
    integrationNumber,
    application: first.application,
    state: row.state,
    approval: row.held ?? first.approval ?? undefined,
    amendment: amendment && { ...amendment, approval: amendment.approval ?? undefined },
    suspendedFor: row.suspendedFor ?? undefined,
    credentials: row.credentials.map(
      ({ credentialId, from, until, replaces }): Credential => ({
        ...{ credentialId, validFrom: iso(from), validUntil: iso(until) },
        ...(replaces !== null && { replaces }),
      }),
    ),
    timeline: row.timeline.map(
      ({ at, application, address, ...entry }): TimelineEntry => ({
        ...entry,
        takenAt: iso(at),
        ...(application !== null && { application }),
        ...(address !== null && { address }),
      }),
    ),
    // What each state goes with is held by the rules that wrote it.
  } as Integration;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Every application for an integration that there ever was, decided or not, newest first. @clause 3(3) */
export async function readApplications(db: Kysely<Database>, integrationNumber: string): Promise<ApplicationRow[]> {
  const { rows } = await sql<{ application: ApplicationRow }>`
    select ${sql.raw(APPLICATION)} as application
    from integration i join application a using (integration_id) join agency g on g.agency_id = a.agency_id
    where i.application_number = ${integrationNumber} order by a.submitted_at desc, a.application_number desc`.execute(db);
  return rows.map(({ application }) => application);
}

/** Numbers of the integrations that have not ended. */
export async function listOpenIntegrations(db: Kysely<Database>): Promise<string[]> {
  const open = await db
    .selectFrom("integration")
    .select("application_number")
    .where("state", "not in", FINAL_STATES)
    .orderBy("integration_id")
    .execute();
  return open.map(({ application_number }) => application_number);
}

import type { Pool } from "pg";
import type { IndexKeyName } from "../../src/domain/dataset-import.ts";
import type { IntegrationState } from "../../src/domain/integration-step.ts";

/** A credential that may open an integration; times are epoch milliseconds. */
export interface CredentialRow {
  readonly credentialId: string;
  readonly integrationId: number;
  /** SHA-256 of the bearer token, hexadecimal. */
  readonly secretHash: string;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly revoked: boolean;
}

export interface IntegrationRow {
  readonly integrationId: number;
  readonly state: IntegrationState;
  readonly approvedFrom: number;
  readonly approvedUntil: number;
  readonly requestsPerSecond: number;
  readonly subjectsPerDay: number;
  /** The day in Taiwan (ISO 8601) that `subjectsToday` counts. */
  readonly usageDay: string;
  readonly subjectsToday: number;
  readonly checks: readonly string[];
  readonly addresses: readonly string[];
}

/** A dataset and its current generation. Dates are ISO 8601. */
export interface DatasetRow {
  readonly datasetId: number;
  readonly datasetCode: string;
  readonly maximumAgeDays: number;
  readonly approvedFrom: string;
  readonly approvedUntil: string;
  readonly generationId: number | null;
  readonly rowCount: number | null;
  readonly indexKey: IndexKeyName | null;
  readonly asOf: string | null;
}

/** All that decides who may ask and what can be answered, as one snapshot. */
export interface AccessRegisterRows {
  readonly version: string;
  readonly integrations: readonly IntegrationRow[];
  readonly credentials: readonly CredentialRow[];
  readonly datasets: readonly DatasetRow[];
}

/** Changes with every change of a right or of a current generation. */
export async function getAccessVersion(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string }>({ name: "access-version", text: "select version::text from access_version" });
  return (rows[0] as { version: string }).version;
}

/** Reads the register in one statement, so in one snapshot. What holds no rights yet is left out. */
export async function readAccessRegister(pool: Pool): Promise<AccessRegisterRows> {
  const { rows } = await pool.query<{ register: AccessRegisterRows }>({
    name: "read-access-register",
    text: `
      select json_build_object(
        'version', (select version::text from access_version),
        'integrations', (select coalesce(json_agg(json_build_object(
            'integrationId', i.integration_id, 'state', i.state,
            'approvedFrom', coalesce(extract(epoch from i.approved_from) * 1000, 0), 'approvedUntil', coalesce(extract(epoch from i.approved_until) * 1000, 0),
            'requestsPerSecond', i.requests_per_second, 'subjectsPerDay', i.subjects_per_day, 
            'usageDay', (now() at time zone 'Asia/Taipei')::date, 'subjectsToday', coalesce(u.subjects, 0),
            'checks', (select coalesce(json_agg(check_code), '[]') from integration_scope s where s.integration_id = i.integration_id),
            'addresses', (select coalesce(json_agg(host(address)), '[]') from integration_address a where a.integration_id = i.integration_id))), '[]')
          from integration i
          left join daily_usage u on u.integration_id = i.integration_id and u.usage_day = (now() at time zone 'Asia/Taipei')::date
          where i.state in ('provisioned', 'active', 'suspended', 'expired', 'revoked')),
        'credentials', (select coalesce(json_agg(json_build_object(
            'credentialId', credential_id, 'integrationId', integration_id, 'secretHash', encode(secret_hash, 'hex'),
            'validFrom', extract(epoch from valid_from) * 1000, 'validUntil', extract(epoch from valid_until) * 1000,
            'revoked', revoked_at is not null)), '[]') from credential),
        'datasets', (select coalesce(json_agg(json_build_object(
            'datasetId', d.dataset_id, 'datasetCode', d.dataset_code, 'maximumAgeDays', d.maximum_age_days,
            'approvedFrom', d.approved_from, 'approvedUntil', d.approved_until,
            'generationId', g.generation_id, 'rowCount', g.row_count, 'indexKey', case when g.generation_id is not null then json_build_object('id', g.index_key_id, 'check', g.index_key_check) end, 'asOf', g.as_of)), '[]')
          from dataset d left join generation g on g.generation_id = d.current_generation_id)
      ) as register`,
  });
  return (rows[0] as { register: AccessRegisterRows }).register;
}

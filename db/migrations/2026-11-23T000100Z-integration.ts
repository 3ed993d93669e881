import { type Kysely, sql } from "kysely";

/**
 * Who may ask: agencies, their applications, and the rights that an approved application gave (clauses 3(3), 3(7), 4(1)2).
 * The verification API reads rights only; a change of any right tells every API process at once (`access_changed`).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table agency (
      agency_id integer generated always as identity primary key,
      agency_code text not null,
      agency_name text not null,
      -- Anybody can apply in anybody's name: what one application calls an agency must not be what the next one is called by.
      unique (agency_code, agency_name)
    );

    create table application (
      application_number text primary key,
      agency_id integer not null references agency,
      system_name text not null,
      legal_basis text not null,
      purpose text not null,
      requested_checks text[] not null,
      requested_addresses inet[] not null,
      requested_from date not null,
      requested_until date not null,
      contact text not null,
      submitted_by text not null,
      submitted_at timestamptz not null
    );

    create table integration (
      integration_id integer generated always as identity primary key,
      application_number text not null unique references application,
      agency_id integer not null references agency,
      system_name text not null,
      state text not null check (state in ('submitted', 'refused', 'approved', 'provisioned', 'active', 'suspended', 'expired', 'revoked')),
      approved_from timestamptz,
      approved_until timestamptz,
      requests_per_second integer not null default 200,
      subjects_per_day integer not null default 1000000,
      approved_checks text[],
      check (state in ('submitted', 'refused', 'revoked') or (approved_from is not null and approved_until > approved_from))
    );

    create table integration_step (
      step_id bigint generated always as identity primary key,
      integration_id integer not null references integration,
      step text not null,
      actor text not null,
      actor_role text not null check (actor_role in ('applicant', 'caseOfficer', 'dedicatedOfficer', 'manager', 'platform')),
      reason text not null,
      taken_at timestamptz not null,
      step_key text not null unique
    );

    create table integration_scope (
      integration_id integer not null references integration,
      check_code text not null,
      primary key (integration_id, check_code)
    );

    create table integration_address (
      integration_id integer not null references integration,
      address inet not null check (masklen(address) = case family(address) when 4 then 32 else 128 end),
      added_at timestamptz not null,
      primary key (integration_id, address)
    );

    create table credential (
      credential_id uuid primary key,
      integration_id integer not null references integration,
      secret_hash bytea not null unique check (length(secret_hash) = 32),
      valid_from timestamptz not null,
      valid_until timestamptz not null check (valid_until <= valid_from + interval '90 days' and valid_until > valid_from),
      revoked_at timestamptz,
      replaces uuid references credential
    );

    create table access_version (
      singleton boolean primary key default true check (singleton),
      version bigint not null
    );
    insert into access_version (version) values (1);

    create function announce_access_change() returns trigger language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp as $$
    begin
      update public.access_version set version = version + 1;
      perform pg_notify('access_changed', '');
      return null;
    end $$;
  `.execute(db);
  for (const table of ["integration", "integration_scope", "integration_address", "credential"]) {
    await sql`
      create trigger announce_access_change after insert or update or delete or truncate on ${sql.table(table)}
        for each statement execute function announce_access_change()`.execute(db);
  }
  await sql`
    grant select on integration, integration_scope, integration_address, credential, access_version to platform_api;
    grant select, insert on agency, application, integration_step, integration, integration_scope, integration_address, credential to platform_worker;
    grant update (state, approved_from, approved_until, approved_checks) on integration to platform_worker;
    grant update (revoked_at) on credential to platform_worker;
    grant select on access_version to platform_worker;
  `.execute(db);
}

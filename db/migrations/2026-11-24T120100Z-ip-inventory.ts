import { type Kysely, sql } from "kysely";

/** The half-yearly review of whitelisted addresses (clause 3(8)): when each was last asked from, what a review found, and what became of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table address_usage (
      integration_id integer not null references integration,
      address inet not null,
      last_used_on date not null,
      primary key (integration_id, address)
    );

    -- From where an entry of the log was asked; null where it can't be read, so that one bad entry hides no other.
    create function source_address_of(entry bytea) returns inet language plpgsql immutable set search_path = pg_catalog, public, pg_temp as $$
    begin
      return (convert_from(entry, 'UTF8')::jsonb ->> 'sourceAddress')::inet;
    exception when data_exception or program_limit_exceeded then
      return null;
    end $$;

    create table ip_inventory (
      inventory_number text primary key,
      workflow_id text not null unique,
      used_since date not null,
      address_count integer not null,
      opened_at timestamptz not null,
      deadline_at timestamptz not null check (deadline_at > opened_at),
      closed_at timestamptz
    );

    create table ip_inventory_finding (
      inventory_number text not null references ip_inventory,
      integration_id integer not null references integration,
      address inet not null,
      findings text[] not null check (findings <@ array['duplicate', 'idle', 'expired'] and cardinality(findings) > 0),
      last_used_on date,
      outcome text check (outcome in ('kept', 'removed')),
      decided_by text,
      reason text,
      decided_at timestamptz,
      primary key (inventory_number, integration_id, address),
      check (num_nonnulls(outcome, decided_by, reason, decided_at) in (0, 4)),
      -- What nobody answers for is removed.
      check (decided_by <> 'platform' or outcome = 'removed')
    );

    -- Decided once, by the dedicated officer, or at the deadline by the platform; closed once, when nothing waits.
    create trigger decided_once before update on ip_inventory_finding for each row
      when (old.outcome is not null) execute function refuse_change('the address has been decided');
    create trigger ask_office after update on ip_inventory_finding for each row when (new.decided_by is distinct from 'platform')
      execute function ask_office('decided_by', 'decided_at', '{dedicatedOfficer}');
    create trigger closed_once before update on ip_inventory for each row
      when (old.closed_at is not null) execute function refuse_change('the review is closed');
    create function ask_what_waits() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      if exists (select from public.ip_inventory_finding f where f.inventory_number = new.inventory_number and f.outcome is null) then
        raise exception 'addresses of the review wait for a decision' using errcode = 'check_violation';
      end if;
      return null;
    end $$;
    create trigger ask_what_waits after update on ip_inventory for each row execute function ask_what_waits();

    grant select, insert, update (last_used_on) on address_usage to platform_worker;
    grant execute on function source_address_of to platform_worker;
    grant select, insert (inventory_number, workflow_id, used_since, address_count, opened_at, deadline_at), update (closed_at) on ip_inventory
      to platform_worker;
    grant select, insert (inventory_number, integration_id, address, findings, last_used_on), update (outcome, decided_by, reason, decided_at)
      on ip_inventory_finding to platform_worker;
  `.execute(db);
}

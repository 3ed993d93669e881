import { type Kysely, sql } from "kysely";

/**
 * The console and the whole life of an integration (clauses 3(3), 5(5)): it sees what people are to be told and how much an integration asks,
 * and can do two things without Temporal: suspend, and end a credential, in the name of an officer or manager in office. Everything else goes
 * through the workflows.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- What the rule allows is asked before; this holds its bounds, and leaves the workflow a step to hear of.
    create function stop_integration(integration_number text, officer text, duty text, cause text, why text)
      returns boolean language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    declare
      holder public.integration;
      step bigint;
    begin
      if cause is null or duty not in ('manager', 'dedicatedOfficer') or cause not in ('person', 'correctiveAction')
          or not public.holds_office(officer, duty, now()) then
        raise exception 'only a manager or dedicated officer in office stops an integration';
      end if;
      select i.* into holder from public.integration i where i.application_number = integration_number for no key update;
      -- A corrective action holds against what rests for another cause, too.
      if not found or not (holder.state in ('provisioned', 'active')
          or holder.state = 'suspended' and cause = 'correctiveAction' and holder.suspended_for <> 'correctiveAction') then
        return false;
      end if;
      update public.integration i set state = 'suspended', suspended_for = cause where i.integration_id = holder.integration_id;
      insert into public.integration_step (integration_id, sequence, step, actor, actor_role, reason, taken_at)
        select holder.integration_id, count(*) + 1, 'suspend', officer, duty, why, now()
        from public.integration_step s where s.integration_id = holder.integration_id
        returning step_id into step;
      insert into public.unseen_step values (step);
      return true;
    end $$;

    -- Ends a credential and those that were made by it. Bounds and the step to hear of as above.
    create function stop_credential(integration_number text, credential uuid, officer text, duty text, why text)
      returns boolean language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    declare
      holder public.integration;
      step bigint;
    begin
      if duty not in ('manager', 'dedicatedOfficer') or not public.holds_office(officer, duty, now()) then
        raise exception 'only a manager or dedicated officer in office ends a credential';
      end if;
      select i.* into holder from public.integration i where i.application_number = integration_number for no key update;
      if not found or holder.state not in ('provisioned', 'active', 'suspended') then
        return false;
      end if;
      with recursive ending(id) as (
        select c.credential_id from public.credential c
          where c.credential_id = credential and c.integration_id = holder.integration_id and c.revoked_at is null
        union select c.credential_id from public.credential c join ending e on c.replaces = e.id
      )
      update public.credential c set revoked_at = now() where c.credential_id in (select id from ending) and c.revoked_at is null;
      if not found then
        return false;
      end if;
      insert into public.integration_step (integration_id, sequence, step, actor, actor_role, reason, taken_at)
        select holder.integration_id, count(*) + 1, 'revokeCredential', officer, duty, why, now()
        from public.integration_step s where s.integration_id = holder.integration_id
        returning step_id into step;
      insert into public.unseen_step values (step);
      return true;
    end $$;

    grant execute on function stop_integration, stop_credential to platform_console;
    grant select on notice, daily_usage to platform_console;
  `.execute(db);
}

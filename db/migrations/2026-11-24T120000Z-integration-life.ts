import { type Kysely, sql } from "kysely";

/**
 * The whole life of an integration (clauses 3(3), 4(1)2, 5(5), 5(6)): applications that change one, each with its own stage and approval, its
 * timeline in numbered steps, and what people are to be told. With it every open integration can be rebuilt from these tables alone.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table application
      add column integration_id integer references integration,
      add column kind text not null default 'new' check (kind in ('new', 'renewal', 'change', 'reapplication')),
      add column stage text not null default 'submitted' check (stage in
        ('submitted', 'returned', 'checked', 'approved', 'refused', 'withdrawn', 'provisioned', 'replaced', 'lapsed')),
      add column improvement text,
      add column approved_checks text[],
      add column approved_from date,
      add column approved_until date,
      add column shared_addresses inet[],
      add check (kind <> 'reapplication' or improvement is not null);
    update application a set integration_id = i.integration_id, approved_checks = i.approved_checks,
        approved_from = (i.approved_from at time zone 'Asia/Taipei')::date,
        approved_until = ((i.approved_until - interval '1 day') at time zone 'Asia/Taipei')::date,
        stage = case when i.state in ('submitted', 'refused', 'approved') then i.state else 'provisioned' end
      from integration i where i.application_number = a.application_number;
    -- One application of an integration is under way, and one has given what holds.
    create unique index application_under_way on application (integration_id) where stage in ('submitted', 'returned', 'checked', 'approved');
    create unique index application_that_holds on application (integration_id) where stage = 'provisioned';

    alter table integration
      drop column approved_checks,
      drop constraint integration_state_check,
      drop constraint integration_check,
      add constraint integration_state_check check (state in ('submitted', 'returned', 'checked', 'approved', 'refused', 'withdrawn', 'lapsed',
        'provisioned', 'active', 'suspended', 'expired', 'revoked')),
      add constraint integration_check check (state in ('submitted', 'returned', 'checked', 'approved', 'refused', 'withdrawn', 'lapsed', 'revoked', 'expired')
        or (approved_from is not null and approved_until > approved_from)),
      add column suspended_for text check (suspended_for in ('person', 'idle', 'correctiveAction'));

    alter table integration_step
      drop constraint integration_step_actor_role_check,
      add constraint integration_step_actor_role_check check (actor_role in
        ('applicant', 'caseOfficer', 'dedicatedOfficer', 'manager', 'platform', 'system')),
      drop column step_key,
      add column sequence integer,
      add column application_number text references application,
      -- What a person sent has a name, so that it is taken once, whoever sends it again.
      add column request_id uuid unique,
      add column address inet,
      add column submitted jsonb;
    update integration_step s set sequence = n.sequence
      from (select step_id, row_number() over (partition by integration_id order by step_id) as sequence from integration_step) n
      where n.step_id = s.step_id;
    alter table integration_step
      alter column sequence set not null,
      add unique (integration_id, sequence);

    create trigger ask_office after insert on integration_step for each row when (new.actor_role not in ('applicant', 'platform', 'system'))
      execute function ask_office('actor', 'taken_at', '{caseOfficer,dedicatedOfficer,manager}', 'actor_role');

    -- Steps that were put on record without the integration's workflow, which has yet to hear of them.
    create table unseen_step (
      step_id bigint primary key references integration_step
    );

    create table notice (
      notice_key text primary key,
      kind text not null,
      recipient text not null check (recipient in ('applicant', 'caseOfficer', 'dedicatedOfficer', 'manager')),
      about text not null,
      due_at timestamptz not null,
      announces timestamptz not null,
      sent_at timestamptz,
      cancelled_at timestamptz,
      check (sent_at is null or cancelled_at is null)
    );
    create index notice_due on notice (due_at) where sent_at is null and cancelled_at is null;
    create index notice_about on notice (about);

    -- A system changes its own credential: the API may do nothing else to credentials. What the rule allows is passed in; this holds its bounds.
    -- proof: what only the holder of the present secret can give; its hash is on record, so that reading the records makes no credential.
    create function rotate_credential(present_id uuid, proof bytea, fresh_id uuid, fresh_hash bytea, fresh_until timestamptz, present_until timestamptz)
      returns jsonb language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    declare
      holder public.integration;
      present public.credential;
      step bigint;
    begin
      select i.* into holder from public.integration i join public.credential c using (integration_id) where c.credential_id = present_id for no key update of i;
      select c.* into present from public.credential c where c.credential_id = present_id;
      if holder.state is distinct from 'active' or holder.approved_until <= now() or present.revoked_at is not null or present.valid_until <= now()
          or present.secret_hash is distinct from sha256(proof) then
        return jsonb_build_object('outcome', 'not-valid');
      end if;
      if (select count(*) from public.credential c
          where c.integration_id = holder.integration_id and c.revoked_at is null and c.valid_until > now()) >= 2 then
        return jsonb_build_object('outcome', 'too-many-credentials');
      end if;
      fresh_until := least(fresh_until, now() + interval '90 days', holder.approved_until);
      present_until := least(present_until, present.valid_until);
      insert into public.credential values (fresh_id, holder.integration_id, fresh_hash, now(), fresh_until, null, present_id);
      update public.credential c set valid_until = present_until where c.credential_id = present_id;
      insert into public.integration_step (integration_id, sequence, step, actor, actor_role, reason, taken_at)
        select holder.integration_id, count(*) + 1, 'rotateCredential', 'system', 'system', 'the system changed credential ' || present_id, now()
        from public.integration_step s where s.integration_id = holder.integration_id
        returning step_id into step;
      insert into public.unseen_step values (step);
      return jsonb_build_object('outcome', 'rotated', 'validFrom', extract(epoch from now()) * 1000,
        'validUntil', extract(epoch from fresh_until) * 1000, 'presentValidUntil', extract(epoch from present_until) * 1000);
    end $$;

    grant update (stage, system_name, legal_basis, purpose, requested_checks, requested_addresses, requested_from, requested_until, contact,
      improvement, approved_checks, approved_from, approved_until, shared_addresses, integration_id) on application to platform_worker;
    grant update (suspended_for, system_name) on integration to platform_worker;
    grant delete on integration_scope, integration_address to platform_worker;
    grant select, insert, delete on unseen_step to platform_worker;
    grant select, insert, update (sent_at, cancelled_at) on notice to platform_worker;
    grant execute on function rotate_credential to platform_api;
  `.execute(db);
}

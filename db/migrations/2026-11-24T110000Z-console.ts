import { type Kysely, sql } from "kysely";

/**
 * Who works in the console (clauses 3(1), 3(2), 3(5), 4(2)4): appointments, the accounts that come from them, their passwords and sessions,
 * and the trail of what they did. `platform_console` serves the pages. `platform_appointer` alone appoints, by a command: whoever takes over a
 * process that is asked over a network can appoint nobody.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const role of ["platform_console", "platform_appointer"]) {
    await sql`
      do ${sql.lit(`begin
        create role ${role} login noinherit;
      exception when duplicate_object or unique_violation then null;
      end`)}`.execute(db);
  }
  await sql`
    create table account (
      account text primary key check (account ~ '^[a-z][a-z0-9._-]{1,63}$'),
      failures integer not null default 0,
      failing_since timestamptz,
      set_up_hash bytea unique check (length(set_up_hash) = 32),
      set_up_until timestamptz,
      totp_secret bytea,
      totp_key_id text,
      totp_enrolled_at timestamptz,
      totp_last_step bigint,
      check ((failures = 0) = (failing_since is null)),
      check ((set_up_hash is null) = (set_up_until is null)),
      check ((totp_secret is null) = (totp_key_id is null))
    );

    -- Where an account was tried from: failures count for the network that they came from, and those that its holder came from stay open to it.
    create table login_network (
      account text not null references account,
      network text not null,
      failures integer not null,
      locked_until timestamptz,
      tried_at timestamptz not null,
      logged_in_at timestamptz,
      primary key (account, network)
    );

    create table password (
      password_id bigint generated always as identity primary key,
      account text not null references account,
      argon2_hash text not null check (argon2_hash like '$argon2id$%'),
      set_at timestamptz not null
    );
    create index password_of_account on password (account, password_id);

    create table appointment (
      appointment_id integer generated always as identity primary key,
      account text not null references account,
      duty text not null check (duty in ('caseOfficer', 'dedicatedOfficer', 'manager', 'auditor', 'ethics', 'civilAffairs')),
      valid_from timestamptz not null,
      valid_until timestamptz check (valid_until >= valid_from),
      appointed_by text not null,
      appointed_at timestamptz not null,
      reason text not null,
      ended_by text,
      end_reason text,
      constraint one_case_officer exclude using gist (tstzrange(valid_from, valid_until) with &&) where (duty = 'caseOfficer'),
      constraint one_dedicated_officer exclude using gist (tstzrange(valid_from, valid_until) with &&) where (duty = 'dedicatedOfficer')
    );
    create index appointment_of_account on appointment (account);

    -- Whether an account held an office at a time: what the owner's functions and triggers ask, since whoever reaches the records can name any account.
    create function holds_office(person text, office text, at timestamptz) returns boolean stable language sql security definer
      set search_path = pg_catalog, public, pg_temp as $$
      select exists (select from public.appointment a where a.account = person and a.duty = office
        and a.valid_from <= at and (a.valid_until is null or a.valid_until > at))
    $$;

    -- By what time the records go: the server's, not a process's.
    create function records_clock() returns timestamptz language sql stable set search_path = pg_catalog, public, pg_temp as 'select now()';

    -- A step in an office's name is that of somebody who held it when it was taken, which is now, or was within a day: a step waits while the records
    -- can't be reached. Arguments: the columns that say who and when, the duties that may, and the column that says which of them it was.
    create function ask_office() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    declare
      step jsonb := to_jsonb(new);
      taken_at timestamptz := coalesce(step ->> tg_argv[1], '-infinity');
    begin
      if taken_at < public.records_clock() - interval '1 day' or not exists (
          select from unnest(tg_argv[2]::text[]) duty where duty = coalesce(step ->> tg_argv[3], duty)
            and public.holds_office(step ->> tg_argv[0], duty, least(taken_at, public.records_clock()))) then
        raise exception 'only somebody in office takes this step: %', tg_argv[2] using errcode = 'check_violation';
      end if;
      return null;
    end $$;

    -- For triggers whose condition finds what may not be; the argument says why.
    create function refuse_change() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    begin
      raise exception '%', tg_argv[0] using errcode = 'check_violation';
    end $$;

    create trigger only_the_appointer_resets before insert or update of set_up_hash, set_up_until on account for each row
      when (new.set_up_hash is not null and current_user <> 'platform_appointer') execute function refuse_change('only platform_appointer resets accounts');
    -- Nothing lasts longer for having begun in the time to come; clocks differ by a little.
    create trigger not_ahead before insert on password for each row
      when (new.set_at > records_clock() + interval '5 minutes') execute function refuse_change('a password is set now');

    create table session (
      token_hash bytea primary key check (length(token_hash) = 32),
      account text not null references account,
      stage text not null check (stage in ('code', 'setUp', 'password', 'enrol', 'full')),
      began_at timestamptz not null,
      last_seen_at timestamptz not null
    );
    create index session_of_account on session (account);
    create trigger not_ahead before insert or update on session for each row
      when (greatest(new.began_at, new.last_seen_at) > records_clock() + interval '5 minutes') execute function refuse_change('a session is used now');

    create table admin_trail (
      trail_id bigint generated always as identity primary key,
      taken_at timestamptz not null,
      account text,
      duty text,
      action text not null,
      object text not null,
      address inet,
      outcome text not null,
      reason text
    );
    create index admin_trail_of_account on admin_trail (account, trail_id);

    grant usage on schema public to platform_console;
    grant select on agency, application, integration, integration_step, integration_scope, integration_address, appointment, account
      to platform_console;
    grant select (credential_id, integration_id, valid_from, valid_until, revoked_at, replaces) on credential to platform_console;
    grant update (failures, failing_since, set_up_hash, set_up_until, totp_secret, totp_key_id, totp_enrolled_at, totp_last_step)
      on account to platform_console;
    grant select, insert, delete, update (failures, locked_until, tried_at, logged_in_at) on login_network to platform_console;
    grant select, insert on password, admin_trail to platform_console;
    grant select, insert, delete, update (last_seen_at) on session to platform_console;

    grant usage on schema public to platform_appointer;
    grant select, insert on account to platform_appointer;
    grant update (failures, failing_since, set_up_hash, set_up_until, totp_secret, totp_key_id, totp_enrolled_at, totp_last_step)
      on account to platform_appointer;
    grant select, insert, update (valid_until, ended_by, end_reason) on appointment to platform_appointer;
    grant select (account), delete on session, login_network to platform_appointer;
    grant insert on admin_trail to platform_appointer;

    -- Steps in an office's name, and where its notices go.
    grant select on appointment to platform_worker;
    -- Commands say who had them do what, and why; those of the log's reader, too.
    grant insert on admin_trail to platform_worker, platform_log_reader;
    grant execute on function holds_office, records_clock to platform_worker, platform_console;
  `.execute(db);
}

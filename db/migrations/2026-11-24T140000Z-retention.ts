import { type Kysely, sql } from "kysely";

/**
 * The end of the log's months (clauses 4(1)5, 4(2)5): after five years at least, or more if a manager said so, approved by a manager, never under
 * legal hold. The entries go, the tree's hashes stay. No role can drop a month but through the function here, which asks for all of that again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- How long the log is kept. Append-only by grant, and each row more than all before it: the setting may only be raised.
    create table log_retention (
      years integer primary key check (years between 5 and 30),
      actor text not null,
      actor_role text not null,
      reason text not null,
      raised_at timestamptz not null,
      -- One request of a person raises it once, however often it is sent.
      request_id uuid unique check ((request_id is null) = (actor_role = 'platform'))
    );
    create function log_retention_is_raised() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      lock table public.log_retention in share row exclusive mode;
      if new.years <= (select max(r.years) from public.log_retention r) then
        raise exception 'the log''s time of retention may only be raised' using errcode = 'check_violation';
      end if;
      return new;
    end $$;
    create trigger log_retention_is_raised before insert on log_retention for each row execute function log_retention_is_raised();
    insert into log_retention values (5, 'platform', 'platform', 'clauses 4(1)5 and 4(2)5: at least five years', now());
    create trigger ask_office after insert on log_retention for each row execute function ask_office('actor', 'raised_at', '{manager}', 'actor_role');

    -- Append-only by grant.
    create table log_disposal_step (
      month date not null check (extract(day from month) = 1),
      sequence integer not null check (sequence > 0),
      step text not null check (step in ('propose', 'hold', 'lift', 'approve', 'stop', 'dispose')),
      matter text check ((matter is not null) = (step in ('hold', 'lift'))),
      actor text not null,
      actor_role text not null,
      reason text not null,
      taken_at timestamptz not null,
      -- One request of a person is one step, however often it is sent.
      request_id uuid unique check ((request_id is null) = (actor_role = 'platform')),
      primary key (month, sequence),
      check (case step when 'hold' then actor_role <> 'platform' when 'lift' then actor_role = 'manager' when 'approve' then actor_role = 'manager'
        else true end)
    );

    -- What holds a month now.
    create view legal_hold as
      select month, matter, actor, reason, taken_at from (
        select distinct on (month, matter) * from log_disposal_step where matter is not null order by month, matter, sequence desc
      ) last where step = 'hold';

    -- The certificate of a month's disposal. No role but the owner writes it.
    create table log_disposal (
      month date primary key,
      entries bigint not null,
      leaf_ranges jsonb not null,
      checkpoint text check (checkpoint is not null or entries = 0),
      approved_by text not null,
      disposed_at timestamptz not null
    );

    -- Until when a month is kept.
    create function log_kept_until(wanted date) returns timestamptz language sql stable set search_path = pg_catalog, public, pg_temp as $$
      select (wanted + interval '1 month' + make_interval(years => greatest(5, (select max(years) from public.log_retention)))) at time zone 'Asia/Taipei'
    $$;

    create trigger ask_office after insert on log_disposal_step for each row when (new.actor_role <> 'platform')
      execute function ask_office('actor', 'taken_at', '{manager,dedicatedOfficer,caseOfficer}', 'actor_role');
    -- That a month is gone is the function's to say, which drops it.
    create function ask_whether_disposed() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      if not exists (select from public.log_disposal d where d.month = new.month) then
        raise exception 'a month that is there was not disposed of' using errcode = 'check_violation';
      end if;
      return null;
    end $$;
    create trigger ask_whether_disposed after insert on log_disposal_step for each row when (new.step = 'dispose')
      execute function ask_whether_disposed();

    -- Drops a month. Returns 'disposed', or why not. It gives up after half a second of waiting for a lock, since questions would wait behind it.
    create function dispose_of_log_month(wanted date) returns text language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp set lock_timeout = '500ms' as $$
    declare
      partition regclass;
      counted record;
      runs jsonb;
      last_checkpoint text;
      approver text;
    begin
      if exists (select from public.log_disposal where month = wanted) then return 'disposed'; end if;
      select i.inhrelid::regclass into partition from pg_inherits i
        where i.inhparent = 'public.query_log'::regclass and i.inhrelid = to_regclass('public.query_log_' || to_char(wanted, 'YYYY_MM'));
      if partition is null then return 'no-such-month'; end if;
      -- First, since it takes no look at the entries, and again at the end, when nobody can raise it any more.
      if public.records_clock() < public.log_kept_until(wanted) then return 'too-young'; end if;

      -- From here on nobody adds an entry to the month.
      execute format('lock table %s in share mode', partition);
      execute format($query$
        select count(*) as entries, count(distinct l.leaf_index) as places, max(l.leaf_index) as last,
          count(*) filter (where t.hashes is null or substring(t.hashes from (l.leaf_index %% 256)::integer * 32 + 1 for 32)
            is distinct from sha256('\\x00'::bytea || l.entry)) as differing
        from %s l left join public.log_tile t on t.level = 0 and t.tile_index = l.leaf_index / 256$query$, partition) into counted;
      select signed_note into last_checkpoint from public.log_checkpoint where tree_size > counted.last order by signed_at desc limit 1;
      if counted.last >= (select size from public.log_tree) or (counted.entries > 0 and last_checkpoint is null) then return 'entries-not-covered'; end if;
      execute format($query$
        select coalesce(jsonb_agg(jsonb_build_array(first, last) order by first), '[]') from (
          select min(leaf_index) as first, max(leaf_index) as last
          from (select leaf_index, leaf_index - row_number() over (order by leaf_index) as run from %s) placed group by run
        ) runs$query$, partition) into runs;
      if counted.differing > 0 or counted.places <> counted.entries then
        return 'entries-differ';
      end if;

      -- No step comes between this look and the end.
      lock table public.log_retention, public.log_disposal_step in share row exclusive mode;
      if public.records_clock() < public.log_kept_until(wanted) then return 'too-young'; end if;
      if exists (select from public.legal_hold where month = wanted) then return 'under-legal-hold'; end if;
      select last.actor into approver from (
        select * from public.log_disposal_step where month = wanted and step <> 'lift' order by sequence desc limit 1
      ) last where last.step = 'approve' and last.actor_role = 'manager' and public.holds_office(last.actor, 'manager', last.taken_at)
        and last.actor not in (select actor from public.log_disposal_step where month = wanted and step in ('propose', 'lift'))
        and last.taken_at >= (wanted + interval '1 month') at time zone 'Asia/Taipei'
        and exists (select from public.log_disposal_step p where p.month = wanted and p.step = 'propose' and p.sequence < last.sequence);
      if approver is null then return 'not-approved'; end if;
      execute format('drop table %s', partition);
      insert into public.log_disposal values (wanted, counted.entries, runs, last_checkpoint, approver, public.records_clock());
      insert into public.log_disposal_step (month, sequence, step, actor, actor_role, reason, taken_at)
        select wanted, max(sequence) + 1, 'dispose', 'platform', 'platform', 'approved', public.records_clock()
        from public.log_disposal_step where month = wanted;
      return 'disposed';
    end $$;

    -- How many entries each month holds, by the places of its first and its last: at once, and some too many where two months interleave at midnight.
    create function log_month_sizes() returns table (month date, entries bigint) language plpgsql stable security definer
      set search_path = pg_catalog, public, pg_temp as $$
    declare
      partition regclass;
    begin
      for partition in select i.inhrelid::regclass from pg_inherits i where i.inhparent = 'public.query_log'::regclass loop
        month := to_date(right(partition::text, 7), 'YYYY_MM');
        execute format('select coalesce(max(leaf_index) - min(leaf_index) + 1, 0) from %s', partition) into entries;
        return next;
      end loop;
    end $$;

    -- And to the entry, of one month; null when the log doesn't hold it.
    create function count_log_month(wanted date) returns bigint language plpgsql stable security definer
      set search_path = pg_catalog, public, pg_temp as $$
    declare
      partition regclass := (select i.inhrelid::regclass from pg_inherits i
        where i.inhparent = 'public.query_log'::regclass and i.inhrelid = to_regclass('public.query_log_' || to_char(wanted, 'YYYY_MM')));
      entries bigint;
    begin
      if partition is not null then execute format('select count(*) from %s', partition) into entries; end if;
      return entries;
    end $$;

    grant select, insert on log_retention, log_disposal_step to platform_worker;
    grant select on log_disposal, legal_hold to platform_worker;
    grant select on log_retention, log_disposal_step, log_disposal to platform_console;
    grant execute on function log_month_sizes, count_log_month to platform_console;
    -- An export shows the certificates.
    grant select on log_disposal to platform_log_reader;
    grant execute on function dispose_of_log_month to platform_worker;
  `.execute(db);
}

import { type Kysely, sql } from "kysely";

/**
 * Reading the query log for people (clauses 4(2)2, 4(2)5), in two steps of the owner's: the first puts on record who opens which entries, in what
 * capacity and why, and gives out nothing of them; the second gives out the entries of an opening that another transaction has committed. So
 * nobody reads an entry and takes the record back. The console also sees how the log and its use fare.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- question: what is looked for, as it goes on record: entryIds, applicationNumber, operator, caseNumberIndex and subjectIndex (hexadecimal), from
    -- and until (epoch milliseconds). Only conditions that are there become part of the statement, so that each question has a plan of its own.
    alter table query_log_opening
      -- When each of the entries was asked: which month holds it.
      add column asked_ats timestamptz[] not null default '{}',
      add column recorded_in xid8 not null default pg_current_xact_id(),
      -- In which role's name: no other is given the entries.
      add column recorded_by name not null default session_user;
    alter table query_log_opening alter column opened_at set default clock_timestamp();

    create function record_log_opening(purpose text, account text, account_role text, reason text, reference text, question jsonb,
        after uuid, newest_first boolean, page_size integer)
      returns bigint language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    declare
      opening bigint;
      direction text := case when newest_first then 'desc' else 'asc' end;
      conditions text := concat_ws(' and ', 'true',
        -- With the time in each id, only the months that hold them are looked at.
        case when question ? 'entryIds' then '(l.entry_id, l.asked_at) in (
          select wanted::uuid, uuid_extract_timestamp(wanted::uuid) from jsonb_array_elements_text($6->''entryIds'') as wanted)' end,
        case when question ? 'applicationNumber' then
          'l.integration_id = (select i.integration_id from public.integration i where i.application_number = $6->>''applicationNumber'')' end,
        case when question ? 'operator' then 'l.operator = $6->>''operator''' end,
        case when question ? 'caseNumberIndex' then 'l.case_number_index = decode($6->>''caseNumberIndex'', ''hex'')' end,
        case when question ? 'subjectIndex' then 'l.subject_index = decode($6->>''subjectIndex'', ''hex'')' end,
        case when question ? 'from' then 'l.asked_at >= to_timestamp(($6->>''from'')::float8 / 1000)' end,
        case when question ? 'until' then 'l.asked_at < to_timestamp(($6->>''until'')::float8 / 1000)' end,
        case when after is not null then case when newest_first then 'l.entry_id < $7' else 'l.entry_id > $7' end end);
    begin
      -- In the console nobody reads in the name of somebody who isn't appointed to it, or isn't any more.
      if session_user = 'platform_console' and not public.holds_office(account, account_role, now()) then
        raise exception 'only somebody in office reads the query log';
      end if;
      if page_size is null or page_size not between 1 and 1000 then
        raise exception 'the query log is read page by page';
      end if;
      execute format($query$
        with found as materialized (
          select l.entry_id, l.asked_at from public.query_log l where %s order by l.entry_id %s limit $8
        )
        insert into public.query_log_opening (purpose, account, account_role, reason, reference, question, entry_ids, asked_ats)
        select $1, $2, $3, $4, $5, $6, coalesce(array_agg(f.entry_id order by f.entry_id), '{}'),
          coalesce(array_agg(f.asked_at order by f.entry_id), '{}') from found f
        returning opening_id$query$, conditions, direction)
        into opening using purpose, account, account_role, reason, reference, question, after, page_size;
      return opening;
    end $$;

    -- The entries of an opening, in the order of their ids, to whom it belongs: once its record is committed, and for a minute. An entry that is not the
    -- one in the tree is kept back (null); what was asked in the last second has no place there yet.
    create function read_log_opening(opening bigint, reader text)
      returns table (entry_id uuid, asked_at timestamptz, integration_id integer, operator text, operation_code text, outcome text,
        case_number_index bytea, subject_index bytea, leaf_hash bytea, entry bytea, application_number text, agency_name text, system_name text)
      -- The statistics don't know that each entry is in one month: without this, every month is read from end to end.
      language plpgsql security definer set search_path = pg_catalog, public, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
    declare
      opened public.query_log_opening;
    begin
      select o.* into opened from public.query_log_opening o where o.opening_id = opening;
      if not found or opened.account is distinct from reader or opened.recorded_by <> session_user then
        raise exception 'entries are given out to whom their opening belongs';
      end if;
      if opened.recorded_in = pg_current_xact_id() or opened.opened_at < clock_timestamp() - interval '1 minute' then
        raise exception 'entries are given out after their opening is on record, and at once';
      end if;
      -- With its time, each entry is looked for in one month only.
      return query execute $query$
        select l.entry_id, l.asked_at, l.integration_id, l.operator, l.operation_code, l.outcome, l.case_number_index, l.subject_index, l.leaf_hash,
          case when l.leaf_index >= (select size from public.log_tree)
            or substring(t.hashes from (l.leaf_index % 256)::integer * 32 + 1 for 32) = sha256('\\x00'::bytea || l.entry) then l.entry end,
          i.application_number, a.agency_name, i.system_name
        from unnest($1, $2) wanted(id, at) join public.query_log l on l.entry_id = wanted.id and l.asked_at = wanted.at
          left join public.log_tile t on t.level = 0 and t.tile_index = l.leaf_index / 256
          left join public.integration i using (integration_id) left join public.agency a using (agency_id)
        order by l.entry_id$query$ using opened.entry_ids, opened.asked_ats;
    end $$;

    grant execute on function record_log_opening, read_log_opening to platform_log_reader, platform_console;
    -- Who read what and why, for those who oversee the readers; not what was looked for, in which persons are blind indexes.
    grant select (opening_id, purpose, account, account_role, reason, reference, entry_ids, opened_at) on query_log_opening to platform_console;
    grant select on log_head, log_checkpoint, log_cosignature, open_log_disagreement, database_size, abnormal_use_alert to platform_console;
  `.execute(db);
}

import { type Kysely, sql } from "kysely";

/**
 * Reading the query log for people (clauses 4(2)2, 4(2)5): a page of entries and the record of its opening are one statement of the owner's, so that
 * no role of the console can read an entry without leaving who, in what capacity and why. The console also sees how the log and its use fare.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- question: what is looked for, as it goes on record: entryIds, applicationNumber, operator, caseNumberIndex and subjectIndex (hexadecimal), from
    -- and until (epoch milliseconds). Only conditions that are there become part of the statement, so that each question has a plan of its own.
    create function open_query_log(purpose text, account text, account_role text, reason text, reference text, question jsonb,
        after uuid, newest_first boolean, page_size integer)
      returns table (entry_id uuid, asked_at timestamptz, integration_id integer, operator text, operation_code text, outcome text,
        case_number_index bytea, subject_index bytea, leaf_hash bytea, entry bytea, application_number text, agency_name text, system_name text)
      language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    declare
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
      if session_user = 'platform_console' and not exists (select from public.appointment a where a.account = open_query_log.account
          and a.duty = account_role and (a.valid_until is null or a.valid_until > now())) then
        raise exception 'only somebody in office reads the query log';
      end if;
      if page_size not between 1 and 1000 then
        raise exception 'the query log is read page by page';
      end if;
      return query execute format($query$
        with found as materialized (
          select l.* from public.query_log l where %1$s order by l.entry_id %2$s limit $8
        ), opened as (
          insert into public.query_log_opening (purpose, account, account_role, reason, reference, question, entry_ids)
          select $1, $2, $3, $4, $5, $6, coalesce(array_agg(f.entry_id order by f.entry_id), '{}') from found f
        )
        select f.entry_id, f.asked_at, f.integration_id, f.operator, f.operation_code, f.outcome, f.case_number_index, f.subject_index, f.leaf_hash,
          f.entry, i.application_number, a.agency_name, i.system_name
        from found f left join public.integration i using (integration_id) left join public.agency a using (agency_id)
        order by f.entry_id %2$s$query$, conditions, direction)
        using purpose, account, account_role, reason, reference, question, after, page_size;
    end $$;

    grant execute on function open_query_log to platform_log_reader, platform_console;
    -- Who read what and why, for those who oversee the readers; not what was looked for, in which persons are blind indexes.
    grant select (opening_id, purpose, account, account_role, reason, reference, entry_ids, opened_at) on query_log_opening to platform_console;
    grant select on log_head, log_checkpoint, log_cosignature, open_log_disagreement, database_size, abnormal_use_alert to platform_console;
  `.execute(db);
}

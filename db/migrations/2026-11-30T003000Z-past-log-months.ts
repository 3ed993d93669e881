import { type Kysely, sql } from "kysely";

/**
 * The index of persons that a month of the query log gets when it is over (clause 4(2)5). While a month is written, its index has the day first, so that
 * writing touches few pages; over five years that is a look into each of 1,826 days for one person, from a disk where they are no longer in memory.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- One month at a time. Its lock is in nobody's way: the month is written no more. On the first day of the next one a statement from before midnight still might.
    create function index_past_log_month() returns text language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' set maintenance_work_mem = '256MB' as $$
    declare
      this_month text := 'query_log_' || to_char((now() at time zone 'Asia/Taipei') - interval '1 day', 'YYYY_MM');
      month text;
    begin
      select c.relname into month from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'public.query_log'::regclass and c.relname < this_month
          and to_regclass(format('public.%I', c.relname || '_person')) is null
        order by c.relname limit 1;
      if month is not null then execute format('create index %I on public.%I (subject_index)', month || '_person', month); end if;
      return month;
    end $$;
    grant execute on function index_past_log_month to platform_worker;
  `.execute(db);
}

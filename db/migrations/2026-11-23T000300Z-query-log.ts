import { type Kysely, sql } from "kysely";

/**
 * What was asked: one entry per subject (clauses 4(1)5, 4(2)5). `entry` holds the canonical bytes and is the truth; the other columns
 * are derived from it for searching. Append-only by grant: no role but the owner may change or remove an entry.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table query_log (
      entry_id uuid not null,
      asked_at timestamptz not null,
      integration_id integer,
      operator text,
      operation_code text,
      outcome text not null,
      case_number_index bytea,
      subject_index bytea,
      leaf_hash bytea not null,
      entry bytea not null,
      primary key (entry_id, asked_at)
    ) partition by range (asked_at);

    create table idempotent_request (
      integration_id integer not null,
      idempotency_key_index bytea not null,
      request_fingerprint bytea not null,
      first_entry_id uuid not null,
      entry_count integer not null,
      asked_at timestamptz not null,
      primary key (integration_id, idempotency_key_index)
    );

    create table daily_usage (
      integration_id integer not null references integration,
      usage_day date not null,
      subjects bigint not null,
      primary key (integration_id, usage_day)
    ) with (fillfactor = 50);

    -- Months are those of Asia/Taipei. Called at every start and daily, so that the coming months always have their partition.
    -- Attaching a table locks out no reader and no writer, making a partition in place would: a long dump must not stop the answers.
    create function create_query_log_partitions(first_day date, months integer) returns void language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
    declare
      month_start date := date_trunc('month', first_day)::date;
      partition_name text;
    begin
      for step in 1..months loop
        partition_name := 'query_log_' || to_char(month_start, 'YYYY_MM');
        if to_regclass('public.' || partition_name) is null then
          execute format('create table public.%I (like public.query_log including defaults including constraints)', partition_name);
          execute format('alter table public.query_log attach partition public.%I for values from (%L) to (%L)', partition_name,
            month_start::timestamp at time zone 'Asia/Taipei', (month_start + interval '1 month')::timestamp at time zone 'Asia/Taipei');
        end if;
        month_start := (month_start + interval '1 month')::date;
      end loop;
    end $$;

    -- A new current generation, or a changed approval of a dataset, is announced like a change of rights, so that every API process answers from it at once.
    create trigger announce_access_change after insert or update or delete on dataset
      for each statement execute function announce_access_change();

    grant select, insert on query_log, idempotent_request to platform_api;
    grant select, insert, update on daily_usage to platform_api;
    grant select on query_log, daily_usage to platform_worker;
    grant select, delete on idempotent_request to platform_worker;
    grant execute on function create_query_log_partitions to platform_worker;
  `.execute(db);
}

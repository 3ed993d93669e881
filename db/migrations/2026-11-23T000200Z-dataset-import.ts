import { type Kysely, sql } from "kysely";

/**
 * What is known: datasets, and the one current generation of each as a partition of `subject_record` (clauses 4(1)2 to 4(1)4, 4(4)).
 * A subject is known by keyed hashes only (HMAC-SHA256 cut to 16 bytes). The worker makes, switches and drops generations
 * through functions of the owner, so that no process holds the right to alter tables at will.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table dataset (
      dataset_id smallint primary key,
      dataset_code text not null unique,
      dataset_name text not null,
      owner_unit text not null,
      kind text not null check (kind in ('household', 'list')),
      encoding text not null check (encoding in ('utf-8', 'big5')),
      bad_rows_allowed integer not null check (bad_rows_allowed >= 0),
      maximum_age_days integer not null check (maximum_age_days > 0),
      approved_from date not null,
      approved_until date not null check (approved_until > approved_from),
      current_generation_id integer
    );

    create table dataset_import (
      import_id uuid primary key,
      dataset_id smallint references dataset,
      file_name text not null,
      file_sha256 bytea not null check (length(file_sha256) = 32),
      file_bytes bigint not null,
      delivered_by text not null,
      stage text not null check (stage in ('received', 'loading', 'loaded', 'switched', 'imported', 'quarantined', 'rejected')),
      received_at timestamptz not null,
      rows_read bigint not null default 0,
      bad_rows bigint not null default 0,
      rejection_code text,
      rejected_lines jsonb,
      recipient_fingerprint text,
      other_recipients integer,
      signer_fingerprint text,
      signed_at timestamptz,
      as_of date,
      quarantined_until timestamptz,
      -- Whether there was a file to destroy, said before it is destroyed; null when there was none.
      file_found boolean,
      finished_at timestamptz
    );
    create index on dataset_import (file_sha256);
    -- What was signed once is imported once, into one dataset, however it is wrapped. Signatures count seconds: of two lists that are signed in the
    -- same one, the rows tell which is which.
    create unique index dataset_import_signature on dataset_import (signer_fingerprint, signed_at, rows_read) where stage in ('switched', 'imported');

    create table generation (
      generation_id integer generated always as identity primary key,
      dataset_id smallint not null references dataset,
      import_id uuid not null references dataset_import,
      index_key_id text not null,
      index_key_check text not null,
      as_of date,
      signed_at timestamptz,
      row_count bigint,
      created_at timestamptz not null,
      switched_at timestamptz,
      dropped_at timestamptz
    );
    create unique index on generation (import_id) where dropped_at is null;
    alter table dataset add foreign key (current_generation_id) references generation;

    create table delivery_key (
      fingerprint text primary key,
      dataset_id smallint not null references dataset,
      public_key text not null,
      issued_by text not null,
      issued_at timestamptz not null,
      expires_at timestamptz not null,
      private_half_found boolean,
      destroyed_at timestamptz
    );

    create table destruction_certificate (
      certificate_id uuid primary key,
      object_key text not null unique,
      import_id uuid references dataset_import,
      destroyed_object text not null check (destroyed_object in ('delivery-file', 'delivery-key', 'generation')),
      particulars jsonb not null,
      destroyed_at timestamptz not null,
      destroyed_by text not null
    );

    -- What people did about datasets: keys trusted and issued, decisions on rejected files. Append-only by grant.
    create table dataset_step (
      step_id bigint generated always as identity primary key,
      step_key text not null unique,
      dataset_id smallint references dataset,
      import_id uuid references dataset_import,
      step text not null,
      actor text not null,
      particulars jsonb not null,
      taken_at timestamptz not null
    );

    create table subject_record (
      dataset_id smallint not null,
      subject_key bytea not null,
      name_key bytea,
      name_variant_key bytea,
      birth_date_key bytea,
      unreadable_positions bigint,
      indigenous boolean,
      valid_from date,
      valid_until date,
      -- The hash first: an index on it is built three times as fast.
      primary key (subject_key, dataset_id)
    ) partition by list (dataset_id);

    insert into dataset (dataset_id, dataset_code, dataset_name, owner_unit, kind, encoding, bad_rows_allowed, maximum_age_days, approved_from, approved_until) values
      (1, 'household', '戶籍資料', 'civil-affairs', 'household', 'utf-8', 10, 45, '2024-10-25', '2034-10-24'),
      (2, 'elderly-living-alone', '獨居老人', 'social-affairs', 'list', 'utf-8', 10, 120, '2024-10-25', '2034-10-24'),
      (3, 'disability', '身心障礙', 'social-affairs', 'list', 'utf-8', 10, 120, '2024-10-25', '2034-10-24');

    grant select (dataset_id, dataset_code, maximum_age_days, approved_from, approved_until, current_generation_id) on dataset to platform_api;
    grant select (generation_id, dataset_id, index_key_id, index_key_check, as_of, row_count) on generation to platform_api;
    grant select on subject_record to platform_api;
    -- The table that an import fills. Its check spares the switch a scan; nobody reads it before it has become the partition of its dataset. An earlier try's table is dropped first.
    create function create_generation_table(wanted integer) returns void language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp as $$
    declare
      owner_dataset smallint := (select dataset_id from public.generation where generation_id = wanted and switched_at is null and dropped_at is null
        and not exists (select from public.dataset where current_generation_id = wanted));
      table_name text := 'subject_generation_' || wanted;
    begin
      if owner_dataset is null then raise exception 'generation % is not one that may be loaded', wanted; end if;
      execute format('drop table if exists public.%I', table_name);
      execute format('create table public.%I (like public.subject_record including defaults, line_number integer)', table_name);
      execute format('alter table public.%I alter column dataset_id set default %s, add constraint of_dataset check (dataset_id = %s)', table_name, owner_dataset, owner_dataset);
      execute format('grant select, insert on public.%I to platform_worker', table_name);
    end $$;

    -- Makes the table fit to be a partition. Its primary key finds duplicate ID numbers (unique_violation).
    create function finish_generation_table(wanted integer) returns void language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp as $$
    declare
      owner_dataset smallint := (select dataset_id from public.generation where generation_id = wanted and switched_at is null and dropped_at is null
        and not exists (select from public.dataset where current_generation_id = wanted));
      table_name text := 'subject_generation_' || wanted;
    begin
      if owner_dataset is null then raise exception 'generation % is not one that may be loaded', wanted; end if;
      set local maintenance_work_mem = '256MB';
      execute format('alter table public.%I add primary key (subject_key, dataset_id)', table_name);
      execute format('alter table public.%I drop column line_number', table_name);
      execute format('revoke all on public.%I from platform_worker', table_name);
    end $$;

    -- The switch: in one transaction the old generation goes, the new one answers, and the dataset says so. A second call finds it done.
    -- It waits for whoever reads, such as an API process that starts, and makes others wait behind it, so it gives up after half a second and is tried again.
    create function switch_generation(wanted integer, now_is timestamptz) returns void language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp set lock_timeout = '500ms' as $$
    declare
      chosen public.generation%rowtype;
      old_partition regclass;
    begin
      select * into chosen from public.generation where generation_id = wanted for update;
      if chosen.switched_at is not null then return; end if;
      if chosen.dropped_at is not null or chosen.as_of is null then raise exception 'generation % is not loaded', wanted; end if;
      if not public.is_answered_for(chosen.import_id) then raise exception 'nobody in office answers for generation %', wanted; end if;
      perform 1 from public.dataset where dataset_id = chosen.dataset_id for no key update;
      -- Also where nothing is detached: whoever sees the new generation named waits until every connection knows of its table.
      lock table public.subject_record in access exclusive mode;
      select i.inhrelid::regclass into old_partition from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'public.subject_record'::regclass and pg_catalog.pg_get_expr(c.relpartbound, c.oid) = format('FOR VALUES IN (''%s'')', chosen.dataset_id);
      if old_partition is not null then execute format('alter table public.subject_record detach partition %s', old_partition); end if;
      execute format('alter table public.subject_record attach partition public.%I for values in (%s)', 'subject_generation_' || wanted, chosen.dataset_id);
      update public.generation set switched_at = now_is where generation_id = wanted;
      update public.dataset set current_generation_id = wanted where dataset_id = chosen.dataset_id;
    end $$;

    -- Drops a generation that is not current: a replaced one, or the table of a rejected import. While somebody reads it, such as a backup, it
    -- gives up after two seconds and is tried again, so that no connection is kept waiting.
    create function drop_generation(wanted integer, now_is timestamptz) returns void language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
    begin
      if exists (select from public.dataset where current_generation_id = wanted) then raise exception 'generation % is current', wanted; end if;
      execute format('drop table if exists public.%I', 'subject_generation_' || wanted);
      update public.generation set dropped_at = coalesce(dropped_at, now_is) where generation_id = wanted;
    end $$;

    -- One import of a dataset at a time judges and switches; the worker may not lock the row itself, since it may not change it.
    create function lock_dataset(wanted smallint) returns void language sql security definer
      set search_path = pg_catalog, public, pg_temp as $$ select 1 from public.dataset where dataset_id = wanted for no key update $$;
    grant execute on function lock_dataset, create_generation_table, finish_generation_table, switch_generation, drop_generation to platform_worker;

    grant select on dataset, subject_record to platform_worker;
    grant select, insert on dataset_import, delivery_key to platform_worker;
    -- What was received, by whom and when, and which key was issued by whom until when, stays as it was written.
    grant update (dataset_id, file_sha256, file_bytes, stage, rows_read, bad_rows, rejection_code, rejected_lines, recipient_fingerprint,
      other_recipients, signer_fingerprint, signed_at, as_of, quarantined_until, file_found, finished_at) on dataset_import to platform_worker;
    grant update (private_half_found, destroyed_at) on delivery_key to platform_worker;
    grant select, insert, update (as_of, signed_at, row_count) on generation to platform_worker;
    grant select, insert on destruction_certificate, dataset_step to platform_worker;
  `.execute(db);
}

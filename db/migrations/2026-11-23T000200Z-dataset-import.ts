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
      file_sha256 bytea not null,
      file_bytes bigint not null,
      stage text not null check (stage in ('received', 'loading', 'loaded', 'switched', 'imported', 'quarantined', 'rejected')),
      received_at timestamptz not null,
      rows_read bigint not null default 0,
      rejection_code text,
      rejected_lines jsonb,
      recipient_fingerprint text,
      signer_fingerprint text,
      signed_at timestamptz,
      as_of date,
      finished_at timestamptz
    );

    create table generation (
      generation_id integer generated always as identity primary key,
      dataset_id smallint not null references dataset,
      import_id uuid not null unique references dataset_import,
      index_key_id text not null,
      as_of date,
      signed_at timestamptz,
      row_count bigint,
      created_at timestamptz not null,
      switched_at timestamptz,
      dropped_at timestamptz
    );
    alter table dataset add foreign key (current_generation_id) references generation;

    create table delivery_key (
      fingerprint text primary key,
      dataset_id smallint not null references dataset,
      public_key text not null,
      issued_at timestamptz not null,
      expires_at timestamptz not null,
      destroyed_at timestamptz
    );

    create table destruction_certificate (
      certificate_id uuid primary key,
      import_id uuid references dataset_import,
      destroyed_object text not null check (destroyed_object in ('delivery-file', 'delivery-key', 'generation')),
      particulars jsonb not null,
      destroyed_at timestamptz not null,
      destroyed_by text not null
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
      primary key (dataset_id, subject_key)
    ) partition by list (dataset_id);

    grant select (dataset_id, dataset_code, kind, maximum_age_days, approved_from, approved_until, current_generation_id) on dataset to platform_api;
    grant select (generation_id, dataset_id, index_key_id, as_of) on generation to platform_api;
    grant select on subject_record to platform_api;
    grant select on dataset, subject_record to platform_worker;
    grant select, insert, update on dataset_import, generation, delivery_key to platform_worker;
    grant select, insert on destruction_certificate to platform_worker;
  `.execute(db);
}

import { type Kysely, sql } from "kysely";

/**
 * Datasets and their imports in the console (clauses 4(1)1 to 4(1)4, 4(4)): every stage that an import has come to, which only the owner's trigger
 * notes, so that a rejection stays on record when the file is tried again; and what the console's role may look at. It changes none of it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table dataset_import_stage (
      entry_id bigint generated always as identity primary key,
      import_id uuid not null references dataset_import,
      stage text not null,
      rejection_code text,
      entered_at timestamptz not null default clock_timestamp()
    );
    create index on dataset_import_stage (import_id, entry_id);

    create function note_import_stage() returns trigger language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp as $$
    begin
      insert into public.dataset_import_stage (import_id, stage, rejection_code) values (new.import_id, new.stage, new.rejection_code);
      return null;
    end $$;
    create trigger note_first_stage after insert on dataset_import for each row execute function note_import_stage();
    create trigger note_stage after update of stage on dataset_import for each row
      when (new.stage is distinct from old.stage) execute function note_import_stage();

    create index on dataset_import (received_at, import_id);

    grant select (dataset_id, dataset_code, dataset_name, owner_unit, bad_rows_allowed, maximum_age_days, approved_from, approved_until,
      current_generation_id) on dataset to platform_console;
    grant select (generation_id, dataset_id, import_id, as_of, row_count, switched_at) on generation to platform_console;
    grant select (import_id, dataset_id, file_name, file_bytes, delivered_by, stage, received_at, rows_read, bad_rows, rejection_code, rejected_lines,
      recipient_fingerprint, signer_fingerprint, signed_at, as_of, quarantined_until) on dataset_import to platform_console;
    grant select on dataset_import_stage, dataset_step, delivery_key, destruction_certificate to platform_console;
  `.execute(db);
}

import { type Kysely, sql } from "kysely";

/**
 * Applying without accounts (clauses 3(2), 3(3), 6): the letter that an application came with, drafts that open by a private link of which only
 * the hash is kept, and the letters themselves, sealed: those that came by the link, and scans of those that came on paper. The console reads and
 * writes drafts and letters; the worker destroys those that were never submitted and can't read them. What was submitted can be destroyed by
 * neither.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table application add column letter jsonb;
    grant update (letter) on application to platform_worker;

    create sequence application_number_sequence;

    create table application_draft (
      draft_id uuid primary key,
      token_hash bytea not null unique check (length(token_hash) = 32),
      account text not null unique check (account ~ '^agency\\.[0-9a-f]{16}$'),
      key_id text not null,
      sealed bytea not null check (length(sealed) <= 65536),
      application_number text unique,
      begun_at timestamptz not null,
      saved_at timestamptz not null
    );
    create index application_draft_of_time on application_draft (saved_at);

    create table application_attachment (
      attachment_id uuid primary key,
      -- Null: the scan of a letter on paper, which the case officer attached.
      draft_id uuid references application_draft on delete cascade,
      -- The application that it came with; null until that is submitted.
      application_number text,
      check (draft_id is not null or application_number is not null),
      key_id text not null,
      sealed bytea not null,
      sha256 bytea not null check (length(sha256) = 32),
      bytes integer not null check (bytes between 5 and 5000000),
      attached_at timestamptz not null
    );
    create index application_attachment_of_draft on application_attachment (draft_id);
    create index application_attachment_of_application on application_attachment (application_number);

    -- Another application may have the number that a draft was given: it is the draft's own only when the draft's account submitted it.
    create function is_submitted(draft uuid) returns boolean stable language sql security definer
      set search_path = pg_catalog, public, pg_temp as $$
      select exists (select from public.application_draft d join public.application a using (application_number)
        where d.draft_id = draft and a.submitted_by = d.account)
    $$;
    -- A letter with an application of the integration that its draft opened, whoever submitted it, or a scan.
    create function is_letter_on_record(draft uuid, number text) returns boolean stable language sql security definer
      set search_path = pg_catalog, public, pg_temp as $$
      select exists (select from public.application a where a.application_number = number and (draft is null or exists (
        select from public.application_draft d join public.application opening using (application_number)
        where d.draft_id = draft and opening.submitted_by = d.account and opening.integration_id = a.integration_id)))
    $$;
    create function keep_submitted() returns trigger language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp as $$
    begin
      if public.is_submitted(old.draft_id) then
        raise exception 'what was submitted stays on record';
      end if;
      return coalesce(new, old);
    end $$;
    create trigger keep_submitted before delete on application_draft for each row execute function keep_submitted();
    create trigger keep_number before update of application_number on application_draft for each row
      when (old.application_number is distinct from new.application_number) execute function keep_submitted();
    create function keep_letter() returns trigger language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp as $$
    begin
      if public.is_letter_on_record(old.draft_id, old.application_number) then
        raise exception 'what was submitted stays on record';
      end if;
      return coalesce(new, old);
    end $$;
    create trigger keep_letter before delete or update on application_attachment for each row execute function keep_letter();
    -- A scan is of an application that came on paper.
    create function require_paper() returns trigger language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp as $$
    begin
      if not exists (select from public.application a where a.application_number = new.application_number and a.letter->>'onPaper' = 'true') then
        raise exception 'scans are of applications on paper';
      end if;
      return new;
    end $$;
    create trigger require_paper before insert on application_attachment for each row when (new.draft_id is null) execute function require_paper();

    grant usage on sequence application_number_sequence to platform_console;
    grant execute on function is_submitted, is_letter_on_record to platform_console, platform_worker;
    grant select, insert, update (key_id, sealed, application_number, saved_at) on application_draft to platform_console;
    grant select, insert, update (application_number), delete on application_attachment to platform_console;
    grant select (draft_id, begun_at, saved_at), delete on application_draft to platform_worker;
    grant select (draft_id, application_number), delete on application_attachment to platform_worker;
  `.execute(db);
}

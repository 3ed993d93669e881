import { type Kysely, sql } from "kysely";

/**
 * What people do about datasets is the dedicated officer's (clauses 3(1), 4(1)1): the records ask whether whoever is named held that office when it
 * was done, and import nothing that nobody in office answers for. What lies in the drop folder was put there by nobody in particular: its signer
 * answers for it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- After: a step that is on record already is not asked about again.
    create trigger ask_office after insert on dataset_step for each row execute function ask_office('actor', 'taken_at', '{dedicatedOfficer}');

    -- Whether somebody in office delivered the file, or had a rejected one tried again.
    create function is_answered_for(wanted uuid) returns boolean stable language sql security definer
      set search_path = pg_catalog, public, pg_temp as $$
      select exists (select from public.dataset_import i where i.import_id = wanted and (
        i.delivered_by = 'drop-folder' or public.holds_office(i.delivered_by, 'dedicatedOfficer', i.received_at) or exists (
          select from public.dataset_step s where s.import_id = wanted and s.step = 'quarantine-decided' and s.particulars->>'choice' = 'retry')))
    $$;
    create function ask_who_answers() returns trigger language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp as $$
    begin
      if not public.is_answered_for(new.import_id) then
        raise exception 'nobody in office answers for this file' using errcode = 'check_violation';
      end if;
      return null;
    end $$;
    create trigger ask_who_answers after insert or update of stage, delivered_by on dataset_import for each row
      when (new.stage in ('loading', 'loaded', 'switched', 'imported')) execute function ask_who_answers();

    grant execute on function is_answered_for to platform_worker;
  `.execute(db);
}

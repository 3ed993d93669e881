import { type Kysely, sql } from "kysely";

/** How large the database is, day by day, so that a disk that fills up is announced in time (clause 4(1)5). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table database_size (
      measured_on date primary key,
      bytes bigint not null
    );

    -- Where the server keeps its data; null when the owner may not know it.
    create function server_data_directory() returns text language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      return current_setting('data_directory');
    exception when insufficient_privilege then
      return null;
    end $$;

    grant select, insert on database_size to platform_worker;
    grant execute on function server_data_directory to platform_worker;
  `.execute(db);
}

import { type Kysely, sql } from "kysely";

/**
 * Three roles: the owner (who runs this) migrates and disposes; `platform_api` answers questions;
 * `platform_worker` carries out processes. Least privilege: every table grants by name, PUBLIC gets nothing.
 * Roles belong to the whole cluster, so another database of the same cluster may have made them already.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const role of ["platform_api", "platform_worker"]) {
    await sql`
      do ${sql.lit(`begin
        create role ${role} login noinherit;
      exception when duplicate_object or unique_violation then null;
      end`)}`.execute(db);
  }
  await sql`revoke all on schema public from public`.execute(db);
  // Who may make temporary objects could put a type or a function of that name before the one that a function of the owner means.
  await sql`do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$`.execute(db);
  await sql`grant usage on schema public to platform_api, platform_worker`.execute(db);
  await sql`alter default privileges revoke execute on functions from public`.execute(db);
}

import { type Kysely, sql } from "kysely";

/**
 * Who opened which entries of the query log, and why (clauses 4(2)2, 4(2)5). Only `record_log_opening` (a later migration) adds to it, so that nothing
 * is read for people without its opening. `platform_log_reader` reads the log for commands and exports, and may do nothing else.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    do ${sql.lit(`begin
      create role platform_log_reader login noinherit;
    exception when duplicate_object or unique_violation then null;
    end`)}`.execute(db);
  await sql`
    create table query_log_opening (
      opening_id bigint generated always as identity primary key,
      purpose text not null check (purpose in ('audit', 'subject-access', 'record-list', 'search')),
      account text not null,
      account_role text not null check (account_role in ('caseOfficer', 'dedicatedOfficer', 'auditor', 'ethics', 'civilAffairs')),
      reason text not null,
      reference text,
      -- What was looked for, persons and cases as blind indexes: a search that found nothing tells something too.
      question jsonb not null,
      entry_ids uuid[] not null,
      opened_at timestamptz not null default now()
    );
    create index on query_log_opening (opened_at);

    grant usage on schema public to platform_log_reader;
    grant select on query_log, log_head, log_tile, log_checkpoint, log_cosignature, integration, agency to platform_log_reader;
    grant select on query_log_opening to platform_log_reader;
  `.execute(db);
}

import { type Kysely, sql } from "kysely";

/** Findings (clauses 5(2), 3(10)): what an audit, or an alert of abnormal use, holds against an integration. Corrective action will take them up. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Append-only by grant. What led to a finding names it: an alert does below, other things may later.
    create table finding (
      finding_number integer primary key check (finding_number > 0),
      -- One request raises one finding, however often it is sent.
      request_id uuid not null unique,
      integration_id integer not null references integration,
      severity text not null check (severity in ('minor', 'ordinary', 'serious')),
      description text not null,
      due_on date not null,
      raised_by text not null,
      raised_as text not null,
      raised_at timestamptz not null,
      unique (integration_id, finding_number)
    );

    create trigger ask_office after insert on finding for each row
      execute function ask_office('raised_by', 'raised_at', '{dedicatedOfficer,manager,auditor,ethics,civilAffairs}', 'raised_as');

    -- An alert is a finding when there is one, about the same integration.
    alter table abnormal_use_alert add column finding_number integer unique,
      add foreign key (integration_id, finding_number) references finding (integration_id, finding_number),
      add check ((state = 'finding') = (finding_number is not null));

    grant select, insert on finding to platform_worker;
    grant update (finding_number) on abnormal_use_alert to platform_worker;
    grant select on finding to platform_console;
  `.execute(db);
}

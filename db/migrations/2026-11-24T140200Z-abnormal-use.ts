import { type Kysely, sql } from "kysely";

/** Abnormal use (clause 3(10)): what is counted of each integration's hours, and what the dedicated officer is to look at. Counts only, nobody's data. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table hourly_use (
      integration_id integer not null references integration,
      hour timestamptz not null,
      subjects integer not null,
      primary key (integration_id, hour)
    );

    -- What only the process that is asked can see: subjects whose number stands beside one asked about shortly before. No numbers.
    create table abnormal_signal (
      integration_id integer not null references integration,
      hour timestamptz not null,
      neighbours integer not null,
      primary key (integration_id, hour)
    );

    -- Until when use has been watched; its row is locked by whoever watches.
    create table abnormal_use_watch (
      singleton boolean primary key default true check (singleton),
      watched_until timestamptz
    );
    insert into abnormal_use_watch default values;

    create table abnormal_use_alert (
      alert_id integer generated always as identity primary key,
      alert_key text not null unique,
      integration_id integer not null references integration,
      kind text not null check (kind in ('hourly-volume', 'daily-volume', 'off-hours', 'same-subject', 'many-no-match', 'sequential-numbers')),
      window_from timestamptz not null,
      window_until timestamptz not null,
      counts jsonb not null,
      -- How often they were counted: a decision is about what was shown.
      version integer not null default 1,
      found_at timestamptz not null,
      state text not null default 'open' check (state in ('open', 'dismissed', 'finding')),
      decided_by text,
      decided_as text,
      decision_reason text,
      decided_at timestamptz,
      check ((state = 'open') = (decided_by is null) and (state = 'open') = (decision_reason is null))
    );
    create index on abnormal_use_alert (alert_id) where state = 'open';
    create index on abnormal_use_alert (integration_id, kind, window_from);
    -- Counted on while it is open. Decided once: found to be nothing by who watches the platform or decides on it, made a finding by whoever may
    -- raise one.
    create trigger decided_once before update on abnormal_use_alert for each row
      when (old.state <> 'open') execute function refuse_change('the alert has been decided');
    create trigger ask_office_of_dismissal after update on abnormal_use_alert for each row when (new.state = 'dismissed')
      execute function ask_office('decided_by', 'decided_at', '{dedicatedOfficer,manager}', 'decided_as');
    create trigger ask_office after update on abnormal_use_alert for each row when (new.state <> 'open')
      execute function ask_office('decided_by', 'decided_at', '{dedicatedOfficer,manager,auditor,ethics,civilAffairs}', 'decided_as');

    grant select, insert, update (neighbours) on abnormal_signal to platform_api;
    grant select on abnormal_signal to platform_worker;
    grant select, insert on hourly_use to platform_worker;
    -- None is on record that was decided before it was found.
    grant select, insert (alert_key, integration_id, kind, window_from, window_until, counts, found_at) on abnormal_use_alert to platform_worker;
    grant update (counts, version, state, decided_by, decided_as, decision_reason, decided_at) on abnormal_use_alert to platform_worker;
    grant select, update (watched_until) on abnormal_use_watch to platform_worker;
  `.execute(db);
}

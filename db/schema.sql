-- Roles

create role platform_api login noinherit;

create role platform_appointer login noinherit;

create role platform_console login noinherit;

create role platform_log_reader login noinherit;

create role platform_worker login noinherit;


-- Tables

create table abnormal_signal (
  integration_id integer not null,
  hour timestamp with time zone not null,
  neighbours integer not null,
  constraint abnormal_signal_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint abnormal_signal_pkey PRIMARY KEY (integration_id, hour)
);

create table abnormal_use_alert (
  alert_id integer generated always as identity not null,
  alert_key text not null,
  integration_id integer not null,
  kind text not null,
  window_from timestamp with time zone not null,
  window_until timestamp with time zone not null,
  counts jsonb not null,
  version integer default 1 not null,
  found_at timestamp with time zone not null,
  state text default 'open'::text not null,
  decided_by text,
  decided_as text,
  decision_reason text,
  decided_at timestamp with time zone,
  finding_number integer,
  constraint abnormal_use_alert_alert_key_key UNIQUE (alert_key),
  constraint abnormal_use_alert_check CHECK ((((state = 'open'::text) = (decided_by IS NULL)) AND ((state = 'open'::text) = (decision_reason IS NULL)))),
  constraint abnormal_use_alert_check1 CHECK (((state = 'finding'::text) = (finding_number IS NOT NULL))),
  constraint abnormal_use_alert_finding_number_key UNIQUE (finding_number),
  constraint abnormal_use_alert_integration_id_finding_number_fkey FOREIGN KEY (integration_id, finding_number) REFERENCES finding(integration_id, finding_number),
  constraint abnormal_use_alert_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint abnormal_use_alert_kind_check CHECK ((kind = ANY (ARRAY['hourly-volume'::text, 'daily-volume'::text, 'off-hours'::text, 'same-subject'::text, 'many-no-match'::text, 'sequential-numbers'::text]))),
  constraint abnormal_use_alert_pkey PRIMARY KEY (alert_id),
  constraint abnormal_use_alert_state_check CHECK ((state = ANY (ARRAY['open'::text, 'dismissed'::text, 'finding'::text])))
);

create table abnormal_use_watch (
  singleton boolean default true not null,
  watched_until timestamp with time zone,
  constraint abnormal_use_watch_pkey PRIMARY KEY (singleton),
  constraint abnormal_use_watch_singleton_check CHECK (singleton)
);

create table access_version (
  singleton boolean default true not null,
  version bigint not null,
  constraint access_version_pkey PRIMARY KEY (singleton),
  constraint access_version_singleton_check CHECK (singleton)
);

create table account (
  account text not null,
  failures integer default 0 not null,
  failing_since timestamp with time zone,
  set_up_hash bytea,
  set_up_until timestamp with time zone,
  totp_secret bytea,
  totp_key_id text,
  totp_enrolled_at timestamp with time zone,
  totp_last_step bigint,
  constraint account_account_check CHECK ((account ~ '^[a-z][a-z0-9._-]{1,63}$'::text)),
  constraint account_check CHECK (((failures = 0) = (failing_since IS NULL))),
  constraint account_check1 CHECK (((set_up_hash IS NULL) = (set_up_until IS NULL))),
  constraint account_check2 CHECK (((totp_secret IS NULL) = (totp_key_id IS NULL))),
  constraint account_pkey PRIMARY KEY (account),
  constraint account_set_up_hash_check CHECK ((length(set_up_hash) = 32)),
  constraint account_set_up_hash_key UNIQUE (set_up_hash)
);

create table address_usage (
  integration_id integer not null,
  address inet not null,
  last_used_on date not null,
  constraint address_usage_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint address_usage_pkey PRIMARY KEY (integration_id, address)
);

create table admin_trail (
  trail_id bigint generated always as identity not null,
  taken_at timestamp with time zone not null,
  account text,
  duty text,
  action text not null,
  object text not null,
  address inet,
  outcome text not null,
  reason text,
  constraint admin_trail_pkey PRIMARY KEY (trail_id)
);

create table agency (
  agency_id integer generated always as identity not null,
  agency_code text not null,
  agency_name text not null,
  constraint agency_agency_code_agency_name_key UNIQUE (agency_code, agency_name),
  constraint agency_pkey PRIMARY KEY (agency_id)
);

create table application (
  application_number text not null,
  agency_id integer not null,
  system_name text not null,
  legal_basis text not null,
  purpose text not null,
  requested_checks text[] not null,
  requested_addresses inet[] not null,
  requested_from date not null,
  requested_until date not null,
  contact text not null,
  submitted_by text not null,
  submitted_at timestamp with time zone not null,
  integration_id integer,
  kind text default 'new'::text not null,
  stage text default 'submitted'::text not null,
  improvement text,
  approved_checks text[],
  approved_from date,
  approved_until date,
  shared_addresses inet[],
  letter jsonb,
  constraint application_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES agency(agency_id),
  constraint application_check CHECK (((kind <> 'reapplication'::text) OR (improvement IS NOT NULL))),
  constraint application_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint application_kind_check CHECK ((kind = ANY (ARRAY['new'::text, 'renewal'::text, 'change'::text, 'reapplication'::text]))),
  constraint application_pkey PRIMARY KEY (application_number),
  constraint application_stage_check CHECK ((stage = ANY (ARRAY['submitted'::text, 'returned'::text, 'checked'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'provisioned'::text, 'replaced'::text, 'lapsed'::text])))
);

create table application_attachment (
  attachment_id uuid not null,
  draft_id uuid,
  application_number text,
  key_id text not null,
  sealed bytea not null,
  sha256 bytea not null,
  bytes integer not null,
  attached_at timestamp with time zone not null,
  constraint application_attachment_bytes_check CHECK (((bytes >= 5) AND (bytes <= 5000000))),
  constraint application_attachment_check CHECK (((draft_id IS NOT NULL) OR (application_number IS NOT NULL))),
  constraint application_attachment_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES application_draft(draft_id) ON DELETE CASCADE,
  constraint application_attachment_pkey PRIMARY KEY (attachment_id),
  constraint application_attachment_sha256_check CHECK ((length(sha256) = 32))
);

create table application_draft (
  draft_id uuid not null,
  token_hash bytea not null,
  account text not null,
  key_id text not null,
  sealed bytea not null,
  application_number text,
  begun_at timestamp with time zone not null,
  saved_at timestamp with time zone not null,
  constraint application_draft_account_check CHECK ((account ~ '^agency\.[0-9a-f]{16}$'::text)),
  constraint application_draft_account_key UNIQUE (account),
  constraint application_draft_application_number_key UNIQUE (application_number),
  constraint application_draft_pkey PRIMARY KEY (draft_id),
  constraint application_draft_sealed_check CHECK ((length(sealed) <= 65536)),
  constraint application_draft_token_hash_check CHECK ((length(token_hash) = 32)),
  constraint application_draft_token_hash_key UNIQUE (token_hash)
);

create table appointment (
  appointment_id integer generated always as identity not null,
  account text not null,
  duty text not null,
  valid_from timestamp with time zone not null,
  valid_until timestamp with time zone,
  appointed_by text not null,
  appointed_at timestamp with time zone not null,
  reason text not null,
  ended_by text,
  end_reason text,
  mail_address text,
  constraint appointment_account_fkey FOREIGN KEY (account) REFERENCES account(account),
  constraint appointment_check CHECK ((valid_until >= valid_from)),
  constraint appointment_duty_check CHECK ((duty = ANY (ARRAY['caseOfficer'::text, 'dedicatedOfficer'::text, 'manager'::text, 'auditor'::text, 'ethics'::text, 'civilAffairs'::text]))),
  constraint appointment_mail_address_check CHECK (((length(mail_address) <= 254) AND (mail_address ~ '^[!-~]+@[!-~]+$'::text))),
  constraint appointment_pkey PRIMARY KEY (appointment_id),
  constraint one_case_officer EXCLUDE USING gist (tstzrange(valid_from, valid_until) WITH &&) WHERE ((duty = 'caseOfficer'::text)),
  constraint one_dedicated_officer EXCLUDE USING gist (tstzrange(valid_from, valid_until) WITH &&) WHERE ((duty = 'dedicatedOfficer'::text))
);

create table credential (
  credential_id uuid not null,
  integration_id integer not null,
  secret_hash bytea not null,
  valid_from timestamp with time zone not null,
  valid_until timestamp with time zone not null,
  revoked_at timestamp with time zone,
  replaces uuid,
  constraint credential_check CHECK (((valid_until <= (valid_from + '90 days'::interval)) AND (valid_until > valid_from))),
  constraint credential_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint credential_pkey PRIMARY KEY (credential_id),
  constraint credential_replaces_fkey FOREIGN KEY (replaces) REFERENCES credential(credential_id),
  constraint credential_secret_hash_check CHECK ((length(secret_hash) = 32)),
  constraint credential_secret_hash_key UNIQUE (secret_hash)
);

create table daily_usage (
  integration_id integer not null,
  usage_day date not null,
  subjects bigint not null,
  constraint daily_usage_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint daily_usage_pkey PRIMARY KEY (integration_id, usage_day)
) with (fillfactor=50);

create table database_size (
  measured_on date not null,
  bytes bigint not null,
  free_bytes bigint,
  total_bytes bigint,
  constraint database_size_pkey PRIMARY KEY (measured_on)
);

create table dataset (
  dataset_id smallint not null,
  dataset_code text not null,
  dataset_name text not null,
  owner_unit text not null,
  kind text not null,
  encoding text not null,
  bad_rows_allowed integer not null,
  maximum_age_days integer not null,
  approved_from date not null,
  approved_until date not null,
  current_generation_id integer,
  constraint dataset_bad_rows_allowed_check CHECK ((bad_rows_allowed >= 0)),
  constraint dataset_check CHECK ((approved_until > approved_from)),
  constraint dataset_current_generation_id_fkey FOREIGN KEY (current_generation_id) REFERENCES generation(generation_id),
  constraint dataset_dataset_code_key UNIQUE (dataset_code),
  constraint dataset_encoding_check CHECK ((encoding = ANY (ARRAY['utf-8'::text, 'big5'::text]))),
  constraint dataset_kind_check CHECK ((kind = ANY (ARRAY['household'::text, 'list'::text]))),
  constraint dataset_maximum_age_days_check CHECK ((maximum_age_days > 0)),
  constraint dataset_pkey PRIMARY KEY (dataset_id)
);

create table dataset_import (
  import_id uuid not null,
  dataset_id smallint,
  file_name text not null,
  file_sha256 bytea not null,
  file_bytes bigint not null,
  delivered_by text not null,
  stage text not null,
  received_at timestamp with time zone not null,
  rows_read bigint default 0 not null,
  bad_rows bigint default 0 not null,
  rejection_code text,
  rejected_lines jsonb,
  recipient_fingerprint text,
  other_recipients integer,
  signer_fingerprint text,
  signed_at timestamp with time zone,
  as_of date,
  quarantined_until timestamp with time zone,
  file_found boolean,
  finished_at timestamp with time zone,
  constraint dataset_import_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES dataset(dataset_id),
  constraint dataset_import_file_sha256_check CHECK ((length(file_sha256) = 32)),
  constraint dataset_import_pkey PRIMARY KEY (import_id),
  constraint dataset_import_stage_check CHECK ((stage = ANY (ARRAY['received'::text, 'loading'::text, 'loaded'::text, 'switched'::text, 'imported'::text, 'quarantined'::text, 'rejected'::text])))
);

create table dataset_import_stage (
  entry_id bigint generated always as identity not null,
  import_id uuid not null,
  stage text not null,
  rejection_code text,
  entered_at timestamp with time zone default clock_timestamp() not null,
  constraint dataset_import_stage_import_id_fkey FOREIGN KEY (import_id) REFERENCES dataset_import(import_id),
  constraint dataset_import_stage_pkey PRIMARY KEY (entry_id)
);

create table dataset_step (
  step_id bigint generated always as identity not null,
  step_key text not null,
  dataset_id smallint,
  import_id uuid,
  step text not null,
  actor text not null,
  particulars jsonb not null,
  taken_at timestamp with time zone not null,
  constraint dataset_step_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES dataset(dataset_id),
  constraint dataset_step_import_id_fkey FOREIGN KEY (import_id) REFERENCES dataset_import(import_id),
  constraint dataset_step_pkey PRIMARY KEY (step_id),
  constraint dataset_step_step_key_key UNIQUE (step_key)
);

create table delivery_key (
  fingerprint text not null,
  dataset_id smallint not null,
  public_key text not null,
  issued_by text not null,
  issued_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  private_half_found boolean,
  destroyed_at timestamp with time zone,
  constraint delivery_key_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES dataset(dataset_id),
  constraint delivery_key_pkey PRIMARY KEY (fingerprint)
);

create table destruction_certificate (
  certificate_id uuid not null,
  object_key text not null,
  import_id uuid,
  destroyed_object text not null,
  particulars jsonb not null,
  destroyed_at timestamp with time zone not null,
  destroyed_by text not null,
  constraint destruction_certificate_destroyed_object_check CHECK ((destroyed_object = ANY (ARRAY['delivery-file'::text, 'delivery-key'::text, 'generation'::text]))),
  constraint destruction_certificate_import_id_fkey FOREIGN KEY (import_id) REFERENCES dataset_import(import_id),
  constraint destruction_certificate_object_key_key UNIQUE (object_key),
  constraint destruction_certificate_pkey PRIMARY KEY (certificate_id)
);

create table finding (
  finding_number integer not null,
  request_id uuid not null,
  integration_id integer not null,
  severity text not null,
  description text not null,
  due_on date not null,
  raised_by text not null,
  raised_as text not null,
  raised_at timestamp with time zone not null,
  constraint finding_finding_number_check CHECK ((finding_number > 0)),
  constraint finding_integration_id_finding_number_key UNIQUE (integration_id, finding_number),
  constraint finding_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint finding_pkey PRIMARY KEY (finding_number),
  constraint finding_request_id_key UNIQUE (request_id),
  constraint finding_severity_check CHECK ((severity = ANY (ARRAY['minor'::text, 'ordinary'::text, 'serious'::text])))
);

create table generation (
  generation_id integer generated always as identity not null,
  dataset_id smallint not null,
  import_id uuid not null,
  index_key_id text not null,
  index_key_check text not null,
  as_of date,
  signed_at timestamp with time zone,
  row_count bigint,
  created_at timestamp with time zone not null,
  switched_at timestamp with time zone,
  dropped_at timestamp with time zone,
  constraint generation_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES dataset(dataset_id),
  constraint generation_import_id_fkey FOREIGN KEY (import_id) REFERENCES dataset_import(import_id),
  constraint generation_pkey PRIMARY KEY (generation_id)
);

create table hourly_use (
  integration_id integer not null,
  hour timestamp with time zone not null,
  subjects integer not null,
  constraint hourly_use_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint hourly_use_pkey PRIMARY KEY (integration_id, hour)
);

create table idempotent_request (
  integration_id integer not null,
  idempotency_key_index bytea not null,
  request_fingerprint bytea not null,
  first_entry_id uuid not null,
  entry_count integer not null,
  asked_at timestamp with time zone not null,
  constraint idempotent_request_pkey PRIMARY KEY (integration_id, idempotency_key_index)
);

create table integration (
  integration_id integer generated always as identity not null,
  application_number text not null,
  agency_id integer not null,
  system_name text not null,
  state text not null,
  approved_from timestamp with time zone,
  approved_until timestamp with time zone,
  requests_per_second integer default 200 not null,
  subjects_per_day integer default 1000000 not null,
  suspended_for text,
  constraint integration_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES agency(agency_id),
  constraint integration_application_number_fkey FOREIGN KEY (application_number) REFERENCES application(application_number),
  constraint integration_application_number_key UNIQUE (application_number),
  constraint integration_check CHECK (((state = ANY (ARRAY['submitted'::text, 'returned'::text, 'checked'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'lapsed'::text, 'revoked'::text, 'expired'::text])) OR ((approved_from IS NOT NULL) AND (approved_until > approved_from)))),
  constraint integration_pkey PRIMARY KEY (integration_id),
  constraint integration_state_check CHECK ((state = ANY (ARRAY['submitted'::text, 'returned'::text, 'checked'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'lapsed'::text, 'provisioned'::text, 'active'::text, 'suspended'::text, 'expired'::text, 'revoked'::text]))),
  constraint integration_suspended_for_check CHECK ((suspended_for = ANY (ARRAY['person'::text, 'idle'::text, 'correctiveAction'::text])))
);

create table integration_address (
  integration_id integer not null,
  address inet not null,
  added_at timestamp with time zone not null,
  constraint integration_address_address_check CHECK ((masklen(address) =
CASE family(address)
    WHEN 4 THEN 32
    ELSE 128
END)),
  constraint integration_address_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint integration_address_pkey PRIMARY KEY (integration_id, address)
);

create table integration_scope (
  integration_id integer not null,
  check_code text not null,
  constraint integration_scope_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint integration_scope_pkey PRIMARY KEY (integration_id, check_code)
);

create table integration_step (
  step_id bigint generated always as identity not null,
  integration_id integer not null,
  step text not null,
  actor text not null,
  actor_role text not null,
  reason text not null,
  taken_at timestamp with time zone not null,
  sequence integer not null,
  application_number text,
  request_id uuid,
  address inet,
  submitted jsonb,
  foreign_addresses inet[],
  constraint integration_step_actor_role_check CHECK ((actor_role = ANY (ARRAY['applicant'::text, 'caseOfficer'::text, 'dedicatedOfficer'::text, 'manager'::text, 'platform'::text, 'system'::text]))),
  constraint integration_step_application_number_fkey FOREIGN KEY (application_number) REFERENCES application(application_number),
  constraint integration_step_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint integration_step_integration_id_sequence_key UNIQUE (integration_id, sequence),
  constraint integration_step_pkey PRIMARY KEY (step_id),
  constraint integration_step_request_id_key UNIQUE (request_id)
);

create table ip_inventory (
  inventory_number text not null,
  workflow_id text not null,
  used_since date not null,
  address_count integer not null,
  opened_at timestamp with time zone not null,
  deadline_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  constraint ip_inventory_check CHECK ((deadline_at > opened_at)),
  constraint ip_inventory_pkey PRIMARY KEY (inventory_number),
  constraint ip_inventory_workflow_id_key UNIQUE (workflow_id)
);

create table ip_inventory_finding (
  inventory_number text not null,
  integration_id integer not null,
  address inet not null,
  findings text[] not null,
  last_used_on date,
  outcome text,
  decided_by text,
  reason text,
  decided_at timestamp with time zone,
  constraint ip_inventory_finding_check CHECK ((num_nonnulls(outcome, decided_by, reason, decided_at) = ANY (ARRAY[0, 4]))),
  constraint ip_inventory_finding_check1 CHECK (((decided_by <> 'platform'::text) OR (outcome = 'removed'::text))),
  constraint ip_inventory_finding_findings_check CHECK (((findings <@ ARRAY['duplicate'::text, 'idle'::text, 'expired'::text]) AND (cardinality(findings) > 0))),
  constraint ip_inventory_finding_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integration(integration_id),
  constraint ip_inventory_finding_inventory_number_fkey FOREIGN KEY (inventory_number) REFERENCES ip_inventory(inventory_number),
  constraint ip_inventory_finding_outcome_check CHECK ((outcome = ANY (ARRAY['kept'::text, 'removed'::text]))),
  constraint ip_inventory_finding_pkey PRIMARY KEY (inventory_number, integration_id, address)
);

create table log_checkpoint (
  origin text not null,
  signed_on date not null,
  tree_size bigint not null,
  signed_note text not null,
  signed_at timestamp with time zone not null,
  constraint log_checkpoint_pkey PRIMARY KEY (origin, signed_on)
);

create table log_cosignature (
  origin text not null,
  witness_name text not null,
  tree_size bigint not null,
  signed_note text not null,
  cosigned_at timestamp with time zone not null,
  constraint log_cosignature_pkey PRIMARY KEY (origin, witness_name)
);

create table log_disagreement (
  disagreement_id bigint generated always as identity not null,
  origin text not null,
  code text not null,
  witness_name text,
  signed_note text,
  witness_size bigint,
  noticed_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  constraint log_disagreement_check CHECK (((settled_at IS NULL) OR (witness_name IS NULL))),
  constraint log_disagreement_check1 CHECK (((witness_name IS NULL) OR (signed_note IS NOT NULL))),
  constraint log_disagreement_pkey PRIMARY KEY (disagreement_id)
);

create table log_disposal (
  month date not null,
  entries bigint not null,
  leaf_ranges jsonb not null,
  checkpoint text,
  approved_by text not null,
  disposed_at timestamp with time zone not null,
  constraint log_disposal_check CHECK (((checkpoint IS NOT NULL) OR (entries = 0))),
  constraint log_disposal_pkey PRIMARY KEY (month)
);

create table log_disposal_step (
  month date not null,
  sequence integer not null,
  step text not null,
  matter text,
  actor text not null,
  actor_role text not null,
  reason text not null,
  taken_at timestamp with time zone not null,
  request_id uuid,
  constraint log_disposal_step_check CHECK (((matter IS NOT NULL) = (step = ANY (ARRAY['hold'::text, 'lift'::text])))),
  constraint log_disposal_step_check1 CHECK (((request_id IS NULL) = (actor_role = 'platform'::text))),
  constraint log_disposal_step_check2 CHECK (
CASE step
    WHEN 'hold'::text THEN (actor_role <> 'platform'::text)
    WHEN 'lift'::text THEN (actor_role = 'manager'::text)
    WHEN 'approve'::text THEN (actor_role = 'manager'::text)
    ELSE true
END),
  constraint log_disposal_step_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint log_disposal_step_pkey PRIMARY KEY (month, sequence),
  constraint log_disposal_step_request_id_key UNIQUE (request_id),
  constraint log_disposal_step_sequence_check CHECK ((sequence > 0)),
  constraint log_disposal_step_step_check CHECK ((step = ANY (ARRAY['propose'::text, 'hold'::text, 'lift'::text, 'approve'::text, 'stop'::text, 'dispose'::text])))
);

create table log_head (
  singleton boolean default true not null,
  size bigint not null,
  constraint log_head_pkey PRIMARY KEY (singleton),
  constraint log_head_singleton_check CHECK (singleton)
) with (fillfactor=10);

create table log_retention (
  years integer not null,
  actor text not null,
  actor_role text not null,
  reason text not null,
  raised_at timestamp with time zone not null,
  request_id uuid,
  constraint log_retention_check CHECK (((request_id IS NULL) = (actor_role = 'platform'::text))),
  constraint log_retention_pkey PRIMARY KEY (years),
  constraint log_retention_request_id_key UNIQUE (request_id),
  constraint log_retention_years_check CHECK (((years >= 5) AND (years <= 30)))
);

create table log_tile (
  level smallint not null,
  tile_index bigint not null,
  hashes bytea not null,
  constraint log_tile_hashes_check CHECK ((((length(hashes) >= 32) AND (length(hashes) <= 8192)) AND ((length(hashes) % 32) = 0))),
  constraint log_tile_pkey PRIMARY KEY (level, tile_index)
);

create table log_tree (
  singleton boolean default true not null,
  size bigint not null,
  constraint log_tree_pkey PRIMARY KEY (singleton),
  constraint log_tree_singleton_check CHECK (singleton)
);

create table log_witness (
  origin text not null,
  witness_name text not null,
  asked_since timestamp with time zone not null,
  constraint log_witness_pkey PRIMARY KEY (origin, witness_name)
);

create table login_network (
  account text not null,
  network text not null,
  failures integer not null,
  locked_until timestamp with time zone,
  tried_at timestamp with time zone not null,
  logged_in_at timestamp with time zone,
  constraint login_network_account_fkey FOREIGN KEY (account) REFERENCES account(account),
  constraint login_network_pkey PRIMARY KEY (account, network)
);

create table notice (
  notice_key text not null,
  kind text not null,
  recipient text not null,
  about text not null,
  due_at timestamp with time zone not null,
  announces timestamp with time zone not null,
  sent_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  constraint notice_pkey PRIMARY KEY (notice_key),
  constraint notice_recipient_check CHECK ((recipient = ANY (ARRAY['applicant'::text, 'caseOfficer'::text, 'dedicatedOfficer'::text, 'manager'::text])))
);

create table notice_mail (
  notice_key text not null,
  mail_address text not null,
  taken_at timestamp with time zone not null,
  reply_code integer not null,
  constraint notice_mail_notice_key_fkey FOREIGN KEY (notice_key) REFERENCES notice(notice_key),
  constraint notice_mail_pkey PRIMARY KEY (notice_key, mail_address)
);

create table paper_application_number (
  request_id uuid not null,
  application_number text not null,
  drawn_at timestamp with time zone not null,
  constraint paper_application_number_application_number_key UNIQUE (application_number),
  constraint paper_application_number_pkey PRIMARY KEY (request_id)
);

create table password (
  password_id bigint generated always as identity not null,
  account text not null,
  argon2_hash text not null,
  set_at timestamp with time zone not null,
  constraint password_account_fkey FOREIGN KEY (account) REFERENCES account(account),
  constraint password_argon2_hash_check CHECK ((argon2_hash ~~ '$argon2id$%'::text)),
  constraint password_pkey PRIMARY KEY (password_id)
);

create table query_log (
  entry_id uuid not null,
  asked_at timestamp with time zone not null,
  integration_id integer,
  operator text,
  operation_code text,
  outcome text not null,
  case_number_index bytea,
  subject_index bytea,
  leaf_hash bytea not null,
  entry bytea not null,
  leaf_index bigint not null,
  constraint query_log_pkey PRIMARY KEY (entry_id, asked_at)
) partition by RANGE (asked_at);

create table query_log_opening (
  opening_id bigint generated always as identity not null,
  purpose text not null,
  account text not null,
  account_role text not null,
  reason text not null,
  reference text,
  question jsonb not null,
  entry_ids uuid[] not null,
  opened_at timestamp with time zone default clock_timestamp() not null,
  asked_ats timestamp with time zone[] default '{}'::timestamp with time zone[] not null,
  recorded_in xid8 default pg_current_xact_id() not null,
  recorded_by name default SESSION_USER not null,
  constraint query_log_opening_account_role_check CHECK ((account_role = ANY (ARRAY['caseOfficer'::text, 'dedicatedOfficer'::text, 'auditor'::text, 'ethics'::text, 'civilAffairs'::text]))),
  constraint query_log_opening_pkey PRIMARY KEY (opening_id),
  constraint query_log_opening_purpose_check CHECK ((purpose = ANY (ARRAY['audit'::text, 'subject-access'::text, 'record-list'::text, 'search'::text])))
);

create table session (
  token_hash bytea not null,
  account text not null,
  stage text not null,
  began_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  constraint session_account_fkey FOREIGN KEY (account) REFERENCES account(account),
  constraint session_pkey PRIMARY KEY (token_hash),
  constraint session_stage_check CHECK ((stage = ANY (ARRAY['code'::text, 'setUp'::text, 'password'::text, 'enrol'::text, 'full'::text]))),
  constraint session_token_hash_check CHECK ((length(token_hash) = 32))
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
  constraint subject_record_pkey PRIMARY KEY (subject_key, dataset_id)
) partition by LIST (dataset_id);

create table unseen_step (
  step_id bigint not null,
  constraint unseen_step_pkey PRIMARY KEY (step_id),
  constraint unseen_step_step_id_fkey FOREIGN KEY (step_id) REFERENCES integration_step(step_id)
);


-- Indexes that no constraint makes

CREATE INDEX abnormal_use_alert_alert_id_idx ON public.abnormal_use_alert USING btree (alert_id) WHERE (state = 'open'::text);

CREATE INDEX abnormal_use_alert_integration_id_kind_window_from_idx ON public.abnormal_use_alert USING btree (integration_id, kind, window_from);

CREATE INDEX admin_trail_of_account ON public.admin_trail USING btree (account, trail_id);

CREATE INDEX application_attachment_of_application ON public.application_attachment USING btree (application_number);

CREATE INDEX application_attachment_of_draft ON public.application_attachment USING btree (draft_id);

CREATE INDEX application_draft_of_time ON public.application_draft USING btree (saved_at);

CREATE UNIQUE INDEX application_that_holds ON public.application USING btree (integration_id) WHERE (stage = 'provisioned'::text);

CREATE UNIQUE INDEX application_under_way ON public.application USING btree (integration_id) WHERE (stage = ANY (ARRAY['submitted'::text, 'returned'::text, 'checked'::text, 'approved'::text]));

CREATE INDEX appointment_of_account ON public.appointment USING btree (account);

CREATE INDEX dataset_import_file_sha256_idx ON public.dataset_import USING btree (file_sha256);

CREATE INDEX dataset_import_received_at_import_id_idx ON public.dataset_import USING btree (received_at, import_id);

CREATE UNIQUE INDEX dataset_import_signature ON public.dataset_import USING btree (signer_fingerprint, signed_at, rows_read) WHERE (stage = ANY (ARRAY['switched'::text, 'imported'::text]));

CREATE INDEX dataset_import_stage_import_id_entry_id_idx ON public.dataset_import_stage USING btree (import_id, entry_id);

CREATE UNIQUE INDEX generation_import_id_idx ON public.generation USING btree (import_id) WHERE (dropped_at IS NULL);

CREATE INDEX notice_about ON public.notice USING btree (about);

CREATE INDEX notice_due ON public.notice USING btree (due_at) WHERE ((sent_at IS NULL) AND (cancelled_at IS NULL));

CREATE INDEX password_of_account ON public.password USING btree (account, password_id);

CREATE INDEX query_log_case_number ON ONLY public.query_log USING btree ((((asked_at AT TIME ZONE 'Asia/Taipei'::text))::date), case_number_index);

CREATE INDEX query_log_leaf_index_idx ON ONLY public.query_log USING btree (leaf_index);

CREATE INDEX query_log_opening_opened_at_idx ON public.query_log_opening USING btree (opened_at);

CREATE INDEX query_log_subject ON ONLY public.query_log USING btree ((((asked_at AT TIME ZONE 'Asia/Taipei'::text))::date), subject_index);

CREATE INDEX session_of_account ON public.session USING btree (account);


-- Functions

CREATE OR REPLACE FUNCTION public.announce_access_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      update public.access_version set version = version + 1;
      perform pg_notify('access_changed', '');
      return null;
    end $function$
;

CREATE OR REPLACE FUNCTION public.ask_office()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    declare
      step jsonb := to_jsonb(new);
      taken_at timestamptz := coalesce(step ->> tg_argv[1], '-infinity');
    begin
      if taken_at < public.records_clock() - interval '1 day' or not exists (
          select from unnest(tg_argv[2]::text[]) duty where duty = coalesce(step ->> tg_argv[3], duty)
            and public.holds_office(step ->> tg_argv[0], duty, least(taken_at, public.records_clock()))) then
        raise exception 'only somebody in office takes this step: %', tg_argv[2] using errcode = 'check_violation';
      end if;
      return null;
    end $function$
;

CREATE OR REPLACE FUNCTION public.ask_what_waits()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      if exists (select from public.ip_inventory_finding f where f.inventory_number = new.inventory_number and f.outcome is null) then
        raise exception 'addresses of the review wait for a decision' using errcode = 'check_violation';
      end if;
      return null;
    end $function$
;

CREATE OR REPLACE FUNCTION public.ask_whether_disposed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      if not exists (select from public.log_disposal d where d.month = new.month) then
        raise exception 'a month that is there was not disposed of' using errcode = 'check_violation';
      end if;
      return null;
    end $function$
;

CREATE OR REPLACE FUNCTION public.ask_who_answers()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      if not public.is_answered_for(new.import_id) then
        raise exception 'nobody in office answers for this file' using errcode = 'check_violation';
      end if;
      return null;
    end $function$
;

CREATE OR REPLACE FUNCTION public.count_log_month(wanted date)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    declare
      partition regclass := (select i.inhrelid::regclass from pg_inherits i
        where i.inhparent = 'public.query_log'::regclass and i.inhrelid = to_regclass('public.query_log_' || to_char(wanted, 'YYYY_MM')));
      entries bigint;
    begin
      if partition is not null then execute format('select count(*) from %s', partition) into entries; end if;
      return entries;
    end $function$
;

CREATE OR REPLACE FUNCTION public.create_generation_table(wanted integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
    end $function$
;

CREATE OR REPLACE FUNCTION public.create_query_log_partitions(first_day date, months integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
    declare
      month_start date := date_trunc('month', first_day)::date;
      partition_name text;
    begin
      for step in 1..months loop
        partition_name := 'query_log_' || to_char(month_start, 'YYYY_MM');
        if to_regclass('public.' || partition_name) is null then
          execute format('create table public.%I (like public.query_log including defaults including constraints)', partition_name);
          execute format('alter table public.query_log attach partition public.%I for values from (%L) to (%L)', partition_name,
            month_start::timestamp at time zone 'Asia/Taipei', (month_start + interval '1 month')::timestamp at time zone 'Asia/Taipei');
        end if;
        month_start := (month_start + interval '1 month')::date;
      end loop;
    end $function$
;

CREATE OR REPLACE FUNCTION public.dispose_of_log_month(wanted date)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
    declare
      partition regclass;
      counted record;
      runs jsonb;
      last_checkpoint text;
      approver text;
    begin
      if exists (select from public.log_disposal where month = wanted) then return 'disposed'; end if;
      select i.inhrelid::regclass into partition from pg_inherits i
        where i.inhparent = 'public.query_log'::regclass and i.inhrelid = to_regclass('public.query_log_' || to_char(wanted, 'YYYY_MM'));
      if partition is null then return 'no-such-month'; end if;
      -- First, since it takes no look at the entries, and again at the end, when nobody can raise it any more.
      if public.records_clock() < public.log_kept_until(wanted) then return 'too-young'; end if;

      -- From here on nobody adds an entry to the month.
      execute format('lock table %s in share mode', partition);
      execute format($query$
        select count(*) as entries, count(distinct l.leaf_index) as places, max(l.leaf_index) as last,
          count(*) filter (where t.hashes is null or substring(t.hashes from (l.leaf_index %% 256)::integer * 32 + 1 for 32)
            is distinct from sha256('\x00'::bytea || l.entry)) as differing
        from %s l left join public.log_tile t on t.level = 0 and t.tile_index = l.leaf_index / 256$query$, partition) into counted;
      select signed_note into last_checkpoint from public.log_checkpoint where tree_size > counted.last order by signed_at desc limit 1;
      if counted.last >= (select size from public.log_tree) or (counted.entries > 0 and last_checkpoint is null) then return 'entries-not-covered'; end if;
      execute format($query$
        select coalesce(jsonb_agg(jsonb_build_array(first, last) order by first), '[]') from (
          select min(leaf_index) as first, max(leaf_index) as last
          from (select leaf_index, leaf_index - row_number() over (order by leaf_index) as run from %s) placed group by run
        ) runs$query$, partition) into runs;
      if counted.differing > 0 or counted.places <> counted.entries then
        return 'entries-differ';
      end if;

      -- No step comes between this look and the end.
      lock table public.log_retention, public.log_disposal_step in share row exclusive mode;
      if public.records_clock() < public.log_kept_until(wanted) then return 'too-young'; end if;
      if exists (select from public.legal_hold where month = wanted) then return 'under-legal-hold'; end if;
      select last.actor into approver from (
        select * from public.log_disposal_step where month = wanted and step <> 'lift' order by sequence desc limit 1
      ) last where last.step = 'approve' and last.actor_role = 'manager' and public.holds_office(last.actor, 'manager', last.taken_at)
        and last.actor not in (select actor from public.log_disposal_step where month = wanted and step in ('propose', 'lift'))
        and last.taken_at >= (wanted + interval '1 month') at time zone 'Asia/Taipei'
        and exists (select from public.log_disposal_step p where p.month = wanted and p.step = 'propose' and p.sequence < last.sequence);
      if approver is null then return 'not-approved'; end if;
      execute format('drop table %s', partition);
      insert into public.log_disposal values (wanted, counted.entries, runs, last_checkpoint, approver, public.records_clock());
      insert into public.log_disposal_step (month, sequence, step, actor, actor_role, reason, taken_at)
        select wanted, max(sequence) + 1, 'dispose', 'platform', 'platform', 'approved', public.records_clock()
        from public.log_disposal_step where month = wanted;
      return 'disposed';
    end $function$
;

CREATE OR REPLACE FUNCTION public.drop_generation(wanted integer, now_is timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
    begin
      if exists (select from public.dataset where current_generation_id = wanted) then raise exception 'generation % is current', wanted; end if;
      execute format('drop table if exists public.%I', 'subject_generation_' || wanted);
      update public.generation set dropped_at = coalesce(dropped_at, now_is) where generation_id = wanted;
    end $function$
;

CREATE OR REPLACE FUNCTION public.finish_generation_table(wanted integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
    end $function$
;

CREATE OR REPLACE FUNCTION public.holds_office(person text, office text, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
      select exists (select from public.appointment a where a.account = person and a.duty = office
        and a.valid_from <= at and (a.valid_until is null or a.valid_until > at))
    $function$
;

CREATE OR REPLACE FUNCTION public.index_past_log_month()
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET lock_timeout TO '2s'
 SET maintenance_work_mem TO '256MB'
AS $function$
    declare
      this_month text := 'query_log_' || to_char((now() at time zone 'Asia/Taipei') - interval '1 day', 'YYYY_MM');
      month text;
    begin
      select c.relname into month from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'public.query_log'::regclass and c.relname < this_month
          and to_regclass(format('public.%I', c.relname || '_person')) is null
        order by c.relname limit 1;
      if month is not null then execute format('create index %I on public.%I (subject_index)', month || '_person', month); end if;
      return month;
    end $function$
;

CREATE OR REPLACE FUNCTION public.is_answered_for(wanted uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
      select exists (select from public.dataset_import i where i.import_id = wanted and (
        i.delivered_by = 'drop-folder' or public.holds_office(i.delivered_by, 'dedicatedOfficer', i.received_at) or exists (
          select from public.dataset_step s where s.import_id = wanted and s.step = 'quarantine-decided' and s.particulars->>'choice' = 'retry')))
    $function$
;

CREATE OR REPLACE FUNCTION public.is_letter_on_record(draft uuid, number text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
      select exists (select from public.application a where a.application_number = number and (draft is null or exists (
        select from public.application_draft d join public.application opening using (application_number)
        where d.draft_id = draft and opening.submitted_by = d.account and opening.integration_id = a.integration_id)))
    $function$
;

CREATE OR REPLACE FUNCTION public.is_submitted(draft uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
      select exists (select from public.application_draft d join public.application a using (application_number)
        where d.draft_id = draft and a.submitted_by = d.account)
    $function$
;

CREATE OR REPLACE FUNCTION public.keep_letter()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      if public.is_letter_on_record(old.draft_id, old.application_number) then
        raise exception 'what was submitted stays on record';
      end if;
      return coalesce(new, old);
    end $function$
;

CREATE OR REPLACE FUNCTION public.keep_log_size()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      if new.size < old.size then raise exception 'the log only grows'; end if;
      return new;
    end $function$
;

CREATE OR REPLACE FUNCTION public.keep_log_tile()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      if (new.level, new.tile_index) is distinct from (old.level, old.tile_index)
        or substring(new.hashes for length(old.hashes)) <> old.hashes then raise exception 'a tile only grows'; end if;
      return new;
    end $function$
;

CREATE OR REPLACE FUNCTION public.keep_submitted()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      if public.is_submitted(old.draft_id) then
        raise exception 'what was submitted stays on record';
      end if;
      return coalesce(new, old);
    end $function$
;

CREATE OR REPLACE FUNCTION public.lock_dataset(wanted smallint)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$ select 1 from public.dataset where dataset_id = wanted for no key update $function$
;

CREATE OR REPLACE FUNCTION public.log_kept_until(wanted date)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
      select (wanted + interval '1 month' + make_interval(years => greatest(5, (select max(years) from public.log_retention)))) at time zone 'Asia/Taipei'
    $function$
;

CREATE OR REPLACE FUNCTION public.log_month_sizes()
 RETURNS TABLE(month date, entries bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    declare
      partition regclass;
    begin
      for partition in select i.inhrelid::regclass from pg_inherits i where i.inhparent = 'public.query_log'::regclass loop
        month := to_date(right(partition::text, 7), 'YYYY_MM');
        execute format('select coalesce(max(leaf_index) - min(leaf_index) + 1, 0) from %s', partition) into entries;
        return next;
      end loop;
    end $function$
;

CREATE OR REPLACE FUNCTION public.log_retention_is_raised()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      lock table public.log_retention in share row exclusive mode;
      if new.years <= (select max(r.years) from public.log_retention r) then
        raise exception 'the log''s time of retention may only be raised' using errcode = 'check_violation';
      end if;
      return new;
    end $function$
;

CREATE OR REPLACE FUNCTION public.note_import_stage()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      insert into public.dataset_import_stage (import_id, stage, rejection_code) values (new.import_id, new.stage, new.rejection_code);
      return null;
    end $function$
;

CREATE OR REPLACE FUNCTION public.read_log_opening(opening bigint, reader text)
 RETURNS TABLE(entry_id uuid, asked_at timestamp with time zone, integration_id integer, operator text, operation_code text, outcome text, case_number_index bytea, subject_index bytea, leaf_hash bytea, entry bytea, application_number text, agency_name text, system_name text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
    declare
      opened public.query_log_opening;
    begin
      select o.* into opened from public.query_log_opening o where o.opening_id = opening;
      if not found or opened.account is distinct from reader or opened.recorded_by <> session_user then
        raise exception 'entries are given out to whom their opening belongs';
      end if;
      if opened.recorded_in = pg_current_xact_id() or opened.opened_at < clock_timestamp() - interval '1 minute' then
        raise exception 'entries are given out after their opening is on record, and at once';
      end if;
      -- With its time, each entry is looked for in one month only.
      return query execute $query$
        select l.entry_id, l.asked_at, l.integration_id, l.operator, l.operation_code, l.outcome, l.case_number_index, l.subject_index, l.leaf_hash,
          case when l.leaf_index >= (select size from public.log_tree)
            or substring(t.hashes from (l.leaf_index % 256)::integer * 32 + 1 for 32) = sha256('\x00'::bytea || l.entry) then l.entry end,
          i.application_number, a.agency_name, i.system_name
        from unnest($1, $2) wanted(id, at) join public.query_log l on l.entry_id = wanted.id and l.asked_at = wanted.at
          left join public.log_tile t on t.level = 0 and t.tile_index = l.leaf_index / 256
          left join public.integration i using (integration_id) left join public.agency a using (agency_id)
        order by l.entry_id$query$ using opened.entry_ids, opened.asked_ats;
    end $function$
;

CREATE OR REPLACE FUNCTION public.record_log_opening(purpose text, account text, account_role text, reason text, reference text, question jsonb, after uuid, newest_first boolean, page_size integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    declare
      opening bigint;
      direction text := case when newest_first then 'desc' else 'asc' end;
      conditions text := concat_ws(' and ', 'true',
        -- With the time in each id, only the months that hold them are looked at.
        case when question ? 'entryIds' then '(l.entry_id, l.asked_at) in (
          select wanted::uuid, uuid_extract_timestamp(wanted::uuid) from jsonb_array_elements_text($6->''entryIds'') as wanted)' end,
        case when question ? 'applicationNumber' then
          'l.integration_id = (select i.integration_id from public.integration i where i.application_number = $6->>''applicationNumber'')' end,
        case when question ? 'operator' then 'l.operator = $6->>''operator''' end,
        case when question ? 'caseNumberIndex' then 'l.case_number_index = decode($6->>''caseNumberIndex'', ''hex'')' end,
        case when question ? 'subjectIndex' then 'l.subject_index = decode($6->>''subjectIndex'', ''hex'')' end,
        case when question ? 'from' then 'l.asked_at >= to_timestamp(($6->>''from'')::float8 / 1000)' end,
        case when question ? 'until' then 'l.asked_at < to_timestamp(($6->>''until'')::float8 / 1000)' end,
        case when after is not null then case when newest_first then 'l.entry_id < $7' else 'l.entry_id > $7' end end);
    begin
      -- In the console nobody reads in the name of somebody who isn't appointed to it, or isn't any more.
      if session_user = 'platform_console' and not public.holds_office(account, account_role, now()) then
        raise exception 'only somebody in office reads the query log';
      end if;
      if page_size is null or page_size not between 1 and 1000 then
        raise exception 'the query log is read page by page';
      end if;
      execute format($query$
        with found as materialized (
          select l.entry_id, l.asked_at from public.query_log l where %s order by l.entry_id %s limit $8
        )
        insert into public.query_log_opening (purpose, account, account_role, reason, reference, question, entry_ids, asked_ats)
        select $1, $2, $3, $4, $5, $6, coalesce(array_agg(f.entry_id order by f.entry_id), '{}'),
          coalesce(array_agg(f.asked_at order by f.entry_id), '{}') from found f
        returning opening_id$query$, conditions, direction)
        into opening using purpose, account, account_role, reason, reference, question, after, page_size;
      return opening;
    end $function$
;

CREATE OR REPLACE FUNCTION public.records_clock()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$select now()$function$
;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      raise exception '%', tg_argv[0] using errcode = 'check_violation';
    end $function$
;

CREATE OR REPLACE FUNCTION public.require_paper()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      if not exists (select from public.application a where a.application_number = new.application_number and a.letter->>'onPaper' = 'true') then
        raise exception 'scans are of applications on paper';
      end if;
      return new;
    end $function$
;

CREATE OR REPLACE FUNCTION public.rotate_credential(present_id uuid, proof bytea, fresh_id uuid, fresh_hash bytea, fresh_until timestamp with time zone, present_until timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    declare
      holder public.integration;
      present public.credential;
      step bigint;
    begin
      select i.* into holder from public.integration i join public.credential c using (integration_id) where c.credential_id = present_id for no key update of i;
      select c.* into present from public.credential c where c.credential_id = present_id;
      if holder.state is distinct from 'active' or holder.approved_until <= now() or present.revoked_at is not null or present.valid_until <= now()
          or present.secret_hash is distinct from sha256(proof) then
        return jsonb_build_object('outcome', 'not-valid');
      end if;
      if (select count(*) from public.credential c
          where c.integration_id = holder.integration_id and c.revoked_at is null and c.valid_until > now()) >= 2 then
        return jsonb_build_object('outcome', 'too-many-credentials');
      end if;
      fresh_until := least(fresh_until, now() + interval '90 days', holder.approved_until);
      present_until := least(present_until, present.valid_until);
      insert into public.credential values (fresh_id, holder.integration_id, fresh_hash, now(), fresh_until, null, present_id);
      update public.credential c set valid_until = present_until where c.credential_id = present_id;
      insert into public.integration_step (integration_id, sequence, step, actor, actor_role, reason, taken_at)
        select holder.integration_id, count(*) + 1, 'rotateCredential', 'system', 'system', 'the system changed credential ' || present_id, now()
        from public.integration_step s where s.integration_id = holder.integration_id
        returning step_id into step;
      insert into public.unseen_step values (step);
      return jsonb_build_object('outcome', 'rotated', 'validFrom', extract(epoch from now()) * 1000,
        'validUntil', extract(epoch from fresh_until) * 1000, 'presentValidUntil', extract(epoch from present_until) * 1000);
    end $function$
;

CREATE OR REPLACE FUNCTION public.server_data_directory()
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      return current_setting('data_directory');
    exception when insufficient_privilege then
      return null;
    end $function$
;

CREATE OR REPLACE FUNCTION public.source_address_of(entry bytea)
 RETURNS inet
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    begin
      return (convert_from(entry, 'UTF8')::jsonb ->> 'sourceAddress')::inet;
    exception when data_exception or program_limit_exceeded then
      return null;
    end $function$
;

CREATE OR REPLACE FUNCTION public.stop_credential(integration_number text, credential uuid, officer text, duty text, why text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    declare
      holder public.integration;
      step bigint;
    begin
      if duty not in ('manager', 'dedicatedOfficer') or not public.holds_office(officer, duty, now()) then
        raise exception 'only a manager or dedicated officer in office ends a credential';
      end if;
      select i.* into holder from public.integration i where i.application_number = integration_number for no key update;
      if not found or holder.state not in ('provisioned', 'active', 'suspended') then
        return false;
      end if;
      with recursive ending(id) as (
        select c.credential_id from public.credential c
          where c.credential_id = credential and c.integration_id = holder.integration_id and c.revoked_at is null
        union select c.credential_id from public.credential c join ending e on c.replaces = e.id
      )
      update public.credential c set revoked_at = now() where c.credential_id in (select id from ending) and c.revoked_at is null;
      if not found then
        return false;
      end if;
      insert into public.integration_step (integration_id, sequence, step, actor, actor_role, reason, taken_at)
        select holder.integration_id, count(*) + 1, 'revokeCredential', officer, duty, why, now()
        from public.integration_step s where s.integration_id = holder.integration_id
        returning step_id into step;
      insert into public.unseen_step values (step);
      return true;
    end $function$
;

CREATE OR REPLACE FUNCTION public.stop_integration(integration_number text, officer text, duty text, cause text, why text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    declare
      holder public.integration;
      step bigint;
    begin
      if cause is null or duty not in ('manager', 'dedicatedOfficer') or cause not in ('person', 'correctiveAction')
          or not public.holds_office(officer, duty, now()) then
        raise exception 'only a manager or dedicated officer in office stops an integration';
      end if;
      select i.* into holder from public.integration i where i.application_number = integration_number for no key update;
      -- A corrective action holds against what rests for another cause, too.
      if not found or not (holder.state in ('provisioned', 'active')
          or holder.state = 'suspended' and cause = 'correctiveAction' and holder.suspended_for <> 'correctiveAction') then
        return false;
      end if;
      update public.integration i set state = 'suspended', suspended_for = cause where i.integration_id = holder.integration_id;
      insert into public.integration_step (integration_id, sequence, step, actor, actor_role, reason, taken_at)
        select holder.integration_id, count(*) + 1, 'suspend', officer, duty, why, now()
        from public.integration_step s where s.integration_id = holder.integration_id
        returning step_id into step;
      insert into public.unseen_step values (step);
      return true;
    end $function$
;

CREATE OR REPLACE FUNCTION public.switch_generation(wanted integer, now_is timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
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
    end $function$
;


-- Triggers

CREATE TRIGGER ask_office AFTER UPDATE ON public.abnormal_use_alert FOR EACH ROW WHEN ((new.state <> 'open'::text)) EXECUTE FUNCTION ask_office('decided_by', 'decided_at', '{dedicatedOfficer,manager,auditor,ethics,civilAffairs}', 'decided_as');

CREATE TRIGGER ask_office_of_dismissal AFTER UPDATE ON public.abnormal_use_alert FOR EACH ROW WHEN ((new.state = 'dismissed'::text)) EXECUTE FUNCTION ask_office('decided_by', 'decided_at', '{dedicatedOfficer,manager}', 'decided_as');

CREATE TRIGGER decided_once BEFORE UPDATE ON public.abnormal_use_alert FOR EACH ROW WHEN ((old.state <> 'open'::text)) EXECUTE FUNCTION refuse_change('the alert has been decided');

CREATE TRIGGER only_the_appointer_resets BEFORE INSERT OR UPDATE OF set_up_hash, set_up_until ON public.account FOR EACH ROW WHEN (((new.set_up_hash IS NOT NULL) AND (CURRENT_USER <> 'platform_appointer'::name))) EXECUTE FUNCTION refuse_change('only platform_appointer resets accounts');

CREATE TRIGGER keep_letter BEFORE DELETE OR UPDATE ON public.application_attachment FOR EACH ROW EXECUTE FUNCTION keep_letter();

CREATE TRIGGER require_paper BEFORE INSERT ON public.application_attachment FOR EACH ROW WHEN ((new.draft_id IS NULL)) EXECUTE FUNCTION require_paper();

CREATE TRIGGER keep_number BEFORE UPDATE OF application_number ON public.application_draft FOR EACH ROW WHEN ((old.application_number IS DISTINCT FROM new.application_number)) EXECUTE FUNCTION keep_submitted();

CREATE TRIGGER keep_submitted BEFORE DELETE ON public.application_draft FOR EACH ROW EXECUTE FUNCTION keep_submitted();

CREATE TRIGGER announce_access_change AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.credential FOR EACH STATEMENT EXECUTE FUNCTION announce_access_change();

CREATE TRIGGER announce_access_change AFTER INSERT OR DELETE OR UPDATE ON public.dataset FOR EACH STATEMENT EXECUTE FUNCTION announce_access_change();

CREATE TRIGGER ask_who_answers AFTER INSERT OR UPDATE OF stage, delivered_by ON public.dataset_import FOR EACH ROW WHEN ((new.stage = ANY (ARRAY['loading'::text, 'loaded'::text, 'switched'::text, 'imported'::text]))) EXECUTE FUNCTION ask_who_answers();

CREATE TRIGGER note_first_stage AFTER INSERT ON public.dataset_import FOR EACH ROW EXECUTE FUNCTION note_import_stage();

CREATE TRIGGER note_stage AFTER UPDATE OF stage ON public.dataset_import FOR EACH ROW WHEN ((new.stage IS DISTINCT FROM old.stage)) EXECUTE FUNCTION note_import_stage();

CREATE TRIGGER ask_office AFTER INSERT ON public.dataset_step FOR EACH ROW EXECUTE FUNCTION ask_office('actor', 'taken_at', '{dedicatedOfficer}');

CREATE TRIGGER ask_office AFTER INSERT ON public.finding FOR EACH ROW EXECUTE FUNCTION ask_office('raised_by', 'raised_at', '{dedicatedOfficer,manager,auditor,ethics,civilAffairs}', 'raised_as');

CREATE TRIGGER announce_access_change AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.integration FOR EACH STATEMENT EXECUTE FUNCTION announce_access_change();

CREATE TRIGGER announce_access_change AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.integration_address FOR EACH STATEMENT EXECUTE FUNCTION announce_access_change();

CREATE TRIGGER announce_access_change AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.integration_scope FOR EACH STATEMENT EXECUTE FUNCTION announce_access_change();

CREATE TRIGGER ask_office AFTER INSERT ON public.integration_step FOR EACH ROW WHEN ((new.actor_role <> ALL (ARRAY['applicant'::text, 'platform'::text, 'system'::text]))) EXECUTE FUNCTION ask_office('actor', 'taken_at', '{caseOfficer,dedicatedOfficer,manager}', 'actor_role');

CREATE TRIGGER ask_what_waits AFTER UPDATE ON public.ip_inventory FOR EACH ROW EXECUTE FUNCTION ask_what_waits();

CREATE TRIGGER closed_once BEFORE UPDATE ON public.ip_inventory FOR EACH ROW WHEN ((old.closed_at IS NOT NULL)) EXECUTE FUNCTION refuse_change('the review is closed');

CREATE TRIGGER ask_office AFTER UPDATE ON public.ip_inventory_finding FOR EACH ROW WHEN ((new.decided_by IS DISTINCT FROM 'platform'::text)) EXECUTE FUNCTION ask_office('decided_by', 'decided_at', '{dedicatedOfficer}');

CREATE TRIGGER decided_once BEFORE UPDATE ON public.ip_inventory_finding FOR EACH ROW WHEN ((old.outcome IS NOT NULL)) EXECUTE FUNCTION refuse_change('the address has been decided');

CREATE TRIGGER ask_office AFTER INSERT ON public.log_disposal_step FOR EACH ROW WHEN ((new.actor_role <> 'platform'::text)) EXECUTE FUNCTION ask_office('actor', 'taken_at', '{manager,dedicatedOfficer,caseOfficer}', 'actor_role');

CREATE TRIGGER ask_whether_disposed AFTER INSERT ON public.log_disposal_step FOR EACH ROW WHEN ((new.step = 'dispose'::text)) EXECUTE FUNCTION ask_whether_disposed();

CREATE TRIGGER ask_office AFTER INSERT ON public.log_retention FOR EACH ROW EXECUTE FUNCTION ask_office('actor', 'raised_at', '{manager}', 'actor_role');

CREATE TRIGGER log_retention_is_raised BEFORE INSERT ON public.log_retention FOR EACH ROW EXECUTE FUNCTION log_retention_is_raised();

CREATE TRIGGER keep_log_tile BEFORE UPDATE ON public.log_tile FOR EACH ROW EXECUTE FUNCTION keep_log_tile();

CREATE TRIGGER keep_log_size BEFORE UPDATE ON public.log_tree FOR EACH ROW EXECUTE FUNCTION keep_log_size();

CREATE TRIGGER not_ahead BEFORE INSERT ON public.password FOR EACH ROW WHEN ((new.set_at > (records_clock() + '00:05:00'::interval))) EXECUTE FUNCTION refuse_change('a password is set now');

CREATE TRIGGER not_ahead BEFORE INSERT OR UPDATE ON public.session FOR EACH ROW WHEN ((GREATEST(new.began_at, new.last_seen_at) > (records_clock() + '00:05:00'::interval))) EXECUTE FUNCTION refuse_change('a session is used now');


-- Grants (nobody else but the owner may do anything)

grant usage on schema public to platform_api;

grant usage on schema public to platform_appointer;

grant usage on schema public to platform_console;

grant usage on schema public to platform_log_reader;

grant usage on schema public to platform_worker;

grant insert, select on abnormal_signal to platform_api;

grant select on abnormal_signal to platform_worker;

grant update on abnormal_signal (neighbours) to platform_api;

grant select on abnormal_use_alert to platform_console;

grant select on abnormal_use_alert to platform_worker;

grant insert on abnormal_use_alert (alert_key) to platform_worker;

grant insert, update on abnormal_use_alert (counts) to platform_worker;

grant update on abnormal_use_alert (decided_as) to platform_worker;

grant update on abnormal_use_alert (decided_at) to platform_worker;

grant update on abnormal_use_alert (decided_by) to platform_worker;

grant update on abnormal_use_alert (decision_reason) to platform_worker;

grant update on abnormal_use_alert (finding_number) to platform_worker;

grant insert on abnormal_use_alert (found_at) to platform_worker;

grant insert on abnormal_use_alert (integration_id) to platform_worker;

grant insert on abnormal_use_alert (kind) to platform_worker;

grant update on abnormal_use_alert (state) to platform_worker;

grant update on abnormal_use_alert (version) to platform_worker;

grant insert on abnormal_use_alert (window_from) to platform_worker;

grant insert on abnormal_use_alert (window_until) to platform_worker;

grant select on abnormal_use_watch to platform_worker;

grant update on abnormal_use_watch (watched_until) to platform_worker;

grant select on access_version to platform_api;

grant select on access_version to platform_worker;

grant insert, select on account to platform_appointer;

grant select on account to platform_console;

grant update on account (failing_since) to platform_appointer;

grant update on account (failing_since) to platform_console;

grant update on account (failures) to platform_appointer;

grant update on account (failures) to platform_console;

grant update on account (set_up_hash) to platform_appointer;

grant update on account (set_up_hash) to platform_console;

grant update on account (set_up_until) to platform_appointer;

grant update on account (set_up_until) to platform_console;

grant update on account (totp_enrolled_at) to platform_appointer;

grant update on account (totp_enrolled_at) to platform_console;

grant update on account (totp_key_id) to platform_appointer;

grant update on account (totp_key_id) to platform_console;

grant update on account (totp_last_step) to platform_appointer;

grant update on account (totp_last_step) to platform_console;

grant update on account (totp_secret) to platform_appointer;

grant update on account (totp_secret) to platform_console;

grant select on address_usage to platform_console;

grant insert, select on address_usage to platform_worker;

grant update on address_usage (last_used_on) to platform_worker;

grant insert on admin_trail to platform_appointer;

grant insert, select on admin_trail to platform_console;

grant insert on admin_trail to platform_log_reader;

grant insert on admin_trail to platform_worker;

grant select on agency to platform_console;

grant select on agency to platform_log_reader;

grant insert, select on agency to platform_worker;

grant select on application to platform_console;

grant insert, select on application to platform_worker;

grant update on application (approved_checks) to platform_worker;

grant update on application (approved_from) to platform_worker;

grant update on application (approved_until) to platform_worker;

grant update on application (contact) to platform_worker;

grant update on application (improvement) to platform_worker;

grant update on application (integration_id) to platform_worker;

grant update on application (legal_basis) to platform_worker;

grant update on application (letter) to platform_worker;

grant update on application (purpose) to platform_worker;

grant update on application (requested_addresses) to platform_worker;

grant update on application (requested_checks) to platform_worker;

grant update on application (requested_from) to platform_worker;

grant update on application (requested_until) to platform_worker;

grant update on application (shared_addresses) to platform_worker;

grant update on application (stage) to platform_worker;

grant update on application (system_name) to platform_worker;

grant delete, insert, select on application_attachment to platform_console;

grant delete on application_attachment to platform_worker;

grant update on application_attachment (application_number) to platform_console;

grant select on application_attachment (application_number) to platform_worker;

grant select on application_attachment (draft_id) to platform_worker;

grant insert, select on application_draft to platform_console;

grant delete on application_draft to platform_worker;

grant update on application_draft (application_number) to platform_console;

grant select on application_draft (begun_at) to platform_worker;

grant select on application_draft (draft_id) to platform_worker;

grant update on application_draft (key_id) to platform_console;

grant update on application_draft (saved_at) to platform_console;

grant select on application_draft (saved_at) to platform_worker;

grant update on application_draft (sealed) to platform_console;

grant usage on application_number_sequence to platform_console;

grant insert, select on appointment to platform_appointer;

grant select on appointment to platform_console;

grant select on appointment to platform_worker;

grant update on appointment (end_reason) to platform_appointer;

grant update on appointment (ended_by) to platform_appointer;

grant update on appointment (valid_until) to platform_appointer;

grant select on credential to platform_api;

grant insert, select on credential to platform_worker;

grant select on credential (credential_id) to platform_console;

grant select on credential (integration_id) to platform_console;

grant select on credential (replaces) to platform_console;

grant select on credential (revoked_at) to platform_console;

grant update on credential (revoked_at) to platform_worker;

grant select on credential (valid_from) to platform_console;

grant select on credential (valid_until) to platform_console;

grant insert, select, update on daily_usage to platform_api;

grant select on daily_usage to platform_console;

grant select on daily_usage to platform_worker;

grant select on database_size to platform_console;

grant insert, select on database_size to platform_worker;

grant select on dataset to platform_worker;

grant select on dataset (approved_from) to platform_api;

grant select on dataset (approved_from) to platform_console;

grant select on dataset (approved_until) to platform_api;

grant select on dataset (approved_until) to platform_console;

grant select on dataset (bad_rows_allowed) to platform_console;

grant select on dataset (current_generation_id) to platform_api;

grant select on dataset (current_generation_id) to platform_console;

grant select on dataset (dataset_code) to platform_api;

grant select on dataset (dataset_code) to platform_console;

grant select on dataset (dataset_id) to platform_api;

grant select on dataset (dataset_id) to platform_console;

grant select on dataset (dataset_name) to platform_console;

grant select on dataset (maximum_age_days) to platform_api;

grant select on dataset (maximum_age_days) to platform_console;

grant select on dataset (owner_unit) to platform_console;

grant insert, select on dataset_import to platform_worker;

grant select on dataset_import (as_of) to platform_console;

grant update on dataset_import (as_of) to platform_worker;

grant select on dataset_import (bad_rows) to platform_console;

grant update on dataset_import (bad_rows) to platform_worker;

grant select on dataset_import (dataset_id) to platform_console;

grant update on dataset_import (dataset_id) to platform_worker;

grant select on dataset_import (delivered_by) to platform_console;

grant select on dataset_import (file_bytes) to platform_console;

grant update on dataset_import (file_bytes) to platform_worker;

grant update on dataset_import (file_found) to platform_worker;

grant select on dataset_import (file_name) to platform_console;

grant update on dataset_import (file_sha256) to platform_worker;

grant update on dataset_import (finished_at) to platform_worker;

grant select on dataset_import (import_id) to platform_console;

grant update on dataset_import (other_recipients) to platform_worker;

grant select on dataset_import (quarantined_until) to platform_console;

grant update on dataset_import (quarantined_until) to platform_worker;

grant select on dataset_import (received_at) to platform_console;

grant select on dataset_import (recipient_fingerprint) to platform_console;

grant update on dataset_import (recipient_fingerprint) to platform_worker;

grant select on dataset_import (rejected_lines) to platform_console;

grant update on dataset_import (rejected_lines) to platform_worker;

grant select on dataset_import (rejection_code) to platform_console;

grant update on dataset_import (rejection_code) to platform_worker;

grant select on dataset_import (rows_read) to platform_console;

grant update on dataset_import (rows_read) to platform_worker;

grant select on dataset_import (signed_at) to platform_console;

grant update on dataset_import (signed_at) to platform_worker;

grant select on dataset_import (signer_fingerprint) to platform_console;

grant update on dataset_import (signer_fingerprint) to platform_worker;

grant select on dataset_import (stage) to platform_console;

grant update on dataset_import (stage) to platform_worker;

grant select on dataset_import_stage to platform_console;

grant select on dataset_step to platform_console;

grant insert, select on dataset_step to platform_worker;

grant select on delivery_key to platform_console;

grant insert, select on delivery_key to platform_worker;

grant update on delivery_key (destroyed_at) to platform_worker;

grant update on delivery_key (private_half_found) to platform_worker;

grant select on destruction_certificate to platform_console;

grant insert, select on destruction_certificate to platform_worker;

grant select on finding to platform_console;

grant insert, select on finding to platform_worker;

grant insert, select on generation to platform_worker;

grant select on generation (as_of) to platform_api;

grant select on generation (as_of) to platform_console;

grant update on generation (as_of) to platform_worker;

grant select on generation (dataset_id) to platform_api;

grant select on generation (dataset_id) to platform_console;

grant select on generation (generation_id) to platform_api;

grant select on generation (generation_id) to platform_console;

grant select on generation (import_id) to platform_console;

grant select on generation (index_key_check) to platform_api;

grant select on generation (index_key_id) to platform_api;

grant select on generation (row_count) to platform_api;

grant select on generation (row_count) to platform_console;

grant update on generation (row_count) to platform_worker;

grant update on generation (signed_at) to platform_worker;

grant select on generation (switched_at) to platform_console;

grant insert, select on hourly_use to platform_worker;

grant insert, select on idempotent_request to platform_api;

grant delete, select on idempotent_request to platform_worker;

grant select on integration to platform_api;

grant select on integration to platform_console;

grant select on integration to platform_log_reader;

grant insert, select on integration to platform_worker;

grant update on integration (approved_from) to platform_worker;

grant update on integration (approved_until) to platform_worker;

grant update on integration (state) to platform_worker;

grant update on integration (suspended_for) to platform_worker;

grant update on integration (system_name) to platform_worker;

grant select on integration_address to platform_api;

grant select on integration_address to platform_console;

grant delete, insert, select on integration_address to platform_worker;

grant select on integration_scope to platform_api;

grant select on integration_scope to platform_console;

grant delete, insert, select on integration_scope to platform_worker;

grant select on integration_step to platform_console;

grant insert, select on integration_step to platform_worker;

grant select on ip_inventory to platform_console;

grant select on ip_inventory to platform_worker;

grant insert on ip_inventory (address_count) to platform_worker;

grant update on ip_inventory (closed_at) to platform_worker;

grant insert on ip_inventory (deadline_at) to platform_worker;

grant insert on ip_inventory (inventory_number) to platform_worker;

grant insert on ip_inventory (opened_at) to platform_worker;

grant insert on ip_inventory (used_since) to platform_worker;

grant insert on ip_inventory (workflow_id) to platform_worker;

grant select on ip_inventory_finding to platform_console;

grant select on ip_inventory_finding to platform_worker;

grant insert on ip_inventory_finding (address) to platform_worker;

grant update on ip_inventory_finding (decided_at) to platform_worker;

grant update on ip_inventory_finding (decided_by) to platform_worker;

grant insert on ip_inventory_finding (findings) to platform_worker;

grant insert on ip_inventory_finding (integration_id) to platform_worker;

grant insert on ip_inventory_finding (inventory_number) to platform_worker;

grant insert on ip_inventory_finding (last_used_on) to platform_worker;

grant update on ip_inventory_finding (outcome) to platform_worker;

grant update on ip_inventory_finding (reason) to platform_worker;

grant select on legal_hold to platform_worker;

grant select on log_checkpoint to platform_api;

grant select on log_checkpoint to platform_console;

grant select on log_checkpoint to platform_log_reader;

grant insert, select on log_checkpoint to platform_worker;

grant update on log_checkpoint (signed_at) to platform_worker;

grant update on log_checkpoint (signed_note) to platform_worker;

grant update on log_checkpoint (tree_size) to platform_worker;

grant select on log_cosignature to platform_api;

grant select on log_cosignature to platform_console;

grant select on log_cosignature to platform_log_reader;

grant insert, select on log_cosignature to platform_worker;

grant update on log_cosignature (cosigned_at) to platform_worker;

grant update on log_cosignature (signed_note) to platform_worker;

grant update on log_cosignature (tree_size) to platform_worker;

grant insert, select on log_disagreement to platform_worker;

grant update on log_disagreement (settled_at) to platform_worker;

grant select on log_disposal to platform_console;

grant select on log_disposal to platform_log_reader;

grant select on log_disposal to platform_worker;

grant select on log_disposal_step to platform_console;

grant insert, select on log_disposal_step to platform_worker;

grant select on log_head to platform_api;

grant select on log_head to platform_console;

grant select on log_head to platform_log_reader;

grant select on log_head to platform_worker;

grant update on log_head (size) to platform_api;

grant select on log_retention to platform_console;

grant insert, select on log_retention to platform_worker;

grant select on log_tile to platform_api;

grant select on log_tile to platform_log_reader;

grant insert, select on log_tile to platform_worker;

grant update on log_tile (hashes) to platform_worker;

grant select on log_tree to platform_api;

grant select on log_tree to platform_worker;

grant update on log_tree (size) to platform_worker;

grant delete, insert, select on log_witness to platform_worker;

grant select on log_witness_heard to platform_api;

grant select on log_witness_heard to platform_console;

grant select on log_witness_heard to platform_worker;

grant delete on login_network to platform_appointer;

grant delete, insert, select on login_network to platform_console;

grant select on login_network (account) to platform_appointer;

grant update on login_network (failures) to platform_console;

grant update on login_network (locked_until) to platform_console;

grant update on login_network (logged_in_at) to platform_console;

grant update on login_network (tried_at) to platform_console;

grant select on notice to platform_console;

grant insert, select on notice to platform_worker;

grant select on notice (cancelled_at) to platform_api;

grant update on notice (cancelled_at) to platform_worker;

grant select on notice (due_at) to platform_api;

grant select on notice (sent_at) to platform_api;

grant update on notice (sent_at) to platform_worker;

grant insert, select on notice_mail to platform_worker;

grant select on open_log_disagreement to platform_api;

grant select on open_log_disagreement to platform_console;

grant select on open_log_disagreement to platform_worker;

grant insert, select on paper_application_number to platform_console;

grant update on paper_application_number (application_number) to platform_console;

grant insert, select on password to platform_console;

grant insert, select on query_log to platform_api;

grant select on query_log to platform_log_reader;

grant select on query_log to platform_worker;

grant select on query_log_opening to platform_log_reader;

grant select on query_log_opening (account) to platform_console;

grant select on query_log_opening (account_role) to platform_console;

grant select on query_log_opening (entry_ids) to platform_console;

grant select on query_log_opening (opened_at) to platform_console;

grant select on query_log_opening (opening_id) to platform_console;

grant select on query_log_opening (purpose) to platform_console;

grant select on query_log_opening (reason) to platform_console;

grant select on query_log_opening (reference) to platform_console;

grant delete on session to platform_appointer;

grant delete, insert, select on session to platform_console;

grant select on session (account) to platform_appointer;

grant update on session (last_seen_at) to platform_console;

grant select on subject_record to platform_api;

grant select on subject_record to platform_worker;

grant delete, insert, select on unseen_step to platform_worker;

grant execute on function count_log_month(date) to platform_console;

grant execute on function create_generation_table(integer) to platform_worker;

grant execute on function create_query_log_partitions(date,integer) to platform_worker;

grant execute on function dispose_of_log_month(date) to platform_worker;

grant execute on function drop_generation(integer,timestamp with time zone) to platform_worker;

grant execute on function finish_generation_table(integer) to platform_worker;

grant execute on function holds_office(text,text,timestamp with time zone) to platform_console;

grant execute on function holds_office(text,text,timestamp with time zone) to platform_worker;

grant execute on function index_past_log_month() to platform_worker;

grant execute on function is_answered_for(uuid) to platform_worker;

grant execute on function is_letter_on_record(uuid,text) to platform_console;

grant execute on function is_letter_on_record(uuid,text) to platform_worker;

grant execute on function is_submitted(uuid) to platform_console;

grant execute on function is_submitted(uuid) to platform_worker;

grant execute on function lock_dataset(smallint) to platform_worker;

grant execute on function log_month_sizes() to platform_console;

grant execute on function read_log_opening(bigint,text) to platform_console;

grant execute on function read_log_opening(bigint,text) to platform_log_reader;

grant execute on function record_log_opening(text,text,text,text,text,jsonb,uuid,boolean,integer) to platform_console;

grant execute on function record_log_opening(text,text,text,text,text,jsonb,uuid,boolean,integer) to platform_log_reader;

grant execute on function records_clock() to platform_console;

grant execute on function records_clock() to platform_worker;

grant execute on function rotate_credential(uuid,bytea,uuid,bytea,timestamp with time zone,timestamp with time zone) to platform_api;

grant execute on function server_data_directory() to platform_worker;

grant execute on function source_address_of(bytea) to platform_worker;

grant execute on function stop_credential(text,uuid,text,text,text) to platform_console;

grant execute on function stop_integration(text,text,text,text,text) to platform_console;

grant execute on function switch_generation(integer,timestamp with time zone) to platform_worker;

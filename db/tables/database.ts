import type { Generated } from "kysely";
import type { Duty } from "../../src/domain/appointment.ts";
import type { SessionStage } from "../../src/domain/console-action.ts";
import type { DatasetTables } from "./dataset.ts";

/** The tables that processes write; what the API's hot path reads is in plain SQL beside it. Dates are ISO 8601 texts, times are Date. */
export interface Database extends DatasetTables {
  agency: { agency_id: Generated<number>; agency_code: string; agency_name: string };
  application: {
    application_number: string;
    agency_id: number;
    system_name: string;
    legal_basis: string;
    purpose: string;
    requested_checks: string[];
    requested_addresses: string[];
    requested_from: string;
    requested_until: string;
    contact: string;
    submitted_by: string;
    submitted_at: Date;
    integration_id: number | null;
    kind: Generated<string>;
    stage: Generated<string>;
    improvement: string | null;
    approved_checks: string[] | null;
    approved_from: string | null;
    approved_until: string | null;
    shared_addresses: string[] | null;
    letter: unknown;
  };
  integration: {
    integration_id: Generated<number>;
    application_number: string;
    agency_id: number;
    system_name: string;
    state: string;
    approved_from: Date | null;
    approved_until: Date | null;
    requests_per_second: Generated<number>;
    subjects_per_day: Generated<number>;
    suspended_for: string | null;
  };
  integration_step: {
    step_id: Generated<string>;
    integration_id: number;
    step: string;
    actor: string;
    actor_role: string;
    reason: string;
    taken_at: Date;
    sequence: number;
    application_number: string | null;
    request_id: string | null;
    address: string | null;
    submitted: unknown;
    foreign_addresses: string[] | null;
  };
  notice: {
    notice_key: string;
    kind: string;
    recipient: string;
    about: string;
    due_at: Date;
    announces: Date;
    sent_at: Date | null;
    cancelled_at: Date | null;
  };
  address_usage: { integration_id: number; address: string; last_used_on: string };
  ip_inventory: {
    inventory_number: string;
    workflow_id: string;
    used_since: string;
    address_count: number;
    opened_at: Date;
    deadline_at: Date;
    closed_at: Date | null;
  };
  ip_inventory_finding: {
    inventory_number: string;
    integration_id: number;
    address: string;
    findings: string[];
    last_used_on: string | null;
    outcome: string | null;
    decided_by: string | null;
    reason: string | null;
    decided_at: Date | null;
  };
  integration_scope: { integration_id: number; check_code: string };
  integration_address: { integration_id: number; address: string; added_at: Date };
  credential: {
    credential_id: string;
    integration_id: number;
    secret_hash: Buffer;
    valid_from: Date;
    valid_until: Date;
    revoked_at: Date | null;
    /** The credential by which the system made this one itself. */
    replaces: Generated<string | null>;
  };
  account: {
    account: string;
    failures: Generated<number>;
    failing_since: Date | null;
    set_up_hash: Buffer | null;
    set_up_until: Date | null;
    totp_secret: Buffer | null;
    totp_key_id: string | null;
    totp_enrolled_at: Date | null;
    totp_last_step: string | null;
  };
  login_network: {
    account: string;
    network: string;
    failures: number;
    locked_until: Date | null;
    tried_at: Date;
    logged_in_at: Date | null;
  };
  password: { password_id: Generated<string>; account: string; argon2_hash: string; set_at: Date };
  appointment: {
    appointment_id: Generated<number>;
    account: string;
    duty: Duty;
    valid_from: Date;
    valid_until: Date | null;
    appointed_by: string;
    appointed_at: Date;
    reason: string;
    ended_by: string | null;
    end_reason: string | null;
    mail_address: string | null;
  };
  session: { token_hash: Buffer; account: string; stage: SessionStage; began_at: Date; last_seen_at: Date };
  admin_trail: {
    trail_id: Generated<string>;
    taken_at: Date;
    account: string | null;
    duty: string | null;
    action: string;
    object: string;
    address: string | null;
    outcome: string;
    reason: string | null;
  };
}

import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let owner: ReturnType<typeof openDatabase>;
let worker: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = openDatabase(database.ownerUrl, { max: 1 });
  worker = openDatabase(database.workerUrl, { max: 1 });
  await owner.pool.query(`
    insert into account (account) values ('wu.officer'), ('lin.manager'), ('chen.auditor'), ('gone.manager'), ('coming.manager');
    insert into appointment (account, duty, valid_from, valid_until, appointed_by, appointed_at, reason) values
      ('wu.officer', 'dedicatedOfficer', '2012-01-01', null, 'chief', now(), '府函'),
      ('lin.manager', 'manager', '2012-01-01', null, 'chief', now(), '府函'),
      ('chen.auditor', 'auditor', '2012-01-01', null, 'chief', now(), '府函'),
      ('gone.manager', 'manager', '2012-01-01', now() - interval '1 month', 'chief', now(), '府函'),
      ('coming.manager', 'manager', now() + interval '1 month', null, 'chief', now(), '府函');
    insert into agency (agency_code, agency_name) values ('tax', '稅務局');
    insert into application (application_number, agency_id, system_name, legal_basis, purpose, requested_checks, requested_addresses, requested_from,
        requested_until, contact, submitted_by, submitted_at)
      values ('a-1', 1, '地方稅', 'x', 'x', '{resident}', '{10.0.0.1}', '2026-01-01', '2027-01-01', 'x', 'tax', now());
    insert into integration (application_number, agency_id, system_name, state, approved_from, approved_until)
      values ('a-1', 1, '地方稅', 'active', now(), now() + interval '1 year');
    insert into ip_inventory (inventory_number, workflow_id, used_since, address_count, opened_at, deadline_at)
      values ('r-1', 'w', '2026-01-01', 2, now(), now() + interval '14 days');
    insert into ip_inventory_finding (inventory_number, integration_id, address, findings) values
      ('r-1', 1, '10.0.0.1', '{idle}'), ('r-1', 1, '10.0.0.2', '{idle}')`);
});
afterAll(async () => {
  await Promise.all([owner.close(), worker.close()]);
  await database.drop();
});

const refused = (statement: string, values: unknown[] = []) =>
  expect(worker.pool.query(statement, values), `${statement} ${values}`).rejects;
const NOT_NOW = [
  ["gone.manager", "manager", "2020-06-01"],
  ["lin.manager", "manager", "2020-06-01"],
  ["coming.manager", "manager", "2099-06-01"],
  ["lin.manager", "dedicatedOfficer", "now"],
] as const;

test("§3(1) steps are in the name of who holds the office now: nobody's of then or to come, and nobody's of years ago", async () => {
  for (const [account, role, at] of NOT_NOW) {
    await refused(
      "insert into integration_step (integration_id, sequence, step, actor, actor_role, reason, taken_at) values (1, 1, 'resume', $1, $2, 'x', $3)",
      [...[account, role, at]],
    ).toThrow("only somebody in office");
    await refused("insert into finding values (1, gen_random_uuid(), 1, 'minor', 'x', '2030-01-01', $1, $2, $3)", [
      account,
      role,
      at,
    ]).toThrow("only somebody in office");
  }
  // A step waits while the records can't be reached.
  await worker.pool.query(`insert into integration_step (integration_id, sequence, step, actor, actor_role, reason, taken_at)
    values (1, 1, 'resume', 'lin.manager', 'manager', 'x', now() - interval '20 hours')`);
});

test("§3(10) an alert begins open, and is decided once: found to be nothing by the dedicated officer or a manager only", async () => {
  await refused(`insert into abnormal_use_alert (alert_key, integration_id, kind, window_from, window_until, counts, found_at, state, decided_by,
    decision_reason, decided_at) values ('k', 1, 'off-hours', now(), now(), '{}', now(), 'dismissed', 'nobody', 'x', now())`).toThrow(
    "permission denied",
  );
  await worker.pool.query(`insert into abnormal_use_alert (alert_key, integration_id, kind, window_from, window_until, counts, found_at)
    values ('k', 1, 'off-hours', now(), now(), '{}', now())`);
  const dismiss =
    "update abnormal_use_alert set state = 'dismissed', decision_reason = 'x', decided_by = $1, decided_as = $2, decided_at = $3";
  for (const values of [...NOT_NOW, ["chen.auditor", "auditor", "now"] as const, ["wu.officer", "dedicatedOfficer", null] as const])
    await refused(dismiss, [...values]).toThrow("in office");
  await worker.pool.query(dismiss, ["wu.officer", "dedicatedOfficer", "now"]);
  await refused(dismiss, ["lin.manager", "manager", "now"]).toThrow("has been decided");
  await refused("update abnormal_use_alert set state = 'open', decided_by = null, decision_reason = null").toThrow("has been decided");
});

test("§3(8) a found address is decided once, by the dedicated officer, or removed by the platform; a review is closed once, when nothing waits", async () => {
  const decide = "update ip_inventory_finding set outcome = $1, decided_by = $2, reason = 'x', decided_at = $3 where address = $4";
  for (const [account, at] of [
    ["nobody.at.all", "now"],
    ["lin.manager", "now"],
    ["wu.officer", "2020-01-01"],
  ])
    await refused(decide, ["kept", account, at, "10.0.0.1"]).toThrow("in office");
  await refused(decide, ["kept", "platform", "now", "10.0.0.1"]).toThrow("check constraint");
  await worker.pool.query(decide, ["kept", "wu.officer", "now", "10.0.0.1"]);
  await refused(decide, ["removed", "wu.officer", "now", "10.0.0.1"]).toThrow("has been decided");
  await refused("update ip_inventory_finding set outcome = null, decided_by = null, reason = null, decided_at = null").toThrow(
    "has been decided",
  );
  await refused("update ip_inventory set closed_at = now()").toThrow("wait for a decision");
  await worker.pool.query(decide, ["removed", "platform", "now", "10.0.0.2"]);
  await worker.pool.query("update ip_inventory set closed_at = now()");
  await refused("update ip_inventory set closed_at = null").toThrow("is closed");
});

test("§3(1) §3(2) only the appointer resets an account; passwords and sessions begin now", async () => {
  const console_ = openDatabase(database.consoleUrl, { max: 1 });
  const appointer = openDatabase(database.appointerUrl, { max: 1 });
  const reset = "update account set set_up_hash = sha256('t'), set_up_until = now() + interval '1 day' where account = 'wu.officer'";
  await expect(console_.pool.query(reset)).rejects.toThrow("only platform_appointer resets");
  await appointer.pool.query(reset);
  await expect(
    console_.pool.query("update account set set_up_until = now() + interval '9 years' where set_up_hash is not null"),
  ).rejects.toThrow("only platform_appointer");
  await console_.pool.query("update account set set_up_hash = null, set_up_until = null");
  for (const moment of ["2099-01-01", "tomorrow"]) {
    await expect(
      console_.pool.query("insert into password (account, argon2_hash, set_at) values ('wu.officer', '$argon2id$x', $1)", [moment]),
    ).rejects.toThrow("is set now");
    for (const moments of [
      [moment, "now"],
      ["now", moment],
    ])
      await expect(console_.pool.query("insert into session values (sha256('s'), 'wu.officer', 'full', $1, $2)", moments)).rejects.toThrow(
        "is used now",
      );
  }
  await console_.pool.query("insert into session values (sha256('s'), 'wu.officer', 'full', now(), now())");
  await expect(console_.pool.query("update session set last_seen_at = now() + interval '1 day'")).rejects.toThrow("is used now");
  await Promise.all([console_.close(), appointer.close()]);
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { monthOfEntry } from "../../src/domain/query-log-form.ts";
import { MANAGER } from "../support/integration.ts";
import { createLogPlatform, type LogPlatform } from "../support/log-platform.ts";

let platform: LogPlatform;

beforeAll(async () => {
  platform = await createLogPlatform();
  for (const month of ["2020-01", "2020-02"]) await platform.askAt(`${month}-20T12:00:00+08:00`);
  await platform.keeping.settle();
});
afterAll(() => platform.stop());

describe("the database itself", () => {
  const dispose = async (month: string) =>
    (await platform.context.pool.query("select dispose_of_log_month($1) as outcome", [`${month}-01`])).rows[0].outcome;
  const stepBehindTheRules = (month: string, step: string, actor: string, role: string, at = new Date()) =>
    platform.context.pool.query(
      "insert into log_disposal_step select $1, coalesce(max(sequence), 0) + 1, $2, null, $3, $4, 'x', $5, $6 from log_disposal_step where month = $1",
      [`${month}-01`, step, actor, role, at, role === "platform" ? null : randomUUID()],
    );

  test("§4(1)5 drops nothing that is younger than five years, unknown, or not approved by another manager", async () => {
    expect(await dispose(monthOfEntry(Date.now()))).toBe("too-young");
    expect(await dispose("2018-01")).toBe("no-such-month");
    expect(await dispose("2020-01")).toBe("not-approved");
    await stepBehindTheRules("2020-01", "approve", MANAGER.account, "manager");
    expect(await dispose("2020-01"), "nobody proposed it").toBe("not-approved");
    await stepBehindTheRules("2020-01", "propose", "platform", "platform");
    for (const who of ["platform platform", "platform manager", `${MANAGER.account} dedicatedOfficer`, "nobody.manager manager"]) {
      const [actor, role] = who.split(" ") as [string, string];
      await expect(stepBehindTheRules("2020-01", "approve", actor, role), who).rejects.toThrow(/somebody in office|check constraint/);
    }
    for (const step of ["approve", "propose"])
      await expect(stepBehindTheRules("2020-01", step, "chen.auditor", "auditor"), step).rejects.toThrow(/in office|check constraint/);
    await expect(stepBehindTheRules("2020-01", "dispose", "platform", "platform")).rejects.toThrow("was not disposed of");
    // In office once, in the month and after it: nothing is put on record years later as if it had been done then.
    await platform.api.owner.pool.query(`insert into account (account) values ('gone.manager');
      insert into appointment (account, duty, valid_from, valid_until, appointed_by, appointed_at, reason)
        values ('gone.manager', 'manager', '2019-01-01', '2021-02-01', 'chief', '2019-01-01', '府函')`);
    for (const day of ["2019-01-15", "2021-01-15", "2099-01-15"])
      await expect(stepBehindTheRules("2020-01", "approve", "gone.manager", "manager", new Date(day)), day).rejects.toThrow("in office");
    expect(await dispose("2020-01")).toBe("not-approved");
    for (const theft of [
      "drop table query_log_2020_01",
      "delete from query_log",
      "delete from log_disposal_step",
      "insert into log_disposal values (now(), 0, '[]', null, 'x', now())",
    ])
      await expect(platform.context.pool.query(theft), theft).rejects.toThrow(/permission denied|must be owner/);
    await expect(
      platform.context.pool.query("create or replace function records_clock() returns timestamptz language sql as 'select now()'"),
    ).rejects.toThrow("permission denied");
    expect(await platform.entriesOf("2020-01")).toBe(1);
  });

  test("§4(2)5 drops nothing that the tree does not hold yet, or that is in it twice", async () => {
    await platform.askAt("2020-02-21T12:00:00+08:00", 2);
    await stepBehindTheRules("2020-02", "propose", "platform", "platform");
    await stepBehindTheRules("2020-02", "approve", MANAGER.account, "manager");
    expect(await dispose("2020-02")).toBe("entries-not-covered");
    await platform.keeping.settle();
    await platform.api.owner.pool.query(
      "insert into query_log select uuidv7(), asked_at, integration_id, operator, operation_code, outcome, case_number_index, subject_index, leaf_hash, entry, leaf_index from query_log_2020_02 order by leaf_index desc limit 1",
    );
    expect(await dispose("2020-02")).toBe("entries-differ");
  });
});

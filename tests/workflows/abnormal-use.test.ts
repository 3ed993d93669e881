import { randomUUID } from "node:crypto";
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { alertsOf } from "../../src/abnormal-use-client.ts";
import { runAbnormalUseCommand } from "../../src/abnormal-use-command.ts";
import { createAbnormalUseActivities } from "../../src/activities/abnormal-use.ts";
import { createFindingActivities } from "../../src/activities/finding.ts";
import type { FindingRequest } from "../../src/domain/finding.ts";
import { findingsOf } from "../../src/finding-client.ts";
import { ensureSchedule } from "../../src/schedules.ts";
import { setRecordsClock } from "../support/database.ts";
import { createLogPlatform, type LogPlatform } from "../support/log-platform.ts";
import { madeUpId, PEOPLE } from "../support/people.ts";

/** A Tuesday. */
const at = (time: string) => `2026-10-20T${time}+08:00`;
const PERSON = { nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name };
const OTHER = { nationalId: PEOPLE.variant.nationalId, name: PEOPLE.variant.name };
/** Made-up numbers, one after the other. */
const walk = (from: number) => ({
  subjects: Array.from({ length: 60 }, (_, place) => ({ nationalId: madeUpId(from + place), name: "李小華" })),
});
let platform: LogPlatform;

beforeAll(async () => {
  platform = await createLogPlatform();
  await platform.startWorker();
  // Everything here is of that autumn.
  await setRecordsClock(platform.api.owner.pool, Date.parse("2026-10-01T00:00:00+08:00"));
  // In each of the four weeks before, a hundred subjects at ten in the morning.
  await platform.api.owner.pool.query(
    `insert into hourly_use select $1, day at time zone 'Asia/Taipei', 100
      from generate_series(timestamp '2026-09-22 10:00', timestamp '2026-10-19 10:00', interval '1 day') day`,
    [platform.integrationId],
  );
});
afterAll(() => platform.stop());
beforeEach(async () => {
  await platform.api.owner.pool.query("truncate abnormal_use_alert, notice, notice_mail restart identity");
});

const rows = async (query: string) => (await platform.api.owner.pool.query(query)).rows;
const kinds = async () => (await rows("select kind from abnormal_use_alert order by kind")).map(({ kind }) => kind);
/** As a worker does shortly after the hour. */
async function watchAt(moment: string): Promise<void> {
  platform.clock = Date.parse(moment);
  await platform.api.flush();
  await new MockActivityEnvironment().run(createAbnormalUseActivities(platform.context).watchUse);
}

describe("the hourly watch", () => {
  test("§3(10) leaves an hour as usual in peace, and counts no refused question", async () => {
    await platform.askAt(at("09:10:00"), 20, { subjects: walk(700_000).subjects.slice(0, 20) });
    await expect(platform.askAt(at("09:20:00"), 900, { reason: "." })).rejects.toThrow("200");
    await watchAt(at("10:02:00"));
    expect(await kinds()).toEqual([]);
    expect(await rows("select subjects from hourly_use where hour = '2026-10-20T09:00:00+08:00'")).toEqual([{ subjects: 20 }]);
  });

  test("§3(10) finds a walk through numbers with many misses and an unusual volume, once for all workers, without anybody's data", async () => {
    const receipts = await platform.askAt(at("10:10:00"), 250);
    platform.clock = Date.parse(at("11:02:00"));
    await platform.api.flush();
    await Promise.all([1, 2, 3, 4].map(() => new MockActivityEnvironment().run(createAbnormalUseActivities(platform.context).watchUse)));
    expect(await rows("select kind, counts, state from abnormal_use_alert order by kind")).toEqual([
      { kind: "hourly-volume", counts: { subjects: 250, usual: 100 }, state: "open" },
      { kind: "many-no-match", counts: { subjects: 250, noMatch: 250 }, state: "open" },
      { kind: "sequential-numbers", counts: { subjects: 250, neighbours: 218 }, state: "open" },
    ]);
    expect(await rows("select distinct kind, recipient, count(*)::int as times from notice group by 1, 2")).toEqual([
      { kind: "abnormal-use", recipient: "dedicatedOfficer", times: 3 },
    ]);
    const everything = JSON.stringify(await rows("select a, n, s from abnormal_use_alert a, notice n, abnormal_signal s"));
    const [{ subject }] = await rows(
      `select encode(subject_index, 'hex') as subject from query_log where leaf_index = ${receipts[0]?.leafIndex}`,
    );
    expect(everything).not.toContain(subject);
    expect(everything).not.toMatch(/[a-z][1289a-d]\d{8}/i);
  });

  test("§3(10) finds one subject asked about for case after case, and questions at night, also in hours that nobody watched", async () => {
    for (const place of [1, 2, 3, 4, 5])
      await platform.askAt(at(`12:0${place}:00`), 1, { caseNumber: `113-社-${place}`, subjects: [OTHER] });
    for (const minute of [1, 2]) await platform.askAt(at(`22:0${minute}:00`), 5, { subjects: Array.from({ length: 5 }, () => PERSON) });
    await watchAt(at("23:00:59"));
    expect(await kinds()).toEqual(["same-subject"]);
    await watchAt(at("23:01:00"));
    expect(await rows("select kind, counts, window_from as day from abnormal_use_alert order by kind")).toEqual([
      { kind: "off-hours", counts: { subjects: 10, usual: 0 }, day: new Date(at("00:00:00")) },
      { kind: "same-subject", counts: { subjects: 1, cases: 5, entries: 5 }, day: new Date(at("00:00:00")) },
    ]);
  });

  test("§3(10) goes on every hour by its schedule, and makes up for the hours that it missed", async () => {
    await platform.askAt("2026-10-21T03:10:00+08:00", 60, walk(80_000));
    platform.clock = Date.parse("2026-10-21T08:05:00+08:00");
    await platform.api.flush();
    const schedule = platform.client.schedule.getHandle(
      await ensureSchedule(platform.client, platform.context.config.taskQueue, "abnormal-use"),
    );
    await schedule.trigger();
    await expect.poll(kinds).toEqual(["many-no-match", "off-hours", "sequential-numbers"]);
    await expect
      .poll(() => rows("select watched_until as until from abnormal_use_watch"))
      .toEqual([{ until: new Date("2026-10-21T08:00:00+08:00") }]);
    await schedule.delete();
  });
});

test("§3(10) bin/abnormal-use lists alerts, dismisses one with a reason, and makes another a finding", async () => {
  await platform.askAt("2026-10-22T03:10:00+08:00", 60, walk(160_000));
  await watchAt("2026-10-22T04:05:00+08:00");
  const { taskQueue } = platform.context.config;
  const raise = findingsOf(platform.client, taskQueue);
  const run = (...argv: string[]) => runAbnormalUseCommand(argv, alertsOf(platform.client, taskQueue), raise);
  const as = ["--as", "wu.officer", "--role", "dedicated-officer", "--reason"];
  const listed = JSON.parse(await run("list", "--json"));
  expect(listed).toHaveLength(3);
  const [first, second] = listed.map(({ alertId }: { alertId: number }) => String(alertId)) as [string, string];
  await expect(run("dismiss", first, ...as, "夜間批次已報備", "--seen", "2")).rejects.toThrow("alert-changed");
  expect(await run("dismiss", first, ...as, "夜間批次已報備", "--seen", "1")).toBe(`Alert ${first} is dismissed.`);
  const decided = () => rows(`select decided_at, decided_as from abnormal_use_alert where alert_id = ${first}`);
  const before = await decided();
  platform.clock += 3_600_000;
  expect(await run("dismiss", first, ...as, "夜間批次已報備")).toContain("is dismissed");
  expect(await decided()).toEqual(before);
  await expect(platform.context.pool.query("update abnormal_use_alert set decided_by = 'nobody'")).rejects.toThrow();
  const due = ["--due", "2026-11-20"];
  await expect(run("finding", second, ...as, "未經核准之逐號查詢")).rejects.toThrow("due-out-of-range");
  expect(JSON.parse(await run("finding", second, ...as, "未經核准之逐號查詢", ...due, "--severity", "serious", "--json"))).toMatchObject({
    ...{ state: "finding", decidedBy: "wu.officer", findingNumber: 1 },
  });
  await expect(run("finding", first, ...as, "改判", ...due)).rejects.toThrow("(already-decided, clause 3(10))");
  await expect(run("finding", "999", ...as, "查無此號", ...due)).rejects.toThrow("alert-unknown");
  // Nothing of what was refused took a number.
  expect(await rows("select finding_number, severity, due_on::text, raised_by from finding")).toEqual([
    { finding_number: 1, severity: "serious", due_on: "2026-11-20", raised_by: "wu.officer" },
  ]);
  await expect(run("dismiss", first, ...as, "")).rejects.toThrow("application-incomplete");
  await expect(run("dismiss", first)).rejects.toThrow("--as ACCOUNT");
  await expect(run("forget", first)).rejects.toThrow('no action "forget"');
  await expect(run("dismiss", "x")).rejects.toThrow("by its number");
  expect(await run("list")).toBe("1 alerts.");
  expect(await run("list", "--all")).toBe("3 alerts.");
  for (const theft of [
    ...["delete from abnormal_use_alert", "delete from finding", "update finding set description = 'x'"],
    `update abnormal_use_alert set state = 'finding' where alert_id = ${first}`,
  ])
    await expect(platform.context.pool.query(theft), theft).rejects.toThrow(/permission denied|has been decided/);
  await expect(
    platform.context.pool.query(
      `insert into finding select 2, gen_random_uuid(), integration_id, 'minor', 'x', current_date, 'lin.manager', 'auditor', now()
        from integration limit 1`,
    ),
  ).rejects.toThrow("only somebody in office");
});

test("§5(2) §3(10) one request raises one finding, however often it comes; of two who raise one of the same alert, one does", async () => {
  await platform.askAt("2026-10-23T03:10:00+08:00", 60, walk(240_000));
  await watchAt("2026-10-23T04:05:00+08:00");
  const { raiseFinding } = createFindingActivities(platform.context);
  const [{ alert_id: alertId }] = await rows("select alert_id from abnormal_use_alert limit 1");
  const request = (about: FindingRequest["about"]): FindingRequest => ({
    ...{ requestId: randomUUID(), about, severity: "minor", description: "深夜逐號查詢", dueOn: "2026-11-20" },
    by: { account: "wu.officer", role: "dedicatedOfficer" },
  });
  const before = (await rows("select from finding")).length;
  const both = await Promise.allSettled([raiseFinding(request({ alertId })), raiseFinding(request({ alertId }))]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const [{ number }] = await rows(`select application_number as number from integration where integration_id = ${platform.integrationId}`);
  const again = request({ integrationNumber: number });
  expect(await Promise.all([raiseFinding(again), raiseFinding(again)])).toEqual([before + 2, before + 2]);
  expect(await rows("select finding_number from finding")).toHaveLength(before + 2);
  await expect(raiseFinding({ ...request({ integrationNumber: number }), by: { account: "nobody", role: "auditor" } })).rejects.toThrow(
    "office",
  );
  await expect(raiseFinding(request({ integrationNumber: "x" }))).rejects.toThrow("no integration");
  expect(await rows(`select recipient, announces from notice where about = 'finding/${before + 2}' order by 1`)).toEqual(
    ["dedicatedOfficer", "manager"].map((recipient) => ({ recipient, announces: new Date("2026-11-21T00:00:00+08:00") })),
  );
});

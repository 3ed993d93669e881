import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRetentionActivities } from "../../src/activities/retention.ts";
import { monthOfEntry } from "../../src/domain/query-log-form.ts";
import { stateOf } from "../../src/domain/retention.ts";
import { runRetentionCommand } from "../../src/retention-command.ts";
import { ensureSchedule } from "../../src/schedules.ts";
import { MANAGER, OFFICER, OTHER_MANAGER, say } from "../support/integration.ts";
import { codeOf } from "../support/integration-platform.ts";
import { createLogPlatform, type LogPlatform, type Receipt } from "../support/log-platform.ts";

let platform: LogPlatform;
const held = (matter = "政風-115-1", by = OFFICER) => ({ ...say(by), matter });
const stateOnRecord = async (month: string) => stateOf(await createRetentionActivities(platform.context).readDisposal(month));
const disposeOfMonth = (month: string) =>
  new MockActivityEnvironment().run(createRetentionActivities(platform.context).disposeOfMonth, month);
// The process hears of it a moment later.
async function expectState(month: string, state: string): Promise<void> {
  await expect.poll(() => stateOnRecord(month)).toBe(state);
  await expect.poll(async () => stateOf(await platform.retention.show(month))).toBe(state);
}
const rows = async (query: string) => (await platform.api.owner.pool.query(query)).rows;

let october: Receipt[];
let november: Receipt[];

beforeAll(async () => {
  platform = await createLogPlatform();
  await platform.startWorker();
  // As two API processes would write them around midnight.
  october = await platform.askAt("2020-10-31T23:59:59.990+08:00", 300);
  november = await platform.askAt("2020-11-01T00:00:00.010+08:00", 3);
  october.push(...(await platform.askAt("2020-10-31T23:59:59.999+08:00", 2)));
  november.push(...(await platform.askAt("2020-11-15T12:00:00+08:00", 2)));
  for (const month of ["2019-10", "2019-11", "2019-12", "2020-01", "2020-02"]) await platform.askAt(`${month}-20T12:00:00+08:00`);
  await platform.keeping.settle();
});
afterAll(() => platform.stop());

describe("the end of a month of the log", () => {
  test("§4(1)5 is proposed once a month, to a manager, and only when the time has come", async () => {
    const schedule = platform.client.schedule.getHandle(await ensureSchedule(platform.client, platform.context.config.taskQueue, "upkeep"));
    await schedule.trigger();
    await expectState("2020-11", "proposed");
    await schedule.trigger();
    await expect.poll(async () => (await schedule.describe()).info.recentActions.length).toBe(2);
    await schedule.delete();
    const proposals = await rows(
      "select to_char(month, 'YYYY-MM') as month, count(*)::int as times from log_disposal_step where step = 'propose' group by 1 order by 1",
    );
    expect(proposals).toEqual(
      ["2019-10", "2019-11", "2019-12", "2020-01", "2020-02", "2020-10", "2020-11"].map((month) => ({ month, times: 1 })),
    );
    expect(await rows("select kind, recipient from notice where about = 'retention/2020-11'")).toEqual([
      { kind: "disposal-proposed", recipient: "manager" },
    ]);
    expect((await platform.retention.list()).map(({ month }) => month)).toContain("2020-11");
  });

  test("§4(1)5 comes after a manager's approval: the entries are gone, and every receipt is still proved", async () => {
    expect(await platform.retention.approve("2020-10", say(MANAGER, "已屆保存年限"))).toMatchObject({ month: "2020-10" });
    await expectState("2020-10", "disposed");
    expect([await platform.entriesOf("2020-10"), await platform.entriesOf("2020-11")]).toEqual([0, 5]);
    for (const receipt of [october[0], october[255], october[256], october.at(-1), ...november])
      expect(await platform.proves(receipt as Receipt)).toBe(true);
    const { timeline, certificate } = await platform.retention.show("2020-10");
    expect(timeline.map(({ step, account, role }) => [step, account, role])).toEqual([
      ["propose", "platform", "platform"],
      ["approve", MANAGER.account, "manager"],
      ["dispose", "platform", "platform"],
    ]);
    expect(certificate).toMatchObject({
      entries: 302,
      ranges: [
        [0, 299],
        [303, 304],
      ],
      approvedBy: MANAGER.account,
    });
    expect(certificate?.checkpoint).toMatch(/^verify\.example\.gov\.tw\/queries\n312\n/);
    expect(Date.parse(certificate?.disposedAt ?? "")).toBeLessThanOrEqual(Date.now());
    expect(await codeOf(platform.retention.approve("2020-10", say(OTHER_MANAGER)))).toBe("already-disposed");
    expect(await codeOf(platform.retention.hold("2020-10", held()))).toBe("already-disposed");
    const [later] = await platform.askAt(new Date().toISOString());
    await platform.keeping.settle();
    expect(await platform.proves(later as Receipt)).toBe(true);
    expect(await platform.proves(october[7] as Receipt)).toBe(true);
  });

  test("§4(1)5 does not come under a legal hold, for as long as any matter needs the month", async () => {
    await platform.retention.hold("2019-10", held());
    await platform.retention.hold("2019-10", held("訴訟-2", MANAGER));
    expect(await codeOf(platform.retention.approve("2019-10", say(OTHER_MANAGER)))).toBe("under-legal-hold");
    await platform.retention.lift("2019-10", held("政風-115-1", MANAGER));
    expect(await codeOf(platform.retention.approve("2019-10", say(OTHER_MANAGER)))).toBe("under-legal-hold");
    expect((await rows("select matter from legal_hold where month = '2019-10-01'")).map(({ matter }) => matter)).toEqual(["訴訟-2"]);
    await platform.retention.lift("2019-10", held("訴訟-2", MANAGER));
    expect(await codeOf(platform.retention.approve("2019-10", say(MANAGER)))).toBe("own-proposal");
    expect(await platform.entriesOf("2019-10")).toBe(1);
    await platform.retention.approve("2019-10", say(OTHER_MANAGER));
    await expectState("2019-10", "disposed");
  });

  test("§4(1)5 a hold that is set while somebody reads the month, and so keeps it, takes the approval back", async () => {
    const dump = await platform.api.owner.pool.connect();
    await dump.query("begin");
    await dump.query("select count(*) from query_log");
    await platform.retention.approve("2019-11", say(MANAGER));
    expect(await disposeOfMonth("2019-11")).toEqual({ kept: "in-use", busy: true });
    await platform.retention.hold("2019-11", held());
    await dump.query("commit");
    dump.release();
    await expectState("2019-11", "proposed");
    expect(await platform.entriesOf("2019-11")).toBe(1);
  });

  test("§4(1)5 may be held long before its time, and is not for months that the log never had", async () => {
    const month = monthOfEntry(Date.now());
    await platform.retention.hold(month, held());
    expect(await stateOnRecord(month)).toBe("kept");
    expect(await codeOf(platform.retention.approve(month, say(MANAGER)))).toBe("not-proposed");
    expect(await codeOf(platform.retention.hold("2019-01", held()))).toBe("month-unknown");
    expect(await codeOf(platform.retention.hold("2999-01", held()))).toBe("month-malformed");
    await platform.client.workflow.getHandle(`retention/${platform.context.config.taskQueue}/${month}`).terminate();
    // The record is where a lost process begins again.
    expect(await codeOf(platform.retention.hold(month, held()))).toBe("already-held");
    await platform.client.workflow.getHandle(`retention/${platform.context.config.taskQueue}/${month}`).terminate();
  });

  test("§4(2)5 stops where an entry is not the one in the tree, and nothing is dropped", async () => {
    await platform.api.owner.pool.query("update query_log set entry = entry || '\\x20' where to_char(asked_at, 'YYYY-MM') = '2019-12'");
    await platform.retention.approve("2019-12", say(MANAGER));
    await expect.poll(async () => (await platform.retention.show("2019-12")).timeline.at(-1)?.reason).toBe("entries-differ");
    expect([await stateOnRecord("2019-12"), await platform.entriesOf("2019-12")]).toEqual(["proposed", 1]);
  });
});

test("§4(1)5 bin/retention lists months, holds, lifts and approves, and says which rule stands against a step", async () => {
  const run = (...argv: string[]) => runRetentionCommand(argv, (use) => use(platform.retention));
  const as = (account: string, role: string) => ["--as", account, "--role", role, "--reason", "測試理由"];
  expect(await run("hold", "2020-11", ...as("wu.officer", "dedicated-officer"), "--matter", "政風-1")).toBe(
    "Month 2020-11 is proposed, held for 政風-1.",
  );
  await expect(run("approve", "2020-11", ...as("lin.manager", "manager"))).rejects.toThrow("(under-legal-hold, clause 4(1)5)");
  await expect(run("approve", "2020-11", ...as("lin.manager", "dedicated-officer"), "--json")).rejects.toThrow("role-not-allowed");
  await expect(run("lift", "2020-11", ...as("lin.manager", "manager"))).rejects.toThrow("not-held");
  expect(await run("lift", "2020-11", ...as("lin.manager", "manager"), "--matter", "政風-1")).toBe("Month 2020-11 is proposed.");
  expect(JSON.parse(await run("approve", "2020-11", ...as("chen.manager", "manager"), "--json")).timeline).toHaveLength(4);
  await expectState("2020-11", "disposed");
  expect(await run("show", "2020-11")).toBe("Month 2020-11 is disposed.");
  expect(JSON.parse(await run("show", "2020-11", "--json")).certificate).toMatchObject({ entries: 5, approvedBy: "chen.manager" });
  expect(await run("list")).toMatch(/^\d+ months\.$/);
  await expect(run("approve")).rejects.toThrow("Name a step and a month");
  await expect(run("forget", "2020-11")).rejects.toThrow('no step "forget"');
  await expect(run("approve", "2020-11")).rejects.toThrow("--as ACCOUNT");
});

test("§4(1)5 §4(2)5 the time of retention is raised by bin/retention, for good: a month that was proposed is kept for longer", async () => {
  const run = (...argv: string[]) => runRetentionCommand(argv, (use) => use(platform.retention));
  const as = ["--as", "lin.manager", "--role", "manager", "--reason", "府計字第2號"];
  expect(await run("period")).toBe("The log is kept for 5 years.");
  expect(await run("raise", "27", ...as)).toBe("The log is kept for 27 years.");
  expect(JSON.parse(await run("period", "--json"))).toMatchObject([{ years: 5 }, { years: 27, account: "lin.manager" }]);
  // The same request twice, as a worker sends it that died before it heard the answer.
  const request = { ...say(MANAGER), years: 28 };
  await platform.retention.period(request);
  expect(await platform.retention.period(request)).toMatchObject([{ years: 5 }, { years: 27 }, { years: 28 }]);
  expect(await codeOf(platform.retention.period({ ...request, requestId: "x" }))).toBe("request-malformed");
  await expect(run("raise", "7", ...as)).rejects.toThrow("retention-not-raised");
  await expect(run("raise", "29", "--as", "nobody", ...as.slice(2))).rejects.toThrow("not-in-office");
  expect(await codeOf(platform.retention.approve("2020-01", say(MANAGER)))).toBe("not-due");
  expect(await disposeOfMonth("2020-01")).toEqual({ kept: "not-due", busy: false });
  expect(await createRetentionActivities(platform.context).listMonthsDue()).toEqual([]);
  const { pool } = platform.context;
  expect((await pool.query("select dispose_of_log_month('2020-01-01') as outcome")).rows).toEqual([{ outcome: "too-young" }]);
  for (const lower of ["7", "28", "4", "31"])
    await expect(
      pool.query("insert into log_retention values ($1, 'x', 'manager', 'x', now(), gen_random_uuid())", [lower]),
      lower,
    ).rejects.toThrow();
  await expect(pool.query("insert into log_retention values (30, 'x', 'manager', 'x', now(), gen_random_uuid())")).rejects.toThrow(
    "{manager}",
  );
  await expect(pool.query("delete from log_retention")).rejects.toThrow("permission denied");
  await platform.api.owner.pool.query("delete from log_retention where years > 5");
});

import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAbnormalUseActivities } from "../../src/activities/abnormal-use.ts";
import { setRecordsClock } from "../support/database.ts";
import { OFFICER, say } from "../support/integration.ts";
import { createLogPlatform, type LogPlatform } from "../support/log-platform.ts";
import { PEOPLE } from "../support/people.ts";

const [ONE, OTHER] = [PEOPLE.plain, PEOPLE.variant].map(({ nationalId, name }) => ({ nationalId, name }));
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
let platform: LogPlatform;

beforeAll(async () => {
  platform = await createLogPlatform();
});
afterAll(() => platform.stop());
beforeEach(async () => {
  await platform.api.owner.pool.query("truncate abnormal_use_alert, hourly_use, notice, notice_mail restart identity");
  await platform.api.owner.pool.query("update abnormal_use_watch set watched_until = null");
});

const rows = async (query: string) => (await platform.api.owner.pool.query(query)).rows;
const alerts = () => rows("select kind, counts, state from abnormal_use_alert order by alert_id");
/** As a worker does shortly after the hour. */
async function watchAt(moment: string): Promise<void> {
  platform.clock = Date.parse(moment);
  await platform.api.flush();
  await new MockActivityEnvironment().run(createAbnormalUseActivities(platform.context).watchUse);
}
const dismiss = async (seen?: number) => {
  const [{ alert_id: alertId }] = await rows("select alert_id from abnormal_use_alert order by alert_id desc limit 1");
  await setRecordsClock(platform.api.owner.pool, platform.clock);
  const decision = { alertId, ...say(OFFICER, "同一家庭，已查明"), ...(seen !== undefined && { seen }) };
  await createAbnormalUseActivities(platform.context).decideAlert(decision);
};

describe("an alert of a day", () => {
  /** A Tuesday. */
  const at = (time: string) => `2026-10-20T${time}+08:00`;
  const askForCases = async (hour: string, cases: number, subject: typeof ONE) => {
    for (let place = 10; place < 10 + cases; place += 1)
      await platform.askAt(at(`${hour}:${place}:00`), 1, { caseNumber: `113-社-${hour}-${place}`, subjects: [subject] });
  };

  test("§3(10) grows while it is open, and hides no other person once it was dismissed", async () => {
    await askForCases("09", 5, ONE);
    await watchAt(at("10:02:00"));
    await askForCases("10", 1, ONE);
    await watchAt(at("11:02:00"));
    const first = { kind: "same-subject", counts: { subjects: 1, cases: 6, entries: 6 }, state: "open" };
    expect(await alerts()).toEqual([first]);
    // A decision about what was shown before it grew.
    await expect(dismiss(1)).rejects.toMatchObject({ type: "alert-changed" });
    await dismiss(2);
    await askForCases("11", 4, ONE);
    await watchAt(at("12:02:00"));
    expect(await alerts()).toEqual([{ ...first, state: "dismissed" }]);
    await askForCases("15", 12, OTHER);
    await watchAt(at("16:02:00"));
    const further = { kind: "same-subject", counts: { subjects: 2, cases: 22, entries: 22 }, state: "open" };
    expect(await alerts()).toEqual([{ ...first, state: "dismissed" }, further]);
    expect(await rows("select count(*)::int from notice where kind = 'abnormal-use'")).toEqual([{ count: 2 }]);
    // What a decision was about stays as it was.
    await expect(platform.context.pool.query("update abnormal_use_alert set counts = '{}' where state = 'dismissed'")).rejects.toThrow(
      "the alert has been decided",
    );
  });

  test("§3(10) of questions outside working hours counts the day's, and a dismissed one hides no more of them", async () => {
    await platform.askAt("2026-10-21T01:10:00+08:00", 10);
    await watchAt("2026-10-21T02:02:00+08:00");
    await dismiss();
    await platform.askAt("2026-10-21T19:10:00+08:00", 40);
    await watchAt("2026-10-21T20:02:00+08:00");
    expect(await alerts()).toEqual([
      { kind: "off-hours", counts: { subjects: 10, usual: 0 }, state: "dismissed" },
      { kind: "off-hours", counts: { subjects: 50, usual: 0 }, state: "open" },
    ]);
  });
});

describe("the hourly watch", () => {
  test("§3(10) finds one person asked about again and again under one case", async () => {
    await platform.askAt("2026-10-22T10:10:00+08:00", 20, { subjects: times(20, ONE) });
    await watchAt("2026-10-22T11:02:00+08:00");
    expect(await alerts()).toEqual([{ kind: "same-subject", counts: { subjects: 1, cases: 1, entries: 20 }, state: "open" }]);
  });

  test("§3(10) finds much use after weeks of silence", async () => {
    await platform.api.owner.pool.query("insert into hourly_use values ($1, '2026-09-01T10:00:00+08:00', 3)", [platform.integrationId]);
    await platform.askAt("2026-10-23T10:10:00+08:00", 101, { subjects: times(101, ONE) });
    await watchAt("2026-10-23T11:02:00+08:00");
    expect((await alerts()).map(({ kind }) => kind)).toContain("hourly-volume");
  });

  test("§3(10) makes up for every hour that nobody watched, also after weeks", async () => {
    await watchAt("2026-10-26T00:02:00+08:00");
    await platform.askAt("2026-10-26T02:10:00+08:00", 12);
    await watchAt("2026-11-16T10:02:00+08:00");
    expect((await alerts()).map(({ kind }) => kind)).toEqual(["off-hours"]);
    expect(await rows("select subjects from hourly_use")).toEqual([{ subjects: 12 }]);
    expect(await rows("select watched_until as until from abnormal_use_watch")).toEqual([{ until: new Date("2026-11-16T10:00:00+08:00") }]);
  });
});

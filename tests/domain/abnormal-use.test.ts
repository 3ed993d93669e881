import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterAlert, findAbnormalUse, isWorkingHour, type UseOfHour } from "../../src/domain/abnormal-use.ts";
import { requireAlertDecision } from "../../src/domain/abnormal-use-decision.ts";
import { NumberNeighbours } from "../../src/domain/number-neighbours.ts";
import { APPLICANT, MANAGER, OFFICER, ruleBroken, say } from "../support/integration.ts";
import { madeUpId } from "../support/people.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Tuesday. */
const MORNING = Date.parse("2026-11-24T10:00:00+08:00");
const NIGHT = Date.parse("2026-11-24T02:00:00+08:00");

/** So many subjects in the same hour of each of the 28 days before. */
const sameHourBefore = (hour: number, subjects: (daysBefore: number) => number) =>
  Array.from({ length: 28 }, (_, place) => ({ hour: hour - (place + 1) * DAY, subjects: subjects(place + 1) })).filter(
    (past) => past.subjects > 0,
  );
const quiet: UseOfHour = {
  integrationId: 7,
  hour: MORNING,
  subjects: 100,
  noMatch: 0,
  neighbours: 0,
  repeated: [],
  usedBefore: true,
  past: sameHourBefore(MORNING, () => 100),
};
const kinds = (changes: Partial<UseOfHour>) => findAbnormalUse({ ...quiet, ...changes }).map(({ kind }) => kind);

describe("abnormal use", () => {
  test("§3(10) is not what an integration always does", () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ subjects: 160 })).toEqual([]);
    expect(kinds({ hour: NIGHT, subjects: 5000, past: sameHourBefore(NIGHT, () => 4900) })).toEqual([]);
  });

  test("§3(10) is a volume far above the same hours of its own past, by the past's own spread", () => {
    const [found] = findAbnormalUse({ ...quiet, subjects: 161 });
    expect(found).toEqual({
      key: "7/hourly-volume/2026-11-24T02:00:00.000Z",
      integrationId: 7,
      kind: "hourly-volume",
      from: MORNING,
      until: MORNING + HOUR,
      counts: { subjects: 161, usual: 100 },
    });
    const restless = sameHourBefore(MORNING, (days) => (days % 2 === 0 ? 20 : 180));
    expect(kinds({ subjects: 400, past: restless })).toEqual([]);
    expect(kinds({ subjects: 100, past: sameHourBefore(MORNING, () => 1) })).toEqual([]);
    expect(kinds({ subjects: 101, past: sameHourBefore(MORNING, () => 1) })).toEqual(["hourly-volume"]);
  });

  test("§3(10) is a day above its own past, hour by hour unremarkable", () => {
    const past = Array.from({ length: 24 * 28 }, (_, place) => ({ hour: MORNING - (place + 1) * HOUR, subjects: 60 })).map((use) =>
      use.hour >= MORNING - 10 * HOUR ? { ...use, subjects: 100 } : use,
    );
    expect(kinds({ past })).toEqual([]);
    const more = past.map((use) => (use.hour >= MORNING - 10 * HOUR ? { ...use, subjects: 280 } : use));
    expect(kinds({ subjects: 96, past: more })).toEqual(["daily-volume"]);
  });

  test("§3(10) is measured against working days on working days, and not at all without a past", () => {
    const saturday = Date.parse("2026-11-21T10:00:00+08:00");
    const weekend = sameHourBefore(MORNING, (days) => (new Date(MORNING - days * DAY).getUTCDay() % 6 === 0 ? 1000 : 10));
    expect(kinds({ subjects: 101, past: weekend })).toEqual(["hourly-volume"]);
    expect(kinds({ hour: saturday, subjects: 1000, past: sameHourBefore(saturday, (days) => (days % 7 <= 1 ? 1000 : 10)) })).toEqual([]);
    const begun = { usedBefore: false, subjects: 100_000 };
    expect(kinds({ ...begun, past: [] })).toEqual([]);
    expect(kinds({ ...begun, past: quiet.past.slice(0, 3) })).toEqual([]);
  });

  test("§3(10) is an integration that was silent for weeks and asks much at once, as with a stolen credential", () => {
    expect(kinds({ subjects: 1000, past: [] })).toEqual(["hourly-volume", "daily-volume"]);
    expect(kinds({ subjects: 100, past: [] })).toEqual([]);
  });

  test("§3(10) is asking outside working hours, by who seldom does", () => {
    expect(kinds({ hour: NIGHT, subjects: 10, past: [] })).toEqual(["off-hours"]);
    expect(kinds({ hour: NIGHT, subjects: 9, past: [] })).toEqual([]);
    expect(kinds({ hour: NIGHT, subjects: 10, past: sameHourBefore(NIGHT, () => 10) })).toEqual([]);
    const evening = { ...quiet, hour: NIGHT + 18 * HOUR, subjects: 12, past: [{ hour: NIGHT, subjects: 30 }, ...quiet.past] };
    const working = { hour: MORNING, subjects: 50 };
    expect(findAbnormalUse({ ...evening, past: [...evening.past, working] })).toMatchObject([
      { kind: "off-hours", counts: { subjects: 42, usual: 0 } },
    ]);
    expect(["07:59", "08:00", "17:59", "18:00"].map((time) => isWorkingHour(Date.parse(`2026-11-24T${time}:00+08:00`)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(
      ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"].map((day) => isWorkingHour(Date.parse(`${day}T10:00:00+08:00`))),
    ).toEqual([true, false, false, true]);
  });

  test("§3(10) is one subject for many cases, or many times for one, many without a match, and numbers one after the other", () => {
    expect(kinds({ repeated: [{ cases: 4, entries: 19 }] })).toEqual([]);
    const [found] = findAbnormalUse({ ...quiet, repeated: [5, 4, 1].map((cases) => ({ cases, entries: cases === 1 ? 20 : cases })) });
    expect(found).toMatchObject({ kind: "same-subject", counts: { subjects: 2, cases: 6, entries: 25 } });
    expect(kinds({ noMatch: 50 })).toEqual(["many-no-match"]);
    expect(kinds({ noMatch: 49, subjects: 49 })).toEqual([]);
    expect(kinds({ noMatch: 50, subjects: 167, past: sameHourBefore(MORNING, () => 160) })).toEqual([]);
    expect(kinds({ neighbours: 50 })).toEqual(["sequential-numbers"]);
    expect(kinds({ neighbours: 29, subjects: 100 })).toEqual([]);
  });

  test("§3(10) has one key for its window, and counts that are in it only", () => {
    const count = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(count, count, count, fc.integer({ min: 0, max: 10_000 }), (subjects, noMatch, neighbours, hours) => {
        const hour = MORNING + hours * HOUR;
        const use = { ...quiet, hour, subjects, noMatch, neighbours, past: sameHourBefore(hour, () => 50) };
        const found = findAbnormalUse(use);
        expect(findAbnormalUse(use)).toEqual(found);
        expect(new Set(found.map(({ key }) => key)).size).toBe(found.length);
        for (const { from, until } of found) expect(from <= hour && hour + HOUR <= until).toBe(true);
      }),
    );
  });

  test("§3(10) grows while its alert is open, and opens a further one once as much again has come since it was decided", () => {
    const sameSubject = (counts: Record<string, number>) => ({ kind: "same-subject" as const, counts });
    const dismissed = { isOpen: false, counts: { subjects: 1, cases: 5, entries: 5 } };
    expect(afterAlert(sameSubject(dismissed.counts), undefined)).toBe("opens");
    expect(afterAlert(sameSubject({ subjects: 1, cases: 6, entries: 6 }), { ...dismissed, isOpen: true })).toBe("grows");
    expect(afterAlert(sameSubject({ subjects: 1, cases: 9, entries: 24 }), dismissed)).toBeUndefined();
    for (const more of [
      { subjects: 2, cases: 10, entries: 10 },
      { subjects: 1, cases: 5, entries: 25 },
    ])
      expect(afterAlert(sameSubject(more), dismissed)).toBe("opens");
  });

  test("§3(10) is before somebody's eyes but for less than the floor, whatever was decided in between", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.boolean())), (hours) => {
        let subjects = 0;
        let newest: { isOpen: boolean; counts: Record<string, number> } | undefined;
        for (const [more, decides] of hours) {
          subjects += more;
          const counts = { subjects };
          if (afterAlert({ kind: "daily-volume", counts }, newest) !== undefined) newest = { isOpen: true, counts };
          const unseen = subjects - (newest?.counts["subjects"] ?? 0);
          expect(unseen).toBeLessThanOrEqual(newest?.isOpen === true ? 0 : 499);
          if (newest !== undefined && decides) newest = { ...newest, isOpen: false };
        }
      }),
    );
  });

  test("§3(10) more of the same never makes an hour less unusual", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.array(fc.integer({ min: 0, max: 400 })),
        (subjects, more, past) => {
          const volumes = (count: number) =>
            kinds({ subjects: count, past: sameHourBefore(MORNING, (days) => past[days] ?? 0) }).filter((kind) => kind.endsWith("volume"));
          expect(volumes(subjects + more)).toEqual(expect.arrayContaining(volumes(subjects)));
        },
      ),
    );
  });
});

describe("numbers one after the other", () => {
  const neighbours = (numbers: readonly number[]) => {
    const watch = new NumberNeighbours();
    return numbers.filter((number) => watch.note(madeUpId(number))).length;
  };

  test("§3(10) are seen when somebody walks through them, in any order, in every second step too", () => {
    const walk = Array.from({ length: 800 }, (_, place) => 100_000 + place);
    expect(neighbours(walk)).toBe(700);
    expect(neighbours(walk.toReversed())).toBe(700);
    expect(neighbours(walk.filter((number) => number % 2 === 0))).toBe(300);
  });

  test("§3(10) are not seen in people who happen to be asked about, nor in one who is asked about again", () => {
    fc.assert(
      fc.property(fc.array(fc.noBias(fc.integer({ min: 0, max: 9_999_999 })), { minLength: 1000, maxLength: 1000 }), (numbers) => {
        expect(neighbours(numbers.flatMap((number) => [number, number]))).toBeLessThan(20);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  test("§3(10) are forgotten after some hundred others", () => {
    const others = Array.from({ length: 600 }, (_, place) => place * 8);
    expect(neighbours([5_000_000, ...others, 5_000_001])).toBe(0);
    expect(neighbours([5_000_000, ...others.slice(0, 200), 5_000_001])).toBe(1);
  });
});

test("§3(10) alerts are decided by the dedicated officer or a manager, with a reason", () => {
  const decide = (by: typeof OFFICER, reason = "夜間批次已報備") =>
    ruleBroken(() => requireAlertDecision({ alertId: 1, ...say(by, reason) }));
  expect([decide(OFFICER), decide(MANAGER), decide(APPLICANT)]).toEqual([undefined, undefined, "role-not-allowed"]);
  expect([decide(OFFICER, ""), decide(OFFICER, "查 A123456789")]).toEqual(["application-incomplete", "national-id-in-text"]);
});

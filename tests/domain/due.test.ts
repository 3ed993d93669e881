import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alertDueOn, type DueMatter, duePart, lastDayOf, sortDue, stepDueOn } from "../../src/domain/due.ts";
import { daysBetween } from "../../src/domain/roc-date.ts";

const TODAY = "2026-11-29";
const waiting = (dueOn?: string): DueMatter => ({ dueOn, waits: true });
const coming = (dueOn: string): DueMatter => ({ dueOn, waits: false });
const day = fc
  .date({ min: new Date("2026-01-01"), max: new Date("2027-12-31"), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));

describe("what is to do", () => {
  test.each([
    ["late from the day after its day", waiting("2026-11-28"), "overdue"],
    ["in time on its day", waiting("2026-11-29"), "now"],
    ["now, whatever its day, when it waits for a step", waiting("2027-03-01"), "now"],
    ["now when it has no day", waiting(), "now"],
    ["within the week up to six days ahead", coming("2026-12-05"), "week"],
    ["ahead from the seventh day on", coming("2026-12-06"), "ahead"],
    ["ahead up to sixty days", coming("2027-01-28"), "ahead"],
    ["not told yet when it is further off", coming("2027-01-29"), undefined],
    ["late also when it came by itself", coming("2026-11-01"), "overdue"],
  ] as const)("§3(3) is %s", (_what, matter, part) => {
    expect(duePart(matter, TODAY)).toBe(part);
  });

  test("§3(3) is late exactly when its day has passed, is told once, and comes in the order of its days", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ dueOn: fc.option(day, { nil: undefined }), waits: fc.boolean() })), day, (matters, today) => {
        const parts = sortDue(matters, today);
        const told = Object.values(parts).flat();
        expect(new Set(told).size).toBe(told.length);
        for (const matter of matters) {
          const late = matter.dueOn !== undefined && matter.dueOn < today;
          expect(parts.overdue.includes(matter)).toBe(late);
          expect(parts.now.includes(matter)).toBe(matter.waits && !late);
          if (!told.includes(matter)) expect(matter.dueOn === undefined || daysBetween(today, matter.dueOn) > 60).toBe(true);
        }
        for (const part of Object.values(parts)) {
          const days = part.map(({ dueOn }) => dueOn ?? "9");
          expect(days).toEqual(days.toSorted());
        }
      }),
    );
  });

  test("§3(3) §3(10) an application's step is due after seven days, an alert's decision after one, on Taiwan's calendar", () => {
    const lateEvening = Date.parse("2026-11-29T23:59:00+08:00");
    expect([stepDueOn(lateEvening), alertDueOn(lateEvening)]).toEqual(["2026-12-06", "2026-11-30"]);
    expect([stepDueOn(lateEvening + 60_000), lastDayOf(Date.parse("2026-12-01T00:00:00+08:00"))]).toEqual(["2026-12-07", "2026-11-30"]);
  });
});

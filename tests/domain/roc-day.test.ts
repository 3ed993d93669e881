import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rocDay, rocDayAhead } from "../../src/domain/roc-day.ts";

describe("days as the console writes them", () => {
  test.each([
    ["2024-11-29", "2024-11-25", "113/11/29（五）還有 4 天"],
    ["2024-02-29", "2024-02-29", "113/02/29（四）今天"],
    ["2026-01-01", "2026-01-02", "115/01/01（四）已過 1 天"],
    ["1912-01-01", "1912-01-01", "1/01/01（一）今天"],
    ["2025-03-01", "2025-02-28", "114/03/01（六）還有 1 天"],
  ])("§4(1)2 %s seen on %s: %s", (day, today, text) => {
    expect(rocDayAhead(day, today)).toBe(text);
  });

  test("§4(1)2 the weekday is the calendar's, for every day", () => {
    const formatter = new Intl.DateTimeFormat("zh-TW", { weekday: "narrow", timeZone: "UTC" });
    fc.assert(
      fc.property(fc.date({ min: new Date("1912-01-01"), max: new Date("2199-12-31"), noInvalidDate: true }), (date) => {
        expect(rocDay(date.toISOString().slice(0, 10))).toContain(`（${formatter.format(date)}）`);
      }),
    );
  });
});

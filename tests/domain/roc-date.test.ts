import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { daysBetween, parseDate, taipeiDate, toRocDate, toRocDigits } from "../../src/domain/roc-date.ts";

const DAY = 86_400_000;
const isoDay = (from: string, to: string) =>
  fc.integer({ min: Date.parse(from) / DAY, max: Date.parse(to) / DAY }).map((days) => new Date(days * DAY).toISOString().slice(0, 10));
const republicanDay = isoDay("1912-01-01", "2199-12-31");

describe("a date", () => {
  test.each([
    ["0530221", "1964-02-21"],
    ["530221", "1964-02-21"],
    ["1131025", "2024-10-25"],
    ["113/10/25", "2024-10-25"],
    ["113/1/5", "2024-01-05"],
    ["80/01/31", "1991-01-31"],
    ["113.10.25", "2024-10-25"],
    ["民國113年10月25日", "2024-10-25"],
    ["民國 113 年 1 月 5 日", "2024-01-05"],
    ["113年10月25日", "2024-10-25"],
    ["民國113/10/25", "2024-10-25"],
    ["民國前1年12月31日", "1911-12-31"],
    ["民前10年2月3日", "1902-02-03"],
    ["１１３．１０．２５", "2024-10-25"],
    ["１１３１０２５", "2024-10-25"],
    [" 2024-10-25 ", "2024-10-25"],
    ["1130229", "2024-02-29"],
    ["0890229", "2000-02-29"],
  ])("§2(4) is read as sources write it: %s", (raw, iso) => {
    expect(parseDate(raw)).toBe(iso);
  });

  test.each([
    "1140229",
    "0020229",
    "2100-02-29",
    "1130431",
    "1130001",
    "1131301",
    "1130100",
    "0000101",
    "000101",
    "民國0年1月1日",
    "2023-02-29",
    "2024-1-5",
    "20241025",
    "113/10.25",
    "113-10-25",
    "24-10-25",
    "1850-01-01",
    "2300-01-01",
    "113年10月",
    "10/25",
    "",
    "今天",
    "2024-10-25T00:00:00Z",
    "-1130101",
    "113/10/25/1",
    "١١٣١٠٢٥",
    "NaN",
  ])("§2(4) that is none of the calendar, or could be two, is not read: %j", (raw) => {
    expect(parseDate(raw)).toBeUndefined();
  });

  test("§2(4) that is far too long to be one is told at once, whatever it is made of", () => {
    const started = performance.now();
    for (const blank of [" ", "\u3000", "\n"]) {
      expect(parseDate(`民${blank.repeat(45_000)}x`)).toBeUndefined();
      expect(parseDate(`民國${blank.repeat(45_000)}113年10月25日`)).toBeUndefined();
    }
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test("§2(4) comes back the same from every form", () => {
    fc.assert(
      fc.property(republicanDay, (iso) => {
        const [year, month, day] = iso.split("-").map(Number) as [number, number, number];
        const roc = year - 1911;
        for (const form of [iso, toRocDigits(iso), toRocDate(iso), `${roc}/${month}/${day}`, `${roc}.${month}.${day}`])
          expect(parseDate(form), form).toBe(iso);
      }),
    );
  });

  test("§2(4) comes back the same from before the Republic", () => {
    fc.assert(fc.property(isoDay("1860-01-01", "1911-12-31"), (iso) => parseDate(toRocDate(iso)) === iso));
  });

  test("§2(4) exists exactly when the calendar has it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1860, max: 2200 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const iso = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
          const moment = new Date(Date.UTC(year, month - 1, day));
          const expected = moment.toISOString().slice(0, 10) === iso ? iso : undefined;
          expect(parseDate(iso)).toBe(expected);
          expect(parseDate(` ${iso}`)).toBe(expected);
          if (year >= 1912) expect(parseDate(toRocDigits(iso))).toBe(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("a date as people read it", () => {
  test("§2(4) is the one that the platform's own calendar writes", () => {
    const format = new Intl.DateTimeFormat("zh-TW-u-ca-roc", { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" });
    fc.assert(fc.property(isoDay("1860-01-01", "2199-12-31"), (iso) => toRocDate(iso) === format.format(Date.parse(iso))));
  });

  test("§2(4) has no year 0", () => {
    expect(toRocDate("1912-01-01")).toBe("民國1年1月1日");
    expect(toRocDate("1911-12-31")).toBe("民國前1年12月31日");
  });
});

describe("a day", () => {
  test("§4(1)2 begins at midnight in Taiwan", () => {
    expect(taipeiDate(Date.parse("2026-11-01T15:59:59.999Z"))).toBe("2026-11-01");
    expect(taipeiDate(Date.parse("2026-11-01T16:00:00.000Z"))).toBe("2026-11-02");
  });

  test("§4(1)2 is counted across months, leap days and years", () => {
    expect(daysBetween("2024-02-28", "2024-03-01")).toBe(2);
    expect(daysBetween("2025-12-31", "2026-01-01")).toBe(1);
    expect(daysBetween("2026-01-01", "2026-01-01")).toBe(0);
    expect(daysBetween("2026-01-02", "2026-01-01")).toBe(-1);
  });
});

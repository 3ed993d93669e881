import { POLICY } from "./policy.ts";
import { parseDate, taipeiDate } from "./roc-date.ts";
import { RuleViolation } from "./rule-violation.ts";

/** Days on which rights hold, both included, ISO 8601, in Taiwan. */
export interface ApprovedPeriod {
  readonly from: string;
  readonly until: string;
}

/** The first moment of a day in Taiwan, epoch milliseconds. */
export function startOfDay(date: string): number {
  return Date.parse(`${date}T00:00:00+08:00`);
}

/** The moments between which rights hold: from the first until just before the second (epoch milliseconds). */
export function periodMoments({ from, until }: ApprovedPeriod): { from: number; until: number } {
  return { from: startOfDay(from), until: startOfDay(until) + 86_400_000 };
}

/** When so many days are over (epoch milliseconds): after the last of them. The day of the event itself does not count (Civil Code §120). */
export function endOfDays(since: number, days: number): number {
  return startOfDay(taipeiDate(since)) + (days + 1) * 86_400_000;
}

/** The day after a day. */
export function dayAfter(date: string): string {
  return new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
}

/** The last day of the period that the policy gives where nobody says shorter. */
export function defaultLastDay(from: string): string {
  return lastDayAfterYears(from, POLICY.approvedPeriodYears);
}

/**
 * @param today ISO 8601, in Taiwan
 * @throws RuleViolation `period-malformed`, `period-in-the-past`, `period-too-long`
 * @clause 4(1)2
 */
export function requirePeriod({ from, until }: ApprovedPeriod, today: string): void {
  if (parseDate(from) !== from || parseDate(until) !== until || until < from) {
    throw new RuleViolation(
      "4(1)2",
      "period-malformed",
      "The period needs a first and a last day (YYYY-MM-DD), the first not after the last.",
    );
  }
  if (from < today) throw new RuleViolation("4(1)2", "period-in-the-past", "The period begins in the past: let it begin today or later.");
  if (until > lastDayAfterYears(from, POLICY.approvedPeriodCapYears)) {
    throw new RuleViolation(
      "4(1)2",
      "period-too-long",
      `Rights last at most ${POLICY.approvedPeriodCapYears} years: choose an earlier last day, and renew in time.`,
    );
  }
}

/**
 * A manager may shorten what was asked, not lengthen it, and what is over can't be approved.
 * @param now epoch milliseconds
 * @throws RuleViolation `period-malformed`, `period-wider-than-requested`, `period-over`
 * @clause 4(1)2
 */
export function requireWithin(approved: ApprovedPeriod, requested: ApprovedPeriod, now: number): void {
  if (parseDate(approved.from) !== approved.from || parseDate(approved.until) !== approved.until || approved.until < approved.from) {
    throw new RuleViolation(
      "4(1)2",
      "period-malformed",
      "The period needs a first and a last day (YYYY-MM-DD), the first not after the last.",
    );
  }
  if (approved.from < requested.from || approved.until > requested.until) {
    throw new RuleViolation(
      "4(1)2",
      "period-wider-than-requested",
      "The approved period must lie within the requested one: shorten it, or ask for a new application.",
    );
  }
  if (approved.until < taipeiDate(now))
    throw new RuleViolation("4(1)2", "period-over", "The period is over already: refuse the application, and ask for a new one.");
}

/** The day before the anniversary, and the month's last day where there is none: 2025-02-28 for one year from 2024-02-29 (Civil Code §121). */
function lastDayAfterYears(from: string, years: number): string {
  const [year = 0, month = 1, day = 1] = from.split("-").map(Number);
  return new Date(Date.UTC(year + years, month - 1, day - 1)).toISOString().slice(0, 10);
}

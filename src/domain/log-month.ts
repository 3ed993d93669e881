import { startOfDay } from "./integration-period.ts";
import { POLICY } from "./policy.ts";
import { taipeiDate } from "./roc-date.ts";
import { RuleViolation } from "./rule-violation.ts";

/**
 * From when on a month may go: its last entry is as old as the setting says (epoch milliseconds).
 * @param years of `retentionYears`
 * @clause 4(1)5
 * @clause 4(2)5
 */
export function retentionEnd(month: string, years: number): number {
  const [year = 0, number = 0] = month.split("-").map(Number);
  const kept = Math.max(years, POLICY.logRetentionFloorYears);
  return startOfDay(new Date(Date.UTC(year + kept, number, 1)).toISOString().slice(0, 10));
}

/** Those of the months that the log has whose time has come. @param now epoch milliseconds @clause 4(1)5 */
export function monthsDue(months: readonly string[], years: number, now: number): string[] {
  return months.filter((month) => retentionEnd(month, years) <= now);
}

/** Whether it is written as a month, and has begun. */
export function isMonth(month: string, now: number): boolean {
  return /^[1-9]\d{3}-(0[1-9]|1[0-2])$/.test(month) && month <= taipeiDate(now).slice(0, 7);
}

/** @throws RuleViolation `month-malformed` also for a month that has not begun */
export function requireMonth(month: string, now: number): void {
  if (!isMonth(month, now))
    throw new RuleViolation("4(1)5", "month-malformed", "Name a month of the log as YYYY-MM, such as 2026-11; it must have begun.");
}

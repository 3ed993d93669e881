import { startOfDay } from "./integration-period.ts";
import { POLICY } from "./policy.ts";
import { taipeiDate } from "./roc-date.ts";

export type AlertKind = "hourly-volume" | "daily-volume" | "off-hours" | "same-subject" | "many-no-match" | "sequential-numbers";

/** What an integration asked in one hour: counts only, nobody's data. */
export interface UseOfHour {
  readonly integrationId: number;
  /** First moment of the hour, epoch milliseconds. */
  readonly hour: number;
  /** Subjects answered. */
  readonly subjects: number;
  readonly noMatch: number;
  /** Subjects whose number stands beside one that was asked about shortly before. */
  readonly neighbours: number;
  /** Subjects asked about again and again on this day so far: for how many different cases each, and how often. */
  readonly repeated: readonly { readonly cases: number; readonly entries: number }[];
  /** Whether it was used before the time that `past` covers. */
  readonly usedBefore: boolean;
  /** Its hours before this one, of the last 28 days at least, with subjects answered; hours without use are left out. */
  readonly past: readonly { readonly hour: number; readonly subjects: number }[];
}

/** Something that the dedicated officer has to look at. */
export interface AbnormalUse {
  /** Names kind and window: the same for whoever finds it, and whenever. */
  readonly key: string;
  readonly integrationId: number;
  readonly kind: AlertKind;
  /** First moment, and the first moment after it: epoch milliseconds. */
  readonly from: number;
  readonly until: number;
  readonly counts: AlertCounts;
}

export type AlertCounts = Readonly<Record<string, number>>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FIRST_WORKING_HOUR = 8;
const LAST_WORKING_HOUR = 18;

/** Monday to Friday; holidays are data that is still to come. @param date ISO 8601 */
function isWorkingDay(date: string): boolean {
  const weekday = new Date(date).getUTCDay();
  return weekday >= 1 && weekday <= 5;
}

/** Whether offices in Taiwan work at a moment (epoch milliseconds). */
export function isWorkingHour(moment: number): boolean {
  const date = taipeiDate(moment);
  const hour = Math.floor((moment - startOfDay(date)) / HOUR);
  return isWorkingDay(date) && hour >= FIRST_WORKING_HOUR && hour < LAST_WORKING_HOUR;
}

/**
 * What in an hour of an integration's use is not as it was, or should not be.
 * @clause 3(10)
 */
export function findAbnormalUse(use: UseOfHour): AbnormalUse[] {
  const { integrationId, hour, subjects, noMatch, neighbours } = use;
  const day = startOfDay(taipeiDate(hour));
  const alert = (kind: AlertKind, from: number, length: number, counts: AlertCounts): AbnormalUse[] => [
    { key: `${integrationId}/${kind}/${new Date(from).toISOString()}`, integrationId, kind, from, until: from + length, counts },
  ];
  const perHour = (kind: AlertKind, counts: AlertCounts) => alert(kind, hour, HOUR, counts);
  const perDay = (kind: AlertKind, counts: AlertCounts) => alert(kind, day, DAY, counts);

  const sameHours = usual(use, day, (start) => countBetween(use, start + hour - day, HOUR));
  const sameDays = usual(use, day, (start) => countBetween(use, start, DAY));
  const today = countBetween(use, day, DAY) + subjects;
  const offHours = (start: number) => countBetween(use, start, hour + HOUR - day, (past) => !isWorkingHour(past));
  const repeated = use.repeated.filter(({ cases, entries }) => cases >= POLICY.sameSubjectCases || entries >= POLICY.sameSubjectEntries);
  const hourlyLimit = limitOf(sameHours, POLICY.hourlyVolumeFloor);
  const dailyLimit = limitOf(sameDays, POLICY.dailyVolumeFloor);
  return [
    ...(subjects > hourlyLimit ? perHour("hourly-volume", { subjects, usual: median(sameHours) }) : []),
    ...(today > dailyLimit ? perDay("daily-volume", { subjects: today, usual: median(sameDays) }) : []),
    ...(!isWorkingHour(hour) && subjects >= POLICY.offHoursSubjects && median(sameHours) < POLICY.offHoursSubjects
      ? perDay("off-hours", { subjects: offHours(day) + subjects, usual: median(usual(use, day, offHours)) })
      : []),
    ...(repeated.length > 0
      ? perDay("same-subject", {
          ...{ subjects: repeated.length, cases: sum(repeated.map(({ cases }) => cases)) },
          entries: sum(repeated.map(({ entries }) => entries)),
        })
      : []),
    ...(isMuch(noMatch, POLICY.noMatchSubjects, subjects, POLICY.noMatchPercent) ? perHour("many-no-match", { subjects, noMatch }) : []),
    ...(isMuch(neighbours, POLICY.neighbourSubjects, subjects, POLICY.neighbourPercent)
      ? perHour("sequential-numbers", { subjects, neighbours })
      : []),
  ];
}

/** Of each kind: how much more of which count, since somebody decided on the same day's, has to be looked at again. */
const AGAIN: Readonly<Record<AlertKind, AlertCounts>> = {
  "hourly-volume": { subjects: POLICY.hourlyVolumeFloor },
  "daily-volume": { subjects: POLICY.dailyVolumeFloor },
  "off-hours": { subjects: POLICY.offHoursSubjects },
  // A further subject brings at least as many cases, or entries, of its own.
  "same-subject": { cases: POLICY.sameSubjectCases, entries: POLICY.sameSubjectEntries },
  "many-no-match": { noMatch: POLICY.noMatchSubjects },
  "sequential-numbers": { neighbours: POLICY.neighbourSubjects },
};

/**
 * What becomes of something found when an alert of its kind and window is on record already: while that is open it grows; once it was decided, as much
 * again opens a further one, so that a harmless alert hides nothing.
 * @param newest of that kind and window
 * @clause 3(10)
 */
export function afterAlert(
  { kind, counts }: Pick<AbnormalUse, "kind" | "counts">,
  newest: { readonly isOpen: boolean; readonly counts: AlertCounts } | undefined,
): "opens" | "grows" | undefined {
  if (newest === undefined) return "opens";
  if (newest.isOpen) return "grows";
  const isAgain = ([name, floor]: [string, number]) => (counts[name] ?? 0) - (newest.counts[name] ?? 0) >= floor;
  return Object.entries(AGAIN[kind]).some(isAgain) ? "opens" : undefined;
}

/** What was counted on the days before that are like this one (working days, or others), since the integration first asked. */
function usual({ past, usedBefore }: UseOfHour, day: number, count: (startOfPastDay: number) => number): number[] {
  const first = usedBefore ? Number.NEGATIVE_INFINITY : past.reduce((earliest, { hour }) => Math.min(earliest, hour), day);
  const alike = isWorkingDay(taipeiDate(day));
  return Array.from({ length: POLICY.usualDays }, (_, place) => day - (place + 1) * DAY)
    .filter((start) => start + DAY > first && isWorkingDay(taipeiDate(start)) === alike)
    .map(count);
}

function countBetween({ past }: UseOfHour, from: number, length: number, counts = (_hour: number) => true): number {
  return sum(past.filter(({ hour }) => hour >= from && hour < from + length && counts(hour)).map(({ subjects }) => subjects));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Above this a count is unusual; a past that is too short makes nothing unusual. */
function limitOf(past: readonly number[], floor: number): number {
  if (past.length < POLICY.usualAtLeast) return Number.POSITIVE_INFINITY;
  const middle = median(past);
  // 1.4826 makes the median of deviations a standard deviation, where counts vary by chance; an even past still varies by a tenth.
  const spread = Math.max(1.4826 * median(past.map((count) => Math.abs(count - middle))), middle / 10);
  return Math.max(floor, middle + POLICY.unusualSpreads * spread);
}

/** 0 of nothing. */
function median(counts: readonly number[]): number {
  const sorted = [...counts].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? 0)) / 2;
}

function isMuch(count: number, floor: number, all: number, percent: number): boolean {
  return count >= floor && count * 100 >= all * percent;
}

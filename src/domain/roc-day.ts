import { daysBetween, toRocDigits } from "./roc-date.ts";

const WEEKDAYS = "日一二三四五六";

/** A day as the console writes it: 113/11/29（五）. @param iso ISO 8601, since 1912 */
export function rocDay(iso: string): string {
  const digits = toRocDigits(iso);
  return `${Number(digits.slice(0, -4))}/${digits.slice(-4, -2)}/${digits.slice(-2)}（${WEEKDAYS[weekdayOf(iso)]}）`;
}

/** A day, and how far off it is: 113/11/29（五）還有 4 天. @param today ISO 8601, in Taiwan */
export function rocDayAhead(iso: string, today: string): string {
  const days = daysBetween(today, iso);
  return `${rocDay(iso)}${days === 0 ? "今天" : days > 0 ? `還有 ${days} 天` : `已過 ${-days} 天`}`;
}

/** 0 for Sunday to 6 for Saturday, of an ISO 8601 date. */
export function weekdayOf(iso: string): number {
  return new Date(iso).getUTCDay();
}

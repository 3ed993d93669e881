/** Sources write dates of the Republic of China (year 1 is 1912) or ISO 8601; records hold ISO 8601 only. */
const ROC_EPOCH = 1911;
const EARLIEST_YEAR = 1860;
const LATEST_YEAR = 2200;
const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;
const ROC_DIGITS = /^(\d{2,3})(\d{2})(\d{2})$/;
const ROC_SEPARATED = /^(?:民國)?\s*(前?)(\d{1,3})\s*[/.\-年]\s*(\d{1,2})\s*[/.\-月]\s*(\d{1,2})\s*日?$/;
const FULL_WIDTH_DIGIT = /[\uff10-\uff19]/g;

/**
 * Reads a date in any form that sources use: `0530221`, `530221`, `113/10/25`, `113.10.25`, `民國113年10月25日`, `民國前1年5月2日`, `2024-10-25`.
 * @returns ISO 8601, or undefined for what is no date of the calendar (there is no 29 February 114)
 */
export function parseDate(raw: string): string | undefined {
  const text = raw.trim().replace(FULL_WIDTH_DIGIT, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
  const iso = ISO.exec(text);
  if (iso !== null) return toIso(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const digits = ROC_DIGITS.exec(text);
  if (digits !== null) return toIso(Number(digits[1]) + ROC_EPOCH, Number(digits[2]), Number(digits[3]), Number(digits[1]));
  const separated = ROC_SEPARATED.exec(text);
  if (separated === null) return undefined;
  const year = Number(separated[2]);
  return toIso(separated[1] === "" ? year + ROC_EPOCH : ROC_EPOCH + 1 - year, Number(separated[3]), Number(separated[4]), year);
}

/** A date as people read it: 民國113年10月25日, or 民國前1年12月31日 before 1912. */
export function toRocDate(iso: string): string {
  const [year = 0, month = 0, day = 0] = iso.split("-").map(Number);
  const rocYear = year - ROC_EPOCH;
  return `民國${rocYear > 0 ? rocYear : `前${1 - rocYear}`}年${month}月${day}日`;
}

/** A date in the registers' seven digits: 1131025. Only for dates since 1912. */
export function toRocDigits(iso: string): string {
  return String(Number(iso.slice(0, 4)) - ROC_EPOCH).padStart(3, "0") + iso.slice(5, 7) + iso.slice(8, 10);
}

const TAIPEI_OFFSET = 8 * 3_600_000;

/** The calendar day (ISO 8601) in Taiwan at a moment in epoch milliseconds; UTC+8 without daylight saving time. */
export function taipeiDate(epochMilliseconds: number): string {
  return new Date(epochMilliseconds + TAIPEI_OFFSET).toISOString().slice(0, 10);
}

/** Days from one date to another, both ISO 8601. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function toIso(year: number, month: number, day: number, rocYear = 1): string | undefined {
  if (rocYear === 0 || year < EARLIEST_YEAR || year > LATEST_YEAR || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return `${year}-${month < 10 ? "0" : ""}${month}-${day < 10 ? "0" : ""}${day}`;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

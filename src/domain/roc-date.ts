/** Sources write dates of the Republic of China (year 1 is 1912) or ISO 8601; records hold ISO 8601 only. */
const ROC_EPOCH = 1911;
const EARLIEST_YEAR = 1860;
/** Nobody's records hold a later day. */
const LATEST_DAY = "2200-12-31";
const ISO = /^\d{4}-\d{2}-\d{2}$/;
const ROC_DIGITS = /^\d{6,7}$/;
const ROC_WRITTEN = /^(?:民國?)?\s*(?:(前)\s*)?(\d{1,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日$/;
const ROC_SEPARATED = /^(?:民國)?\s*(\d{1,3})([/.])(\d{1,2})\2(\d{1,2})$/;
/** Characters that the longest date has, and room for blanks; longer texts are no dates, and are not searched for one. */
const LONGEST_DATE = 64;
/** Full-width digits, full stop and solidus. */
const FULL_WIDTH = /[\uff0e-\uff19]/g;

/**
 * Reads a date in any form that sources use: `0530221`, `530221`, `113/10/25`, `113.10.25`, `民國113年10月25日`, `民國前1年5月2日`, `2024-10-25`.
 * @returns ISO 8601, or undefined for what is no date of the calendar (there is no 29 February 114)
 */
export function parseDate(raw: string): string | undefined {
  const date = parseCalendarDate(raw);
  return date !== undefined && date <= LATEST_DAY ? date : undefined;
}

/**
 * Reads the last day of something. Where a date has to stand, registers write none as one that nobody lives to see: `999/12/31`, `9991231`,
 * `9999-12-31`.
 * @returns ISO 8601, null for no end, or undefined for what is no date of the calendar
 */
export function parseLastDay(raw: string): string | null | undefined {
  const date = parseCalendarDate(raw);
  return date !== undefined && date > LATEST_DAY ? null : date;
}

function parseCalendarDate(raw: string): string | undefined {
  const fixed = parseFixedForm(raw);
  if (fixed !== undefined) return fixed;
  if (raw.length > LONGEST_DATE) return undefined;
  const text = raw.trim().replace(FULL_WIDTH, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0));
  const separated = ROC_SEPARATED.exec(text);
  if (separated !== null) return rocToIso(false, Number(separated[1]), Number(separated[3]), Number(separated[4]));
  const written = ROC_WRITTEN.exec(text);
  if (written !== null) return rocToIso(written[1] !== undefined, Number(written[2]), Number(written[3]), Number(written[4]));
  return parseFixedForm(text);
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

/** A day as tables show it: 115/11/24. Only for dates since 1912. */
export function toRocSlashes(iso: string): string {
  return `${Number(iso.slice(0, 4)) - ROC_EPOCH}/${iso.slice(5, 7)}/${iso.slice(8, 10)}`;
}

const TAIPEI_OFFSET = 8 * 3_600_000;
const DAY = 86_400_000;
/** The day asked about last: every query asks, and nearly always about the same one. */
let lastDay = { number: Number.NaN, date: "" };

/** The calendar day (ISO 8601) in Taiwan at a moment in epoch milliseconds; UTC+8 without daylight saving time. */
export function taipeiDate(epochMilliseconds: number): string {
  const number = Math.floor((epochMilliseconds + TAIPEI_OFFSET) / DAY);
  if (number !== lastDay.number) lastDay = { number, date: new Date(number * DAY).toISOString().slice(0, 10) };
  return lastDay.date;
}

/** The time of day (19:10:05) in Taiwan at a moment in epoch milliseconds. */
export function taipeiTime(epochMilliseconds: number): string {
  return new Date(epochMilliseconds + TAIPEI_OFFSET).toISOString().slice(11, 19);
}

/** A moment (epoch milliseconds) as tables show it, in Taiwan: 115/11/24 19:10:05. */
export function rocMoment(epochMilliseconds: number): string {
  return `${toRocSlashes(taipeiDate(epochMilliseconds))} ${taipeiTime(epochMilliseconds)}`;
}

/** Days from one date to another, both ISO 8601. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}

/** Nearly every row of a file has one of these two forms; read by place they take a third of the time that capturing groups take. */
function parseFixedForm(text: string): string | undefined {
  if (ROC_DIGITS.test(text)) {
    const monthAt = text.length - 4;
    return rocToIso(false, numberAt(text, 0, monthAt), numberAt(text, monthAt, monthAt + 2), numberAt(text, monthAt + 2, text.length));
  }
  return ISO.test(text) ? toIso(numberAt(text, 0, 4), numberAt(text, 5, 7), numberAt(text, 8, 10)) : undefined;
}

function numberAt(text: string, start: number, end: number): number {
  let number = 0;
  for (let place = start; place < end; place += 1) number = number * 10 + text.charCodeAt(place) - 48;
  return number;
}

/** The year before year 1 is year 1 before the Republic: there is no year 0. */
function rocToIso(beforeRepublic: boolean, rocYear: number, month: number, day: number): string | undefined {
  if (rocYear === 0) return undefined;
  return toIso(beforeRepublic ? ROC_EPOCH + 1 - rocYear : ROC_EPOCH + rocYear, month, day);
}

function toIso(year: number, month: number, day: number): string | undefined {
  if (year < EARLIEST_YEAR || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return `${year}-${month < 10 ? "0" : ""}${month}-${day < 10 ? "0" : ""}${day}`;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

import { POLICY } from "./policy.ts";
import { daysBetween, taipeiDate } from "./roc-date.ts";

const DAY = 86_400_000;

/** Something that somebody is to do or to see to. */
export interface DueMatter {
  /** The last day on which it is in time (ISO 8601, in Taiwan); undefined: it has none. */
  readonly dueOn: string | undefined;
  /** Whether it waits for a step of theirs; otherwise it comes by itself on its day. */
  readonly waits: boolean;
}

/** Where it stands among what is to do: late; to be done now; within the week; or announced, since it is within the days looked ahead. */
export type DuePart = "overdue" | "now" | "week" | "ahead";

/** @returns undefined: it is too far off to be told @param today ISO 8601, in Taiwan */
export function duePart({ dueOn, waits }: DueMatter, today: string): DuePart | undefined {
  const days = dueOn === undefined ? undefined : daysBetween(today, dueOn);
  if (days !== undefined && days < 0) return "overdue";
  if (waits) return "now";
  if (days === undefined || days > POLICY.dueAheadDays) return undefined;
  return days < POLICY.dueWeekDays ? "week" : "ahead";
}

/** The parts of what is to do, each in the order of its days; what has no day comes last. */
export function sortDue<Matter extends DueMatter>(matters: readonly Matter[], today: string): Readonly<Record<DuePart, Matter[]>> {
  const parts: Record<DuePart, Matter[]> = { overdue: [], now: [], week: [], ahead: [] };
  for (const matter of matters.toSorted((one, other) => (one.dueOn ?? "9").localeCompare(other.dueOn ?? "9"))) {
    const part = duePart(matter, today);
    if (part !== undefined) parts[part].push(matter);
  }
  return parts;
}

/** The day by which the office takes a step that waits for it: of an application, or of a month of the log. @param since epoch milliseconds @clause 3(3) */
export function stepDueOn(since: number): string {
  return taipeiDate(since + POLICY.stepDays * DAY);
}

/** The day by which an alert of abnormal use is decided. @param foundAt epoch milliseconds @clause 3(10) */
export function alertDueOn(foundAt: number): string {
  return taipeiDate(foundAt + POLICY.alertDays * DAY);
}

/** The last day of what holds until just before a moment: a period, a credential, a password, or the time for an answer. */
export function lastDayOf(until: number): string {
  return taipeiDate(until - 1);
}

import { datasetAvailability } from "./dataset-import.ts";
import { dayAfter, startOfDay } from "./integration-period.ts";
import type { Notice, NoticeKind } from "./notice.ts";
import { POLICY } from "./policy.ts";
import { daysBetween } from "./roc-date.ts";

const DAY = 86_400_000;

/** What a dataset answers from, and how long it may; dates are ISO 8601, null while it holds nothing. */
export interface AgeingDataset {
  readonly asOf: string | null;
  readonly maximumAgeDays: number;
  readonly approvedFrom: string;
  readonly approvedUntil: string;
}

/** Where a dataset stands: `ends-soon` still answers. */
export type DatasetStanding = "empty" | "available" | "ends-soon" | "too-old" | "outside-approved-period";

/** How a dataset stands today; the last day on which it answers, and how old its data is, as far as it holds any. */
export type DatasetAge =
  | { readonly standing: "empty" }
  | { readonly standing: Exclude<DatasetStanding, "empty">; readonly lastDay: string; readonly ageDays: number };

/**
 * How a dataset stands.
 * @param today ISO 8601, in Taiwan
 * @clause 4(1)2
 */
export function datasetAge({ asOf, ...limits }: AgeingDataset, today: string): DatasetAge {
  if (asOf === null) return { standing: "empty" };
  const lastDay = lastDayOfData({ asOf, ...limits });
  const availability = datasetAvailability({ asOf, ...limits }, today);
  const endsSoon = availability === "available" && daysBetween(today, lastDay) < POLICY.datasetReminderDays[0];
  return { standing: endsSoon ? "ends-soon" : availability, lastDay, ageDays: daysBetween(asOf, today) };
}

/** The last day on which data may be answered from: its age or the dataset's approved period, whichever ends first. */
function lastDayOfData({ asOf, maximumAgeDays, approvedUntil }: AgeingDataset & { readonly asOf: string }): string {
  const oldest = new Date(Date.parse(asOf) + maximumAgeDays * DAY).toISOString().slice(0, 10);
  return oldest < approvedUntil ? oldest : approvedUntil;
}

/** Whose notices they are. */
export function aboutDataset(code: string): string {
  return `dataset/${code}`;
}

/**
 * What a dataset's new data will have announced: that it runs out, before that and when it has. What should have been announced before the data came
 * is announced at once, and once.
 * @param since when it began to answer (epoch milliseconds)
 * @clause 4(1)2
 */
export function datasetNotices(code: string, dataset: AgeingDataset & { readonly asOf: string }, since: number): Notice[] {
  const about = aboutDataset(code);
  const lastDay = lastDayOfData(dataset);
  const end = startOfDay(dayAfter(lastDay));
  const notice = (kind: NoticeKind, recipient: Notice["recipient"], dueAt: number): Notice => ({
    key: `${about}/${kind}/${lastDay}/${new Date(dueAt).toISOString().slice(0, 10)}/${recipient}`,
    ...{ kind, recipient, about, dueAt: new Date(dueAt).toISOString(), announces: new Date(end).toISOString() },
  });
  const reminders = new Set(POLICY.datasetReminderDays.map((days) => Math.max(since, end - days * DAY)));
  const ended = Math.max(since, end);
  return [
    ...[...reminders].filter((dueAt) => dueAt < end).map((dueAt) => notice("dataset-ends", "dedicatedOfficer", dueAt)),
    notice("dataset-ended", "dedicatedOfficer", ended),
    notice("dataset-ended", "manager", ended),
  ];
}

import { POLICY } from "./policy.ts";

/** What is known about the room for the database. */
export interface DiskUse {
  readonly databaseBytes: number;
  /** An earlier measurement, of the last 30 days; undefined on the first day. */
  readonly earlier: { readonly databaseBytes: number; readonly days: number } | undefined;
  /** The file system of the database; undefined where it can't be seen from here. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | undefined;
}

const GROWTH_DAYS = 30;

/**
 * What has to be announced about the room for five years of log, if anything.
 * @clause 4(1)5
 */
export function judgeDiskUse({ databaseBytes, earlier, disk }: DiskUse): "disk-fills-up" | "database-grows" | undefined {
  const daily = earlier === undefined ? 0 : Math.max(0, databaseBytes - earlier.databaseBytes) / Math.max(1, earlier.days);
  if (disk === undefined) return daily * GROWTH_DAYS > POLICY.databaseGrowthBytes ? "database-grows" : undefined;
  const small = disk.freeBytes * 100 < disk.totalBytes * POLICY.diskFreePercent;
  return small || disk.freeBytes < daily * POLICY.diskDaysAhead ? "disk-fills-up" : undefined;
}

import { ApplicationFailure } from "@temporalio/common";
import { noteAddressUsage } from "../../db/queries/address-usage.ts";
import { deleteDraftsBefore } from "../../db/queries/application-draft.ts";
import { findDataDirectory, measureDatabase } from "../../db/queries/disk-use.ts";
import { endIdleWarnings } from "../../db/queries/integration-step.ts";
import { keepNotices } from "../../db/queries/notice.ts";
import { noticeOnce } from "../../db/queries/notice-once.ts";
import { createQueryLogPartitions, deleteIdempotentRequestsBefore, indexPastLogMonth } from "../../db/queries/upkeep.ts";
import { diskOf } from "../adapters/disk-space.ts";
import type { WorkerContext } from "../context.ts";
import { judgeDiskUse } from "../domain/disk-use.ts";
import { POLICY } from "../domain/policy.ts";
import { taipeiDate } from "../domain/roc-date.ts";
import { UPKEEP_STEPS, type UpkeepStep, upkeepAbout, upkeepNotice } from "../domain/upkeep.ts";
import { withHeartbeat } from "./heartbeat.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const MONTHS_AHEAD = 3;
/** A retry with the same Idempotency-Key is answered from the record for this long (milliseconds). */
const IDEMPOTENCY_PERIOD = 48 * 60 * 60 * 1000;

/** What upkeep does to the database. What may take minutes, where there is much to do, shows that it is alive. */
export function createUpkeepActivities({ db, now, logger }: Pick<WorkerContext, "db" | "now" | "logger">) {
  return {
    /** Makes the log's partitions for this month and the next ones, so that no entry is ever without a place. A worker's start calls it too. */
    prepareQueryLog: () => createQueryLogPartitions(db, now(), MONTHS_AHEAD),
    /** Deletes what is only kept to make retries safe. @returns how many */
    forgetOldRequests: () => withHeartbeat(() => deleteIdempotentRequestsBefore(db, new Date(now().getTime() - IDEMPOTENCY_PERIOD))),
    /** Destroys drafts of applications, letters included, that were never submitted and that nobody saves any more, or ever did. @returns how many @clause 3(10) */
    destroyOldDrafts: () => {
      const ago = (milliseconds: number) => new Date(now().getTime() - milliseconds);
      const [saved, untouched] = [ago(POLICY.applicationDraftDays * DAY), ago(POLICY.applicationDraftUntouchedHours * HOUR)];
      return withHeartbeat(() => deleteDraftsBefore(db, saved, untouched));
    },
    /**
     * Notes when each address was last answered, and takes back warnings of those that are used again.
     * @throws ApplicationFailure `entry-unreadable` at the end, when an entry of the log says nothing of an address
     * @clause 4(1)2
     */
    noteAddressUsage: () =>
      withHeartbeat(async () => {
        const unreadable = await noteAddressUsage(db);
        await endIdleWarnings(db);
        if (unreadable.entries === 0) return;
        logger.error(unreadable, "entries of the query log can't be read");
        throw ApplicationFailure.nonRetryable("Entries of the query log can't be read.", "entry-unreadable", unreadable);
      }),
    /** Has a person found at once in months of the log that are over. @clause 4(2)5 */
    indexPastMonths: () =>
      withHeartbeat(async () => {
        while ((await indexPastLogMonth(db)) !== null);
      }),
    /** Measures the database, and announces, once a month, that room runs out. */
    watchDiskUse: () =>
      withHeartbeat(async () => {
        const at = now();
        const today = taipeiDate(at.getTime());
        const directory = await findDataDirectory(db);
        const disk = directory === null ? undefined : diskOf(directory);
        const use = { ...(await measureDatabase(db, today, disk)), disk };
        const kind = judgeDiskUse(use);
        if (kind === undefined) return;
        logger.warn({ kind, databaseBytes: use.databaseBytes, ...disk }, "the database needs more room");
        await noticeOnce(db, { key: `database/${kind}/${today.slice(0, 7)}`, kind, recipient: "dedicatedOfficer", about: "database", at });
      }),
    /** Has the dedicated officer told of the steps that failed tonight; of those that succeed again nothing more is told. */
    async announceFailedSteps(failed: readonly UpkeepStep[]): Promise<void> {
      const at = now();
      const today = taipeiDate(at.getTime());
      if (failed.length > 0) logger.error({ failed }, "steps of the nightly upkeep failed");
      await db.transaction().execute(async (trx) => {
        for (const step of UPKEEP_STEPS)
          await keepNotices(trx, upkeepAbout(step), failed.includes(step) ? [upkeepNotice(step, today, at)] : []);
      });
    },
  };
}

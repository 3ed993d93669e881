import { noteAddressUsage } from "../../db/queries/address-usage.ts";
import { createQueryLogPartitions, deleteIdempotentRequestsBefore } from "../../db/queries/upkeep.ts";
import type { WorkerContext } from "../context.ts";

const MONTHS_AHEAD = 3;
/** A retry with the same Idempotency-Key is answered from the record for this long (milliseconds). */
const IDEMPOTENCY_PERIOD = 48 * 60 * 60 * 1000;

export function createUpkeepActivities({ db, now }: Pick<WorkerContext, "db" | "now">) {
  return {
    /** Makes the log's partitions for this month and the next ones, so that no entry is ever without a place. */
    prepareQueryLog: () => createQueryLogPartitions(db, now(), MONTHS_AHEAD),
    /** Deletes what is only kept to make retries safe. @returns how many */
    forgetOldRequests: () => deleteIdempotentRequestsBefore(db, new Date(now().getTime() - IDEMPOTENCY_PERIOD)),
    /** Notes when each address was last answered. */
    noteAddressUsage: () => noteAddressUsage(db),
  };
}

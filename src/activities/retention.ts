import { DatabaseError } from "pg";
import { disposeOfLogMonth, insertDisposalStep, listLogMonths, readDisposal } from "../../db/queries/retention.ts";
import { insertRetentionPeriod, listRetentionPeriods } from "../../db/queries/retention-period.ts";
import type { WorkerContext } from "../context.ts";
import { monthsDue, retentionEnd } from "../domain/log-month.ts";
import { requestChanged } from "../domain/request-id.ts";
import type { Disposal } from "../domain/retention.ts";
import { type RaiseRequest, type RetentionPeriod, raiseRetention, retentionYears } from "../domain/retention-period.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import { asRuleFailure } from "../workflows/rule-failure.ts";
import { withHeartbeat } from "./heartbeat.ts";

const LOCK_NOT_AVAILABLE = "55P03";

/** What came of an attempt: the month as it is on record now, or why its entries are still there. */
export type DisposalAttempt = { readonly disposal: Disposal } | { readonly kept: string; readonly busy: boolean };

export function createRetentionActivities({ db, now }: Pick<WorkerContext, "db" | "now">) {
  const years = async () => retentionYears(await listRetentionPeriods(db));

  return {
    /** The months of the log whose time has come. */
    listMonthsDue: async () => monthsDue(await listLogMonths(db), await years(), now().getTime()),

    /** Until when a month is kept, by the setting of the day: asked anew, since it may be raised while a month waits. */
    keptUntil: async (month: string) => retentionEnd(month, await years()),

    /** What was said about how long the log is kept, oldest first. */
    listRetentionPeriods: () => listRetentionPeriods(db),

    /** Has the log kept for longer, once. @throws ApplicationFailure of `raiseRetention`, `not-in-office` */
    async raiseRetention(request: RaiseRequest): Promise<void> {
      const raise = (periods: readonly RetentionPeriod[]) => raiseRetention(periods, request, now().getTime());
      try {
        const onRecord = await db.transaction().execute((trx) => insertRetentionPeriod(trx, request.requestId, raise));
        if (onRecord.years !== request.years) throw requestChanged("4(1)5");
      } catch (error) {
        throw asRuleFailure(error);
      }
    },

    /** What is on record of a month. @throws ApplicationFailure `month-unknown` for one that the log never had */
    async readDisposal(month: string): Promise<Disposal> {
      const disposal = await readDisposal(db, month);
      if (disposal.timeline.length > 0 || (await listLogMonths(db)).includes(month)) return disposal;
      throw asRuleFailure(new RuleViolation("4(1)5", "month-unknown", "The log has no such month: it begins later."));
    },

    /** Puts the newest step on record, once. @throws ApplicationFailure `record-disagrees` */
    async recordDisposalStep(disposal: Disposal): Promise<void> {
      try {
        await db.transaction().execute((trx) => insertDisposalStep(trx, disposal));
      } catch (error) {
        throw asRuleFailure(error);
      }
    },

    /** Drops a month's entries, once. A month that somebody reads is left alone. */
    async disposeOfMonth(month: string): Promise<DisposalAttempt> {
      if (retentionEnd(month, await years()) > now().getTime()) return { kept: "not-due", busy: false };
      try {
        const outcome = await withHeartbeat(() => disposeOfLogMonth(db, month));
        return outcome === "disposed" ? { disposal: await readDisposal(db, month) } : { kept: outcome, busy: false };
      } catch (error) {
        if (error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE) return { kept: "in-use", busy: true };
        throw error;
      }
    },
  };
}

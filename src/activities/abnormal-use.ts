import { decideAlert, listAlerts, lockWatch, measureHour, recordAbnormalUse, setWatchedUntil } from "../../db/queries/abnormal-use.ts";
import type { WorkerContext } from "../context.ts";
import { findAbnormalUse } from "../domain/abnormal-use.ts";
import { type AlertDecision, type AlertOnRecord, requireAlertDecision } from "../domain/abnormal-use-decision.ts";
import { startOfDay } from "../domain/integration-period.ts";
import { POLICY } from "../domain/policy.ts";
import { taipeiDate } from "../domain/roc-date.ts";
import { asRuleFailure } from "../workflows/rule-failure.ts";
import { withHeartbeat } from "./heartbeat.ts";

const HOUR = 3_600_000;
/** How long entries of an hour may take to be on record. */
const SETTLED_AFTER = 60_000;

export function createAbnormalUseActivities({ db, now }: Pick<WorkerContext, "db" | "now">) {
  /** @returns whether there was an hour to watch */
  function watchNextHour(): Promise<boolean> {
    return db.transaction().execute(async (trx) => {
      const at = now();
      const newest = Math.floor((at.getTime() - SETTLED_AFTER) / HOUR) * HOUR - HOUR;
      const next = (await lockWatch(trx))?.getTime() ?? newest;
      if (next > newest) return false;
      const day = startOfDay(taipeiDate(next));
      const pastFrom = new Date(day - POLICY.usualDays * 24 * HOUR);
      const [from, until, dayFrom] = [new Date(next), new Date(next + HOUR), new Date(day)];
      const floors = { repeatedCases: POLICY.sameSubjectCases, repeatedEntries: POLICY.sameSubjectEntries };
      const uses = await measureHour(trx, { from, until, dayFrom, pastFrom, ...floors });
      for (const found of uses.flatMap(findAbnormalUse)) await recordAbnormalUse(trx, found, at);
      await setWatchedUntil(trx, until);
      return true;
    });
  }

  return {
    /** Watches every whole hour that nobody has watched, however long ago. Several at once take turns. */
    watchUse: () =>
      withHeartbeat(async ({ cancelled }) => {
        while (await watchNextHour()) cancelled.throwIfAborted();
      }),
    listAlerts: (onlyOpen: boolean, alertId?: number): Promise<AlertOnRecord[]> => listAlerts(db, { onlyOpen, alertId }),
    /** @throws ApplicationFailure `alert-changed`, `already-decided`, `alert-unknown`, `role-not-allowed` and those of texts */
    async decideAlert(decision: AlertDecision): Promise<void> {
      try {
        requireAlertDecision(decision);
        await decideAlert(db, decision, now());
      } catch (error) {
        throw asRuleFailure(error);
      }
    },
  };
}

import { insertFinding } from "../../db/queries/finding.ts";
import type { WorkerContext } from "../context.ts";
import { type FindingRequest, requireFinding } from "../domain/finding.ts";
import { taipeiDate } from "../domain/roc-date.ts";
import { asRuleFailure } from "../workflows/rule-failure.ts";

export function createFindingActivities({ db, now }: Pick<WorkerContext, "db" | "now">) {
  return {
    /** Raises a finding, once. @returns its number @throws ApplicationFailure of `requireFinding`, and what the records say against it */
    async raiseFinding(request: FindingRequest): Promise<number> {
      const at = now();
      try {
        requireFinding(request, taipeiDate(at.getTime()));
        return await db.transaction().execute((trx) => insertFinding(trx, request, at));
      } catch (error) {
        throw asRuleFailure(error);
      }
    },
  };
}

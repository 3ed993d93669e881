import { insertApplication } from "../../db/queries/integration.ts";
import { insertStep } from "../../db/queries/integration-step.ts";
import type { WorkerContext } from "../context.ts";
import type { Application } from "../domain/integration-application.ts";
import type { RecordedStep } from "../domain/integration-record.ts";
import { requireFixedAddresses } from "../domain/ip-address.ts";
import { asRuleFailure } from "../workflows/rule-failure.ts";

export function createIntegrationActivities({ db, config }: Pick<WorkerContext, "db" | "config">) {
  return {
    /**
     * Puts an application on record, once.
     * @throws ApplicationFailure `address-not-public`, or `application-number-taken` by another application
     */
    async recordSubmission(application: Application, step: RecordedStep): Promise<void> {
      try {
        requireFixedAddresses(application.addresses, config.privateAddressesAllowed);
        await db.transaction().execute((trx) => insertApplication(trx, application, step));
      } catch (error) {
        throw asRuleFailure(error);
      }
    },

    /**
     * Puts a step on record together with the rights that it gives or takes, once.
     * @throws ApplicationFailure `record-disagrees` when the records say that the step can't follow
     */
    async recordStep(step: RecordedStep): Promise<void> {
      try {
        await db.transaction().execute((trx) => insertStep(trx, step));
      } catch (error) {
        throw asRuleFailure(error);
      }
    },
  };
}

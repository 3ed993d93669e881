import type { Transaction } from "kysely";
import { findLastUse } from "../../db/queries/integration.ts";
import { findSharedAddresses } from "../../db/queries/integration-application.ts";
import { readIntegration } from "../../db/queries/integration-record.ts";
import { recordStep } from "../../db/queries/integration-step.ts";
import { catchUp } from "../../db/queries/integration-unseen.ts";
import type { Database } from "../../db/tables/database.ts";
import { listForeignAddresses } from "../adapters/taiwan-addresses.ts";
import type { WorkerContext } from "../context.ts";
import type { Integration } from "../domain/integration.ts";
import { underWay } from "../domain/integration-decision.ts";
import type { RecordedStep } from "../domain/integration-record.ts";
import type { StepName } from "../domain/integration-step.ts";
import { requireFixedAddresses, requireSharedAcknowledged } from "../domain/ip-address.ts";
import { asRuleFailure } from "../workflows/rule-failure.ts";

/** Steps at which somebody looks at an application's addresses: what stands out about them then stays on record. */
const LOOKS_AT_ADDRESSES: readonly StepName[] = ["submit", "amend", "resubmit", "check", "approve", "provision"];

/** An advice to whoever decides; it stands in nobody's way. @clause 3(10) */
function foreignAddresses({ integration }: RecordedStep): string[] {
  const [{ step }] = integration.timeline;
  return LOOKS_AT_ADDRESSES.includes(step) ? listForeignAddresses(underWay(integration).addresses) : [];
}

export function createIntegrationActivities({ db, config }: Pick<WorkerContext, "db" | "config">) {
  /** What rules need to know of the records and the settings. */
  async function requireAddresses(trx: Transaction<Database>, { integration, sharedAddresses = [] }: RecordedStep): Promise<void> {
    const [{ step }] = integration.timeline;
    const { addresses } = (integration.amendment ?? integration).application;
    if (step === "submit" || step === "amend" || step === "resubmit") requireFixedAddresses(addresses, config.privateAddressesAllowed);
    if (step !== "approve") return;
    const shared = await findSharedAddresses(trx, integration.integrationNumber, addresses);
    requireSharedAcknowledged(
      shared.map(({ address }) => address),
      sharedAddresses,
    );
  }

  return {
    /**
     * Puts a step on record together with the rights that it gives or takes, and what is to be announced, once.
     * @returns undefined, or the integration as the records have it when they have gone on without the step
     * @throws ApplicationFailure `address-not-public`, `address-shared`, `application-number-taken`, `improvement-missing`, `record-disagrees`
     */
    async recordStep(step: RecordedStep): Promise<Integration | undefined> {
      try {
        return await db.transaction().execute(async (trx) => {
          await requireAddresses(trx, step);
          if (await recordStep(trx, step, foreignAddresses(step))) return undefined;
          return readIntegration(trx, step.integration.integrationNumber);
        });
      } catch (error) {
        throw asRuleFailure(error);
      }
    },

    /** The integration as the records have it; from then on its workflow has heard of every step. */
    readRecords: (integrationNumber: string): Promise<Integration | undefined> =>
      db.transaction().execute((trx) => catchUp(trx, integrationNumber)),

    /** The last day on which the integration's system asked. */
    findLastUse: (integrationNumber: string): Promise<string | undefined> => findLastUse(db, integrationNumber),
  };
}

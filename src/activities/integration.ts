import type { Transaction } from "kysely";
import { findLastUse } from "../../db/queries/integration.ts";
import { findSharedAddresses, lockWhitelist } from "../../db/queries/integration-application.ts";
import { announce, lockIntegration, submitOnRecord, takeOnRecord } from "../../db/queries/integration-step.ts";
import { hearSteps } from "../../db/queries/integration-unseen.ts";
import type { Database } from "../../db/tables/database.ts";
import { listForeignAddresses } from "../adapters/taiwan-addresses.ts";
import type { WorkerContext } from "../context.ts";
import type { Integration, StepRequest } from "../domain/integration.ts";
import type { ApplicationDraft } from "../domain/integration-application.ts";
import { underWay } from "../domain/integration-decision.ts";
import { nextDueStep, takeDueStep } from "../domain/integration-due.ts";
import { requireFixedAddresses, requireSharedAcknowledged } from "../domain/ip-address.ts";
import { type Given, givenBy, type PersonsStepName, type Sent, submitPersonally, takePersonsStep } from "../domain/persons-step.ts";
import { asRuleFailure } from "../workflows/rule-failure.ts";

/** Steps by which an application comes with its addresses, and those at which somebody looks at them. */
const BRINGS_ADDRESSES: readonly string[] = ["submit", "amend", "resubmit"];
const LOOKS_AT_ADDRESSES: readonly string[] = [...BRINGS_ADDRESSES, "check", "approve", "provision"];

/** An integration as the records have it, and when the platform is to look after it again (epoch milliseconds). */
export interface LookedAfter {
  readonly integration: Integration;
  readonly dueAt?: number;
}

/** The steps of integrations, each taken on the records: by its rule, once, together with what it gives or takes and what is to be announced. */
export function createIntegrationActivities({ db, config }: Pick<WorkerContext, "db" | "config">) {
  /**
   * What rules need to know of the records and the settings.
   * @returns the addresses that look as if they were abroad: an advice to whoever decides, which stands in nobody's way
   * @clause 3(7)
   * @clause 3(10)
   */
  async function judgeAddresses(
    trx: Transaction<Database>,
    step: PersonsStepName | "submit",
    integration: Integration,
    { sharedAddresses = [] }: Given = {},
  ): Promise<string[]> {
    const { addresses } = underWay(integration);
    if (BRINGS_ADDRESSES.includes(step)) requireFixedAddresses(addresses, config.privateAddressesAllowed);
    if (step === "approve") {
      // Of two approvals at once the second is to see the first.
      await lockWhitelist(trx);
      const shared = await findSharedAddresses(trx, integration.integrationNumber, addresses);
      requireSharedAcknowledged(
        shared.map(({ address }) => address),
        sharedAddresses,
      );
    }
    return LOOKS_AT_ADDRESSES.includes(step) ? listForeignAddresses(addresses) : [];
  }

  /** Does something to an integration in one transaction; its workflow has heard of every step then. */
  async function onRecord(integrationNumber: string, take: (trx: Transaction<Database>) => Promise<Integration>): Promise<LookedAfter> {
    try {
      return await db.transaction().execute(async (trx) => {
        const integration = await take(trx);
        await hearSteps(trx, integrationNumber);
        const due = nextDueStep(integration, await findLastUse(trx, integrationNumber));
        return { integration, ...(due !== undefined && { dueAt: due.at }) };
      });
    } catch (error) {
      throw asRuleFailure(error);
    }
  }

  return {
    /** An application that would open an integration arrives. @throws ApplicationFailure with the code of the rule that stands against it */
    submitApplication: (draft: ApplicationDraft, request: Sent<StepRequest>, now: number): Promise<LookedAfter> =>
      onRecord(draft.applicationNumber, (trx) =>
        submitOnRecord(
          trx,
          draft.applicationNumber,
          () => submitPersonally(draft, request, now),
          { requestId: request.requestId },
          (next) => judgeAddresses(trx, "submit", next),
        ),
      ),

    /** A person takes a step. @throws ApplicationFailure with the code of the rule that stands against it */
    takeStep: (integrationNumber: string, name: PersonsStepName, request: Sent<StepRequest>, now: number): Promise<LookedAfter> =>
      onRecord(integrationNumber, (trx) => {
        const given = givenBy(name, request);
        return takeOnRecord(
          trx,
          integrationNumber,
          (known) => takePersonsStep(name, known, request, now),
          given,
          (next) => judgeAddresses(trx, name, next, given),
        );
      }),

    /** The platform takes the step that has come due, if one has. @throws ApplicationFailure where the records refuse it */
    takeDueStep: (integrationNumber: string, now: number): Promise<LookedAfter> =>
      onRecord(integrationNumber, async (trx) => {
        const lastUse = await findLastUse(trx, integrationNumber);
        return takeOnRecord(trx, integrationNumber, (known) => {
          const due = nextDueStep(known, lastUse);
          return due === undefined || due.at > now ? known : takeDueStep(known, due.step, now);
        });
      }),

    /** The integration as the records have it. @throws ApplicationFailure `integration-unknown` */
    readRecords: (integrationNumber: string): Promise<LookedAfter> =>
      onRecord(integrationNumber, async (trx) => {
        await lockIntegration(trx, integrationNumber);
        return announce(trx, integrationNumber);
      }),
  };
}

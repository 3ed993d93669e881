import type { Transaction } from "kysely";
import { noteAddressUsage } from "../../db/queries/address-usage.ts";
import {
  closeInventory,
  decideAddress,
  findFirstProvision,
  type InventoryOnRecord,
  insertInventory,
  listFindings,
  listInventories,
  listWhitelistedAddresses,
} from "../../db/queries/ip-inventory.ts";
import { keepNotices } from "../../db/queries/notice.ts";
import type { Database } from "../../db/tables/database.ts";
import type { WorkerContext } from "../context.ts";
import {
  type AddressDecision,
  type AddressKey,
  findFlawedAddresses,
  inventoryAbout,
  inventoryNotices,
  inventoryTerm,
  missedReview,
} from "../domain/ip-inventory.ts";
import { asRuleFailure } from "../workflows/rule-failure.ts";
import { withHeartbeat } from "./heartbeat.ts";

/** A review that has begun. */
export interface OpenInventory {
  readonly inventoryNumber: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  /** The addresses that wait for a decision. */
  readonly waiting: readonly AddressKey[];
}

/** The review of a workflow, written when it is not there yet. */
async function begin(trx: Transaction<Database>, workflowId: string, now: number): Promise<InventoryOnRecord> {
  const find = async () => (await listInventories(trx)).find((inventory) => inventory.workflowId === workflowId);
  const known = await find();
  if (known !== undefined) return known;
  const term = inventoryTerm(now);
  const all = await listWhitelistedAddresses(trx);
  const findings = findFlawedAddresses(all, term.usedSince);
  try {
    await insertInventory(trx, workflowId, term, now, all.length, findings);
  } catch (error) {
    // An earlier try, of a worker that was taken for dead, may have written it while this one waited.
    const written = await find();
    if (written === undefined) throw error;
    return written;
  }
  if (findings.length > 0) await keepNotices(trx, inventoryAbout(term.inventoryNumber), inventoryNotices(term, now));
  return (await find()) as InventoryOnRecord;
}

export function createIpInventoryActivities({ db, now: clock }: Pick<WorkerContext, "db" | "now">) {
  return {
    /** The half year whose review did not begin, as after the loss of Temporal's store, which forgets what a schedule missed; null: none. @clause 3(8) */
    async findMissedReview(): Promise<string | null> {
      const [newest] = await listInventories(db);
      return missedReview(newest?.openedAt.getTime(), (await findFirstProvision(db))?.getTime(), clock().getTime()) ?? null;
    },

    /** Reviews the whitelist and puts what is found on record, once. @throws ApplicationFailure `inventory-exists` */
    openInventory: (workflowId: string, now: number): Promise<OpenInventory> =>
      withHeartbeat(async () => {
        await noteAddressUsage(db);
        try {
          return await db.transaction().execute(async (trx) => {
            const { inventoryNumber, deadlineAt } = await begin(trx, workflowId, now);
            const found = await listFindings(trx, inventoryNumber);
            const waiting = found
              .filter(({ outcome }) => outcome === null)
              .map(({ integrationNumber, address }) => ({ integrationNumber, address }));
            return { inventoryNumber, deadline: deadlineAt.getTime(), waiting };
          });
        } catch (error) {
          throw asRuleFailure(error);
        }
      }),

    /** Puts a decision on record and carries it out, once. */
    async decideAddress(inventoryNumber: string, decision: AddressDecision, now: number): Promise<void> {
      try {
        await db.transaction().execute((trx) => decideAddress(trx, inventoryNumber, decision, now));
      } catch (error) {
        throw asRuleFailure(error);
      }
    },

    /** Nothing waits any more. */
    closeInventory: (inventoryNumber: string, now: number): Promise<void> =>
      db.transaction().execute(async (trx) => {
        await closeInventory(trx, inventoryNumber, now);
        await keepNotices(trx, inventoryAbout(inventoryNumber), []);
      }),
  };
}

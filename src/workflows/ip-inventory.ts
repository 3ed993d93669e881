import { allHandlersFinished, condition, defineUpdate, proxyActivities, setHandler, workflowInfo } from "@temporalio/workflow";
import type { createIpInventoryActivities } from "../activities/ip-inventory.ts";
import { type AddressDecision, type AddressKey, isAmong, requireAddressDecision } from "../domain/ip-inventory.ts";
import { underRules } from "./rule-failure.ts";

/** The dedicated officer's word on one found address. */
export const decideAddressUpdate = defineUpdate<void, [AddressDecision]>("decideAddress");

type Activities = ReturnType<typeof createIpInventoryActivities>;
const retry = { maximumInterval: "1 minute" } as const;
const { decideAddress, closeInventory } = proxyActivities<Activities>({ startToCloseTimeout: "1 minute", retry });
const { openInventory } = proxyActivities<Activities>({ startToCloseTimeout: "30 minutes", heartbeatTimeout: "10 seconds", retry });

/** The workflow of a review that the schedule did not begin: one a half year. */
export const inventoryWorkflowId = (taskQueue: string, day: string) => `ip-inventory-${taskQueue}-missed-${day}`;

/** How a review ended. */
export interface InventoryOutcome {
  readonly inventoryNumber: string;
  readonly decided: number;
  /** Removed since nobody answered in time. */
  readonly unanswered: number;
}

/**
 * Every half year the whitelist is reviewed: the dedicated officer has each duplicate, idle or expired address removed, or keeps it with a
 * reason; what is not answered by the deadline is removed.
 * @clause 3(8)
 */
export async function ipInventory(): Promise<InventoryOutcome> {
  let waiting: readonly AddressKey[] | undefined;
  const decided: AddressKey[] = [];
  /** Decisions that are on their way to the records, which may refuse them. */
  const underWay: AddressKey[] = [];
  let inventoryNumber = "";

  const requireOpen = (decision: AddressDecision) => underRules(() => requireAddressDecision(waiting, [...decided, ...underWay], decision));

  setHandler(
    decideAddressUpdate,
    async (decision) => {
      requireOpen(decision);
      underWay.push(decision);
      try {
        await decideAddress(inventoryNumber, decision, Date.now());
        decided.push(decision);
      } finally {
        underWay.splice(underWay.indexOf(decision), 1);
      }
    },
    { validator: requireOpen },
  );

  const opened = await openInventory(workflowInfo().workflowId, Date.now());
  inventoryNumber = opened.inventoryNumber;
  const found = opened.waiting;
  waiting = found;
  if (found.length > 0) await condition(() => decided.length === found.length, Math.max(1, opened.deadline - Date.now()));
  waiting = undefined;
  await condition(allHandlersFinished);
  const unanswered = found.filter((address) => !isAmong(decided, address));
  for (const address of unanswered) {
    const request = { by: { account: "platform", role: "platform" }, reason: "not answered by the deadline" } as const;
    await decideAddress(inventoryNumber, { ...address, ...request, choice: "remove" }, Date.now());
  }
  await closeInventory(inventoryNumber, Date.now());
  return { inventoryNumber, decided: decided.length, unanswered: unanswered.length };
}

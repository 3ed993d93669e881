import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import type { AddressDecision } from "./domain/ip-inventory.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import { decideAddressUpdate } from "./workflows/ip-inventory.ts";
import { ruleViolationIn } from "./workflows/rule-failure.ts";

/**
 * Takes the dedicated officer's word on one found address.
 * @param workflowId as the review's record says
 * @throws RuleViolation as `requireAddressDecision`
 */
export async function decideFoundAddress(client: Client, workflowId: string, decision: AddressDecision): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).executeUpdate(decideAddressUpdate, { args: [decision] });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new RuleViolation(
        "3(8)",
        "inventory-not-open",
        "The review is not open: its deadline has passed, or every address is decided.",
      );
    throw ruleViolationIn(error) ?? error;
  }
}

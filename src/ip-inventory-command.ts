import { parseArgs } from "node:util";
import type { Kysely } from "kysely";
import { type InventoryOnRecord, listFindings, listInventories } from "../db/queries/ip-inventory.ts";
import type { Database } from "../db/tables/database.ts";
import { canonicalAddresses } from "./domain/ip-address.ts";
import type { AddressDecision } from "./domain/ip-inventory.ts";
import { RuleViolation } from "./domain/rule-violation.ts";

export const IP_INVENTORY_HELP = `Usage: node bin/ip-inventory.ts <step> …

  list                                      every half-yearly review of whitelisted addresses
  show [REVIEW]                             what it found, and what became of it
  remove ADDRESS --integration NUMBER       --as ACCOUNT --reason TEXT   as the dedicated officer
  keep ADDRESS --integration NUMBER         --as ACCOUNT --reason TEXT   as the dedicated officer

  REVIEW  the day on which it began (YYYY-MM-DD); the newest when left out. What is not answered by its deadline is removed.
  --json  the last line is one JSON object

Environment: DATABASE_URL and TEMPORAL_ADDRESS, else the platform running from DATA_DIR; KEYS_DIR. Exit code 0: done; 1: not done, and why.`;

const TEXT = { type: "string" } as const;

/** Sends a decision to a review's process. */
type Decide = (workflowId: string, decision: AddressDecision) => Promise<void>;

/** Carries out one step and returns the last line. @throws Error whose message names rule and clause */
export async function runIpInventoryCommand(argv: string[], db: Kysely<Database>, decide: Decide): Promise<string> {
  const options = { as: TEXT, reason: TEXT, integration: TEXT, json: { type: "boolean" } } as const;
  const { positionals, values } = parseArgs({ args: argv, options, allowPositionals: true });
  const [step, what] = positionals;
  const inventories = await listInventories(db);
  if (step === "list") return values.json ? JSON.stringify(inventories) : inventories.map(summary).join("\n") || "No review yet.";
  if (step !== "show" && step !== "remove" && step !== "keep") throw new Error(`There is no step "${step ?? ""}"; --help lists them.`);
  const inventory =
    step === "show" && what !== undefined ? inventories.find(({ inventoryNumber }) => inventoryNumber === what) : inventories[0];
  if (inventory === undefined) throw new Error(inventories.length === 0 ? "No review yet." : "There is no such review: list shows them.");
  if (step === "show") return show(db, inventory, values.json === true);
  if (what === undefined || values.as === undefined || values.integration === undefined)
    throw new Error("Name a step, an address, --integration NUMBER and --as ACCOUNT; --help lists them.");
  try {
    const [address = ""] = canonicalAddresses([what]);
    const by = { account: values.as, role: "dedicatedOfficer" } as const;
    await decide(inventory.workflowId, { by, reason: values.reason ?? "", integrationNumber: values.integration, address, choice: step });
    return `${address} of ${values.integration} is ${step === "keep" ? "kept" : "removed"}.`;
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    throw new Error(`${error.message} (${error.code}, clause ${error.clause})`, { cause: error });
  }
}

async function show(db: Kysely<Database>, inventory: InventoryOnRecord, json: boolean): Promise<string> {
  const findings = await listFindings(db, inventory.inventoryNumber);
  if (json) return JSON.stringify({ ...inventory, findings });
  const lines = findings.map(({ integrationNumber, address, flaws, lastUsedOn, outcome, decidedBy, reason }) => {
    const decision = outcome === null ? "waits" : `${outcome} by ${decidedBy}: ${reason}`;
    return `${integrationNumber}  ${address}  ${flaws.join(" ")}  last used ${lastUsedOn ?? "never"}  ${decision}`;
  });
  return [...lines, summary(inventory)].join("\n");
}

function summary({ inventoryNumber, addressCount, usedSince, deadlineAt, closedAt }: InventoryOnRecord): string {
  const state = closedAt === null ? `open until ${deadlineAt.toISOString()}` : `closed ${closedAt.toISOString()}`;
  return `Review ${inventoryNumber}: ${addressCount} addresses, use since ${usedSince}, ${state}`;
}

import { parseArgs } from "node:util";
import type { KeepAlerts } from "./abnormal-use-client.ts";
import type { AlertDecision, AlertOnRecord } from "./domain/abnormal-use-decision.ts";
import type { Role } from "./domain/integration-step.ts";
import { RuleViolation } from "./domain/rule-violation.ts";

export const ABNORMAL_USE_HELP = `Usage: node bin/abnormal-use.ts list [--all]
       node bin/abnormal-use.ts dismiss ALERT --as ACCOUNT --role ROLE --reason TEXT      nothing is wrong, and why
       node bin/abnormal-use.ts finding ALERT --as ACCOUNT --role ROLE --reason TEXT      corrective action takes it up

  --all   decided alerts, too
  ROLE    dedicated-officer, manager
  --json  the last line is one JSON object

Environment: TEMPORAL_ADDRESS (else the platform running from DATA_DIR), KEYS_DIR. Exit code 0: done; 1: not done, and why.`;

const TEXT = { type: "string" } as const;
const FLAG = { type: "boolean" } as const;
const OPTIONS = { as: TEXT, role: TEXT, reason: TEXT, all: FLAG, json: FLAG } as const;
const ROLES: Readonly<Record<string, Role>> = { "dedicated-officer": "dedicatedOfficer", manager: "manager" };
const CHOICES: Readonly<Record<string, AlertDecision["choice"]>> = { dismiss: "dismissed", finding: "finding" };

/**
 * Lists alerts or decides one, and returns the last line.
 * @throws Error whose message names rule and clause
 */
export async function runAbnormalUseCommand(argv: string[], keep: KeepAlerts): Promise<string> {
  const { positionals, values } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  const [action = "", number = ""] = positionals;
  try {
    if (action === "list") {
      const alerts = await keep({ onlyOpen: values.all !== true });
      if (values.json) return JSON.stringify(alerts);
      for (const alert of alerts) console.log(summary(alert));
      return `${alerts.length} alerts.`;
    }
    const decision = decisionOf(action, number, values);
    const decided = (await keep({ decision, onlyOpen: false })).find(({ alertId }) => alertId === decision.alertId);
    return values.json ? JSON.stringify(decided) : `Alert ${decision.alertId} is ${decision.choice}.`;
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    const { clause, code, message } = error;
    if (values.json) console.log(JSON.stringify({ error: { clause, code, message } }));
    throw new Error(`${message} (${code}, clause ${clause})`, { cause: error });
  }
}

function decisionOf(action: string, number: string, values: { as?: string; role?: string; reason?: string }): AlertDecision {
  const [choice, role] = [CHOICES[action], ROLES[values.role ?? ""]];
  if (choice === undefined) throw new Error(`There is no action "${action}"; --help lists them.`);
  if (!/^\d{1,9}$/.test(number)) throw new Error("Name the alert by its number; list shows them.");
  if (values.as === undefined || role === undefined)
    throw new Error("Say who acts, and in what capacity: --as ACCOUNT --role dedicated-officer (or manager).");
  return { alertId: Number(number), choice, by: { account: values.as, role }, reason: values.reason ?? "" };
}

function summary({ alertId, applicationNumber, systemName, kind, from, counts, state, decidedBy, reason }: AlertOnRecord): string {
  const counted = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const decided = decidedBy === null ? "" : ` by ${decidedBy}: ${reason}`;
  return `${alertId}  ${from}  ${applicationNumber} (${systemName})  ${kind}: ${counted.join(", ")}  ${state}${decided}`;
}

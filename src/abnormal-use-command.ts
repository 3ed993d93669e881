import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import type { KeepAlerts } from "./abnormal-use-client.ts";
import { type AlertOnRecord, MOST_ALERTS_LISTED } from "./domain/abnormal-use-decision.ts";
import type { Duty } from "./domain/appointment.ts";
import type { Severity } from "./domain/finding.ts";
import { printableText } from "./domain/printable-text.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import type { RaiseFinding } from "./finding-client.ts";

export const ABNORMAL_USE_HELP = `Usage: node bin/abnormal-use.ts list [--all]
       node bin/abnormal-use.ts dismiss ALERT --as ACCOUNT --role ROLE --reason TEXT [--seen N]      nothing is wrong, and why
       node bin/abnormal-use.ts finding ALERT --as ACCOUNT --role ROLE --reason TEXT --due YYYY-MM-DD [--severity LEVEL]
                                                                                           a finding is raised, to be explained or improved

  --all   decided alerts, too
  ROLE    dedicated-officer, manager; for a finding also auditor, ethics, civil-affairs
  LEVEL   minor, ordinary (unless said otherwise), serious
  --seen  the version that list told: what has grown since is not dismissed; without it, whatever stands now is
  --json  the last line is one JSON object

Environment: TEMPORAL_ADDRESS (else the platform running from DATA_DIR), KEYS_DIR. Exit code 0: done; 1: not done, and why.`;

const TEXT = { type: "string" } as const;
const FLAG = { type: "boolean" } as const;
const OPTIONS = { as: TEXT, role: TEXT, reason: TEXT, severity: TEXT, due: TEXT, seen: TEXT, all: FLAG, json: FLAG } as const;
const DUTIES: Readonly<Record<string, Duty>> = {
  "dedicated-officer": "dedicatedOfficer",
  manager: "manager",
  auditor: "auditor",
  ethics: "ethics",
  "civil-affairs": "civilAffairs",
};

type Values = ReturnType<typeof parse>["values"];

function parse(argv: string[]) {
  return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
}

/**
 * Lists alerts or decides one, and returns the last line.
 * @throws Error whose message names rule and clause
 */
export async function runAbnormalUseCommand(argv: string[], keep: KeepAlerts, raise: RaiseFinding): Promise<string> {
  const { positionals, values } = parse(argv);
  const [action = "", number = ""] = positionals;
  try {
    if (action === "list") {
      const alerts = await keep({ onlyOpen: values.all !== true });
      if (values.json) return JSON.stringify(alerts);
      for (const alert of alerts) console.log(printableText(summary(alert)));
      return alerts.length < MOST_ALERTS_LISTED
        ? `${alerts.length} alerts.`
        : `The newest ${alerts.length} alerts; there may be more, which the console shows.`;
    }
    const alertId = await decide(action, number, values, keep, raise);
    const [decided] = await keep({ onlyOpen: false, alertId });
    return values.json ? JSON.stringify(decided) : `Alert ${alertId} is ${decided?.state}.`;
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    const { clause, code, message } = error;
    if (values.json) console.log(JSON.stringify({ error: { clause, code, message } }));
    throw new Error(`${message} (${code}, clause ${clause})`, { cause: error });
  }
}

async function decide(action: string, number: string, values: Values, keep: KeepAlerts, raise: RaiseFinding): Promise<number> {
  if (action !== "dismiss" && action !== "finding") throw new Error(`There is no action "${action}"; --help lists them.`);
  if (!/^\d{1,9}$/.test(number)) throw new Error("Name the alert by its number; list shows them.");
  const [account, duty] = [values.as, DUTIES[values.role ?? ""]];
  if (account === undefined || duty === undefined)
    throw new Error("Say who acts, and in what capacity: --as ACCOUNT --role dedicated-officer (or another of --help).");
  const [alertId, reason] = [Number(number), values.reason ?? ""];
  if (action === "dismiss") {
    if (duty !== "dedicatedOfficer" && duty !== "manager") throw new Error("Alerts are dismissed by the dedicated officer or a manager.");
    const seen = values.seen === undefined ? {} : { seen: Number(values.seen) };
    await keep({ decision: { alertId, by: { account, role: duty }, reason, ...seen }, onlyOpen: true });
    return alertId;
  }
  const [severity, dueOn] = [(values.severity ?? "ordinary") as Severity, values.due ?? ""];
  await raise({ requestId: randomUUID(), about: { alertId }, severity, description: reason, dueOn, by: { account, role: duty } });
  return alertId;
}

function summary({ alertId, version, applicationNumber, systemName, kind, from, counts, state, decidedBy, reason }: AlertOnRecord): string {
  const counted = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const decided = decidedBy === null ? "" : ` by ${decidedBy}: ${reason}`;
  return `${alertId}  ${from}  ${applicationNumber} (${systemName})  ${kind}: ${counted.join(", ")}  version ${version}  ${state}${decided}`;
}

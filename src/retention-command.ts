import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import type { Role } from "./domain/integration-step.ts";
import { printableText } from "./domain/printable-text.ts";
import { type Disposal, type DisposalRequest, openHolds, stateOf } from "./domain/retention.ts";
import { retentionYears } from "./domain/retention-period.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import type { RetentionClient } from "./retention-client.ts";

export const RETENTION_HELP = `Usage: node bin/retention.ts <step> <YYYY-MM> --as ACCOUNT --role ROLE --reason TEXT

  propose MONTH               a month whose time is over is put before a manager, before the night does it; as dedicated-officer or manager
  approve MONTH               the entries of a proposed month are disposed of; as manager, another than who proposed it or lifted a hold
  stop MONTH                  takes an approval back that has not been carried out yet; as manager or dedicated-officer
  hold MONTH --matter TEXT    keeps the month, due or not, until the hold is lifted; as manager, dedicated-officer or case-officer
  lift MONTH --matter TEXT    as manager
  show MONTH                  its steps, and its certificate once its entries are gone
  list                        months that are proposed, held or lately disposed of
  period                      how long the log is kept, and by whose word
  raise YEARS                 keeps it for more years than now, for good: nobody can lower it; as manager

  ROLE    manager, dedicated-officer, case-officer
  --json  the last line is one JSON object

Environment: TEMPORAL_ADDRESS (else the platform running from DATA_DIR), KEYS_DIR. Exit code 0: done; 1: not done, and why.`;

const TEXT = { type: "string" } as const;
const OPTIONS = { as: TEXT, role: TEXT, reason: TEXT, matter: TEXT, json: { type: "boolean" } } as const;
const ROLES: Readonly<Record<string, Role>> = {
  manager: "manager",
  "dedicated-officer": "dedicatedOfficer",
  "case-officer": "caseOfficer",
};

type Values = ReturnType<typeof parse>["values"];
type WithClient = <T>(use: (client: RetentionClient) => Promise<T>) => Promise<T>;

function parse(argv: string[]) {
  return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
}

/**
 * Takes one step, prints what it gave, and returns the last line.
 * @throws Error whose message names rule and clause
 */
export async function runRetentionCommand(argv: string[], withClient: WithClient): Promise<string> {
  const { positionals, values } = parse(argv);
  const [step = "", month = ""] = positionals;
  try {
    if (step === "list") {
      const disposals = await withClient((client) => client.list());
      if (values.json) return JSON.stringify(disposals);
      for (const disposal of disposals) console.log(printableText(summary(disposal)));
      return `${disposals.length} months.`;
    }
    if (step === "period" || step === "raise") {
      const periods = await withClient((client) =>
        client.period(step === "raise" ? { ...request(values), years: Number(month) } : undefined),
      );
      if (values.json) return JSON.stringify(periods);
      for (const { years, raisedAt, account, reason } of periods)
        console.log(printableText(`${raisedAt}  ${years} years  ${account}  ${reason}`));
      return `The log is kept for ${retentionYears(periods)} years.`;
    }
    if (month === "") throw new Error("Name a step and a month; --help lists them.");
    const disposal = await withClient((client) => take(client, step, month, values));
    if (values.json) return JSON.stringify(disposal);
    if (step === "show") for (const line of details(disposal)) console.log(line);
    return printableText(`Month ${summary(disposal)}.`);
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    const { clause, code, message } = error;
    if (values.json) console.log(JSON.stringify({ error: { clause, code, message } }));
    throw new Error(`${message} (${code}, clause ${clause})`, { cause: error });
  }
}

function take(client: RetentionClient, step: string, month: string, values: Values): Promise<Disposal> {
  switch (step) {
    case "propose":
    case "approve":
    case "stop":
      return client[step](month, request(values));
    case "hold":
      return client.hold(month, { ...request(values), matter: values.matter ?? "" });
    case "lift":
      return client.lift(month, { ...request(values), matter: values.matter ?? "" });
    case "show":
      return client.show(month);
    default:
      throw new Error(`There is no step "${step}"; --help lists them.`);
  }
}

function request({ as: account, role: name = "", reason = "" }: Values): DisposalRequest {
  const role = ROLES[name];
  if (account === undefined || role === undefined)
    throw new Error("Say who acts, and in what capacity: --as ACCOUNT --role manager (or another of --help).");
  return { by: { account, role }, reason, requestId: randomUUID() };
}

function summary(disposal: Disposal): string {
  const holds = openHolds(disposal);
  return `${disposal.month} is ${stateOf(disposal)}${holds.length > 0 ? `, held for ${holds.join(", ")}` : ""}`;
}

function details({ timeline, certificate }: Disposal): string[] {
  const steps = timeline.map(({ takenAt, step, account, role, reason }) =>
    printableText(`${takenAt}  ${step}  ${account} (${role})  ${reason}`),
  );
  if (certificate === undefined) return steps;
  const { entries, ranges, checkpoint, approvedBy, disposedAt } = certificate;
  const runs = ranges.map(([first, last]) => `${first}–${last}`).join(", ");
  return [
    ...steps,
    `${entries} entries (${runs}) disposed of at ${disposedAt}, approved by ${approvedBy}; proven by`,
    checkpoint ?? "nothing",
  ];
}

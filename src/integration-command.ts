import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { createSecret, hashSecret } from "./adapters/credential-secret.ts";
import type { Integration, StepRequest } from "./domain/integration.ts";
import { defaultLastDay } from "./domain/integration-period.ts";
import type { Role } from "./domain/integration-step.ts";
import { taipeiDate } from "./domain/roc-date.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import type { IntegrationClient } from "./integration-client.ts";

export const INTEGRATION_HELP = `Usage: node bin/integration.ts <step> <application number> --as ACCOUNT --role ROLE --reason TEXT …

  apply NUMBER            --agency-code CODE --agency NAME --system NAME --legal-basis TEXT --purpose TEXT --contact OFFICE
                          --check CHECK… --address ADDRESS… [--from DAY] [--until DAY]
  approve NUMBER          [--check CHECK…] [--from DAY] [--until DAY]   as manager; what is left out is as requested
  refuse NUMBER           as manager
  provision NUMBER        as dedicated-officer; prints the first credential's secret, this once
  add-credential NUMBER   as dedicated-officer; prints a further credential's secret, this once
  revoke NUMBER           as manager or dedicated-officer; acts at once
  show NUMBER
  list

  CHECK   resident, indigenous, elderlyLivingAlone, disability (repeat the option for several)
  ADDRESS one fixed IPv4 or IPv6 address (repeat the option for several)
  ROLE    applicant, case-officer, dedicated-officer, manager
  DAY     YYYY-MM-DD; both days are included; from today, for one year, when left out
  --json  the last line is one JSON object

Environment: TEMPORAL_ADDRESS (else the platform running from DATA_DIR), KEYS_DIR. Exit code 0: done; 1: not done, and why.`;

const TEXT = { type: "string" } as const;
const OPTIONS = {
  as: TEXT,
  role: TEXT,
  reason: TEXT,
  "agency-code": TEXT,
  agency: TEXT,
  system: TEXT,
  "legal-basis": TEXT,
  purpose: TEXT,
  contact: TEXT,
  from: TEXT,
  until: TEXT,
  check: { type: "string", multiple: true },
  address: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parse>["values"];
type WithClient = <T>(use: (client: IntegrationClient) => Promise<T>) => Promise<T>;

function parse(argv: string[]) {
  return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
}

/** What a step came to: a sentence, lines to print before it, and the whole for machines. */
interface Outcome {
  readonly sentence: string;
  readonly lines?: readonly string[];
  readonly result: object;
}

/**
 * Takes one step, prints what it gave, and returns the last line.
 * @throws Error whose message names rule and clause
 */
export async function runIntegrationCommand(argv: string[], withClient: WithClient): Promise<string> {
  const { positionals, values } = parse(argv);
  const [step = "", applicationNumber = ""] = positionals;
  try {
    if (step !== "list" && applicationNumber === "") throw new Error("Name a step and an application number; --help lists them.");
    const { sentence, lines = [], result } = await withClient((client) => take(client, step, applicationNumber, values));
    if (values.json) return JSON.stringify(result);
    for (const line of lines) console.log(line);
    return sentence;
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    const { clause, code, message } = error;
    if (values.json) console.log(JSON.stringify({ error: { clause, code, message } }));
    throw new Error(`${message} (${code}, clause ${clause})`, { cause: error });
  }
}

async function take(client: IntegrationClient, step: string, number: string, values: Values): Promise<Outcome> {
  switch (step) {
    case "apply":
      return told(await apply(client, number, values));
    case "approve": {
      const { check: checks, from, until } = values;
      return told(
        await client.approve(number, { ...request(values), ...(checks && { checks }), ...(from && { from }), ...(until && { until }) }),
      );
    }
    case "refuse":
      return told(await client.refuse(number, request(values)));
    case "revoke":
      return told(await client.revoke(number, request(values)));
    case "provision":
      return withSecret((fresh) => client.provision(number, { ...request(values), credential: fresh }));
    case "add-credential":
      return withSecret((fresh) => client.addCredential(number, { ...request(values), credential: fresh }));
    case "show":
      return shown(await client.show(number));
    case "list": {
      const integrations = await client.list();
      return { sentence: `${integrations.length} integrations.`, lines: integrations.map(summary), result: integrations };
    }
    default:
      throw new Error(`There is no step "${step}"; --help lists them.`);
  }
}

function apply(client: IntegrationClient, applicationNumber: string, values: Values): Promise<Integration> {
  const from = values.from ?? taipeiDate(Date.now());
  const draft = {
    applicationNumber,
    agencyCode: values["agency-code"] ?? "",
    agencyName: values.agency ?? "",
    systemName: values.system ?? "",
    legalBasis: values["legal-basis"] ?? "",
    purpose: values.purpose ?? "",
    contact: values.contact ?? "",
    checks: values.check ?? [],
    addresses: values.address ?? [],
    from,
    until: values.until ?? defaultLastDay(from),
  };
  return client.apply(draft, request({ role: "applicant", reason: draft.purpose, ...values }));
}

const ROLES: Readonly<Record<string, Role>> = {
  applicant: "applicant",
  "case-officer": "caseOfficer",
  "dedicated-officer": "dedicatedOfficer",
  manager: "manager",
};

function request(values: Values): StepRequest {
  const role = ROLES[values.role ?? ""];
  if (values.as === undefined || role === undefined)
    throw new Error("Say who acts, and in what capacity: --as ACCOUNT --role manager (or another of --help).");
  return { by: { account: values.as, role }, reason: values.reason ?? "" };
}

async function withSecret(issue: (fresh: { credentialId: string; secretHash: string }) => Promise<Integration>): Promise<Outcome> {
  const secret = createSecret();
  const credentialId = randomUUID();
  const integration = await issue({ credentialId, secretHash: hashSecret(secret) });
  const { sentence } = told(integration);
  const credential = integration.credentials.find((known) => known.credentialId === credentialId);
  const lines = [`Credential ${credentialId}, valid until ${credential?.validUntil}. Its secret, shown this once:`, secret];
  return { sentence, lines, result: { ...integration, credential: { ...credential, secret } } };
}

function told(integration: Integration): Outcome {
  return { sentence: `Integration ${summary(integration)}.`, result: integration };
}

function shown(integration: Integration): Outcome {
  const lines = integration.timeline.map(
    ({ takenAt, step, account, role, reason }) => `${takenAt}  ${step}  ${account} (${role})  ${reason}`,
  );
  return { ...told(integration), lines };
}

function summary({ application, state, approval }: Integration): string {
  const period = approval === undefined ? "" : `, ${approval.checks.join(" ")} from ${approval.from} to ${approval.until}`;
  return `${application.applicationNumber} (${application.agencyName}, ${application.systemName}) is ${state}${period}`;
}

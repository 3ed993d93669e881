import { parseArgs } from "node:util";
import type { StepRequest } from "./domain/integration.ts";
import type { AmendmentDraft, ApplicationDraft, Correction } from "./domain/integration-application.ts";
import { defaultLastDay } from "./domain/integration-period.ts";
import type { Role } from "./domain/integration-step.ts";
import { taipeiDate } from "./domain/roc-date.ts";

export const INTEGRATION_HELP = `Usage: node bin/integration.ts <step> <integration number> --as ACCOUNT --role ROLE --reason TEXT …

  apply NUMBER             --agency-code CODE --agency NAME --system NAME --legal-basis TEXT --purpose TEXT --contact OFFICE
                           --check CHECK… --address ADDRESS… [--from DAY] [--until DAY] [--improvement TEXT]
  check NUMBER             as case-officer: complete and in order
  send-back NUMBER         as case-officer: what is to be put right stands in the reason
  resubmit NUMBER          as applicant; the options of apply that are put right
  withdraw NUMBER          as applicant
  approve NUMBER           [--check CHECK…] [--from DAY] [--until DAY] [--shared-address ADDRESS…]   as manager; what is left out is as requested
  refuse NUMBER            as manager
  provision NUMBER         [--new-credential]   as dedicated-officer; prints the first credential's secret, this once

  renew NUMBER             --application NUMBER [--until DAY] and what else is to change; decided and provisioned like an application
  change NUMBER            --application NUMBER and what is to change: --check, --address, --purpose, --legal-basis, --contact, --until
  reapply NUMBER           --application NUMBER --improvement TEXT; brings a suspended integration back

  add-credential NUMBER    as dedicated-officer; prints a further credential's secret, this once
  revoke-credential NUMBER --credential ID   as dedicated-officer or manager; ends it and what the system made by it, at once
  suspend NUMBER           [--corrective-action]   as manager or dedicated-officer; acts at once
  resume NUMBER            as manager
  revoke NUMBER            as manager or dedicated-officer; ends it at once
  stop NUMBER              [--credential ID]   suspends it, or ends that credential, at once in the records alone: works while Temporal is down
  show NUMBER
  list

  CHECK   resident, indigenous, elderlyLivingAlone, disability (repeat the option for several)
  ADDRESS one fixed IPv4 or IPv6 address (repeat the option for several)
  ROLE    applicant, case-officer, dedicated-officer, manager; but for applicants, the account must hold that office: bin/appoint.ts
  DAY     YYYY-MM-DD; both days are included; from today, for one year, when left out
  --seen N  the version that show told: a decision on what has moved on since is refused; without it, whatever stands now is decided on
  --json  the last line is one JSON object

Environment: TEMPORAL_ADDRESS (for stop: DATABASE_URL), else the platform running from DATA_DIR; KEYS_DIR. Exit code 0: done; 1: not done, and why.`;

const TEXT = { type: "string" } as const;
const SEVERAL = { type: "string", multiple: true } as const;
const FLAG = { type: "boolean" } as const;
const OPTIONS = {
  ...{ as: TEXT, role: TEXT, reason: TEXT, json: FLAG },
  ...{ "agency-code": TEXT, agency: TEXT, system: TEXT, "legal-basis": TEXT, purpose: TEXT, contact: TEXT },
  ...{ from: TEXT, until: TEXT, check: SEVERAL, address: SEVERAL, improvement: TEXT },
  ...{ seen: TEXT, application: TEXT, "shared-address": SEVERAL, credential: TEXT, "new-credential": FLAG, "corrective-action": FLAG },
} as const;

export type Values = ReturnType<typeof parseOptions>["values"];

export function parseOptions(argv: string[]) {
  return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
}

const ROLES: Readonly<Record<string, Role>> = {
  applicant: "applicant",
  "case-officer": "caseOfficer",
  "dedicated-officer": "dedicatedOfficer",
  manager: "manager",
};

/** Who acts, and why. @throws Error when that was not said */
export function request(values: Values): StepRequest {
  const role = ROLES[values.role ?? ""];
  if (values.as === undefined || role === undefined)
    throw new Error("Say who acts, and in what capacity: --as ACCOUNT --role manager (or another of --help).");
  const seen = values.seen === undefined ? {} : { seen: Number(values.seen) };
  return { by: { account: values.as, role }, reason: values.reason ?? "", ...seen };
}

/** The application that the options of `apply` describe. */
export function applicationDraft(applicationNumber: string, values: Values): ApplicationDraft {
  const from = values.from ?? taipeiDate(Date.now());
  return {
    ...{ applicationNumber, agencyCode: values["agency-code"] ?? "", agencyName: values.agency ?? "", systemName: values.system ?? "" },
    ...{ legalBasis: values["legal-basis"] ?? "", purpose: values.purpose ?? "", contact: values.contact ?? "" },
    ...{ checks: values.check ?? [], addresses: values.address ?? [], from, until: values.until ?? defaultLastDay(from) },
    ...(values.improvement !== undefined && { improvement: values.improvement }),
  };
}

/** What is to change; what no option names stays. */
export function amendmentDraft(kind: AmendmentDraft["kind"], values: Values): AmendmentDraft {
  if (values.application === undefined) throw new Error("Give the application a number of its own: --application NUMBER.");
  const { systemName: _system, from: _from, ...changes } = correction(values);
  return { applicationNumber: values.application, kind, ...changes };
}

/** What is put right in an application that was sent back. */
export function correction(values: Values): Correction {
  const { system: systemName, "legal-basis": legalBasis, purpose, contact, check: checks, address: addresses } = values;
  const { from, until, improvement } = values;
  const named = { systemName, legalBasis, purpose, contact, checks, addresses, from, until, improvement };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

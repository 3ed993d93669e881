import { randomUUID } from "node:crypto";
import { createSecret, hashSecret } from "./adapters/credential-secret.ts";
import { listForeignAddresses } from "./adapters/taiwan-addresses.ts";
import { type Integration, versionShown } from "./domain/integration.ts";
import { underWay } from "./domain/integration-decision.ts";
import { printableText } from "./domain/printable-text.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import type { IntegrationClient } from "./integration-client.ts";
import { amendmentDraft, applicationDraft, correction, parseOptions, request, type Values } from "./integration-command-options.ts";
import type { StopRequest } from "./integration-stop.ts";

/** What the command works on: the running processes, or the records alone. */
export interface IntegrationPlaces {
  withClient<T>(use: (client: IntegrationClient) => Promise<T>): Promise<T>;
  /** Suspends an integration, or ends one of its credentials, in the records. */
  stop(integrationNumber: string, request: StopRequest): Promise<Integration>;
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
export async function runIntegrationCommand(argv: string[], places: IntegrationPlaces): Promise<string> {
  const { positionals, values } = parseOptions(argv);
  const [step = "", number = ""] = positionals;
  try {
    if (step !== "list" && number === "") throw new Error("Name a step and an application number; --help lists them.");
    const {
      sentence,
      lines = [],
      result,
    } = step === "stop"
      ? told(await places.stop(number, { ...request(values), ...(values.credential !== undefined && { credentialId: values.credential }) }))
      : await places.withClient((client) => takeStep(client, step, number, values));
    if (values.json) return JSON.stringify(result);
    // Names and reasons are others' words: one that looks like a line of ours isn't printed as one.
    for (const line of lines) console.log(printableText(line));
    return printableText(sentence);
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    const { clause, code, message } = error;
    if (values.json) console.log(JSON.stringify({ error: { clause, code, message } }));
    throw new Error(`${message} (${code}, clause ${clause})`, { cause: error });
  }
}

async function takeStep(client: IntegrationClient, step: string, number: string, values: Values): Promise<Outcome> {
  switch (step) {
    case "provision":
      return provision(client, number, values);
    case "add-credential":
      return withSecret((credential) => client.addCredential(number, { ...request(values), credential }));
    case "show":
      return shown(await client.show(number));
    case "list": {
      const integrations = await client.list();
      return { sentence: `${integrations.length} integrations.`, lines: integrations.map(summary), result: integrations };
    }
    default: {
      const take = Object.hasOwn(STEPS, step) ? STEPS[step] : undefined;
      if (take === undefined) throw new Error(`There is no step "${step}"; --help lists them.`);
      return told(await take(client, number, values));
    }
  }
}

type TakeStep = (client: IntegrationClient, number: string, values: Values) => Promise<Integration>;

const STEPS: Readonly<Record<string, TakeStep>> = {
  apply: (client, number, values) => {
    const draft = applicationDraft(number, values);
    return client.apply(draft, request({ role: "applicant", reason: draft.purpose, ...values }));
  },
  check: (client, number, values) => client.check(number, request(values)),
  "send-back": (client, number, values) => client.sendBack(number, request(values)),
  resubmit: (client, number, values) => client.resubmit(number, { ...request(values), correction: correction(values) }),
  withdraw: (client, number, values) => client.withdraw(number, request(values)),
  approve: (client, number, values) => {
    const { check: checks, from, until, "shared-address": sharedAddresses } = values;
    const narrowed = {
      ...(checks && { checks }),
      ...(from && { from }),
      ...(until && { until }),
      ...(sharedAddresses && { sharedAddresses }),
    };
    return client.approve(number, { ...request(values), ...narrowed });
  },
  refuse: (client, number, values) => client.refuse(number, request(values)),
  renew: (client, number, values) => client.amend(number, { ...request(values), draft: amendmentDraft("renewal", values) }),
  change: (client, number, values) => client.amend(number, { ...request(values), draft: amendmentDraft("change", values) }),
  reapply: (client, number, values) => client.amend(number, { ...request(values), draft: amendmentDraft("reapplication", values) }),
  "revoke-credential": (client, number, values) =>
    client.revokeCredential(number, { ...request(values), credentialId: values.credential ?? "" }),
  suspend: (client, number, values) =>
    client.suspend(number, { ...request(values), cause: values["corrective-action"] ? "correctiveAction" : "person" }),
  resume: (client, number, values) => client.resume(number, request(values)),
  revoke: (client, number, values) => client.revoke(number, request(values)),
};

/** The first rights come with a secret; a change does only where it is asked for. */
async function provision(client: IntegrationClient, number: string, values: Values): Promise<Outcome> {
  const said = request(values);
  if (!values["new-credential"] && (await client.show(number)).amendment !== undefined) return told(await client.provision(number, said));
  return withSecret((credential) => client.provision(number, { ...said, credential }));
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
  const credentials = integration.credentials.map(
    ({ credentialId, validUntil, replaces }) =>
      `Credential ${credentialId}, valid until ${validUntil}${replaces === undefined ? "" : `, made by the system with ${replaces}`}`,
  );
  return { ...told(integration), lines: [...lines, ...credentials, `Version ${versionShown(integration)} (--seen)`] };
}

function summary(integration: Integration): string {
  const { integrationNumber, application, state, approval, amendment } = integration;
  const period = approval === undefined ? "" : `, ${approval.checks.join(" ")} from ${approval.from} to ${approval.until}`;
  const change =
    amendment === undefined ? "" : `; its ${amendment.application.kind} ${amendment.application.applicationNumber} is ${amendment.stage}`;
  const foreign = listForeignAddresses(underWay(integration).addresses);
  const flagged = foreign.length === 0 ? "" : `; looks foreign: ${foreign.join(" ")}`;
  return `${integrationNumber} (${application.agencyName}, ${application.systemName}) is ${state}${period}${change}${flagged}`;
}

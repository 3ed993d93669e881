import type { Integration, StepRequest } from "./integration.ts";
import type { ApplicationDraft } from "./integration-application.ts";
import * as decision from "./integration-decision.ts";
import type { RecordedStep } from "./integration-record.ts";
import * as rights from "./integration-rights.ts";
import { requirePerson } from "./integration-step.ts";
import { requireRequestId } from "./request-id.ts";

/** The rule of every step that a person takes, by the step's name. */
const PERSONS_STEPS = {
  check: decision.check,
  sendBack: decision.sendBack,
  resubmit: decision.resubmit,
  withdraw: decision.withdraw,
  approve: decision.approve,
  refuse: decision.refuse,
  amend: decision.amend,
  provision: rights.provision,
  addCredential: rights.addCredential,
  revokeCredential: rights.revokeCredential,
  suspend: rights.suspend,
  resume: rights.resume,
  revoke: rights.revoke,
};

export type PersonsStepName = keyof typeof PERSONS_STEPS;
/** What a person's step says. */
export type RequestOf<Name extends PersonsStepName> = Parameters<(typeof PERSONS_STEPS)[Name]>[1];
/** A request as it is sent, with a name of its own: the records take it once, however often it comes. */
export type Sent<Request extends StepRequest> = Request & { readonly requestId: string };

export const PERSONS_STEP_NAMES = Object.keys(PERSONS_STEPS) as PersonsStepName[];

/**
 * Takes a person's step.
 * @param now epoch milliseconds
 * @throws RuleViolation `request-malformed`, `role-not-allowed`, and those of the step's rule
 * @clause 3(3)
 */
export function takePersonsStep(name: PersonsStepName, integration: Integration, request: Sent<StepRequest>, now: number): Integration {
  requireRequestId(request.requestId, "3(3)");
  requirePerson(request.by);
  return (PERSONS_STEPS[name] as (integration: Integration, request: StepRequest, now: number) => Integration)(integration, request, now);
}

/** An application that opens an integration arrives. @throws RuleViolation `request-malformed`, and those of `submit` @clause 3(3) */
export function submitPersonally(draft: ApplicationDraft, request: Sent<StepRequest>, now: number): Integration {
  requireRequestId(request.requestId, "3(3)");
  return decision.submit(draft, request, now);
}

/** What of a request goes on record beside the integration. */
export function givenBy(name: PersonsStepName, request: Sent<StepRequest>): Given {
  const { credential, sharedAddresses } = request as Partial<rights.CredentialRequest & decision.ApprovalRequest>;
  return {
    requestId: request.requestId,
    ...(credential !== undefined && (name === "provision" || name === "addCredential") && { secretHash: credential.secretHash }),
    ...(name === "approve" && { sharedAddresses: decision.acknowledgedAddresses(sharedAddresses) }),
  };
}

export type Given = Pick<RecordedStep, "requestId" | "secretHash" | "sharedAddresses">;

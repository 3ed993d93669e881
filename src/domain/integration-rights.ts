import { type Credential, credentialsMadeBy, issueCredential, type NewCredential } from "./credential.ts";
import { hasRights, type Integration, type StepRequest, type SuspensionCause, type TimelineEntry, takeStep } from "./integration.ts";
import { reapplicationRequired } from "./integration-amendment.ts";
import type { Application } from "./integration-application.ts";
import { periodMoments } from "./integration-period.ts";
import { RuleViolation } from "./rule-violation.ts";

/** Rights come with a valid credential; what has one may do without another. */
export interface ProvisionRequest extends StepRequest {
  readonly credential?: NewCredential;
}

/** A step that gives the integration a new secret. */
export interface CredentialRequest extends StepRequest {
  readonly credential: NewCredential;
}

/** A step against one credential. */
export interface CredentialRevocation extends StepRequest {
  readonly credentialId: string;
}

/** A suspension; what follows from a corrective action says so. */
export interface SuspensionRequest extends StepRequest {
  readonly cause?: SuspensionCause;
}

/** A step against one address. */
export interface AddressRemoval extends StepRequest {
  /** Canonical. */
  readonly address: string;
}

/**
 * The dedicated officer gives what was approved: scope, addresses, period, and the first credential. What a change replaces ends in the same
 * moment, so there is never a gap, and never both.
 * @throws RuleViolation `credential-missing`, `period-over`, `reapplication-required`, `own-approval`, and those of steps and credentials
 * @clause 3(3)
 * @clause 3(7)
 */
export function provision(integration: Integration, request: ProvisionRequest, now: number): Integration {
  const { timeline } = takeStep(integration, "provision", request, now);
  const { application, approval } = integration.amendment ?? integration;
  if (approval === undefined)
    throw new RuleViolation("3(3)", "step-out-of-order", "Nothing has been approved yet: a manager decides next.");
  const rights = periodMoments(approval);
  if (rights.until <= now)
    throw new RuleViolation("4(1)2", "period-over", "What was approved is over already: ask for a new application with a period to come.");
  requireOtherApprover(integration, application.applicationNumber, request);
  if (integration.state === "suspended" && !improvesSince(integration, application)) throw reapplicationRequired();
  if (request.credential === undefined && !hasValidCredential(integration, now))
    throw new RuleViolation("3(5)", "credential-missing", "Rights come with a credential that is valid: make one.");
  const fresh = request.credential === undefined ? [] : [issueCredential(integration.credentials, request.credential, rights, now)];
  const { integrationNumber, credentials, state } = integration;
  return {
    ...{ integrationNumber, application, approval, timeline, credentials: [...credentials, ...fresh] },
    ...{ state: state === "active" ? "active" : "provisioned", amendment: undefined, suspendedFor: undefined },
  };
}

/** Whether the system can ask by a credential, or change it itself. @clause 3(5) */
export function hasValidCredential({ credentials }: Integration, now: number): boolean {
  return credentials.some(({ validUntil }) => Date.parse(validUntil) > now);
}

/** Who approved may have come into another office since: two people give rights all the same. @clause 3(3) */
function requireOtherApprover({ timeline }: Integration, applicationNumber: string, { by }: StepRequest): void {
  if (timeline.some(({ step, application, account }) => step === "approve" && application === applicationNumber && account === by.account))
    throw new RuleViolation("3(3)", "own-approval", "Nobody provisions what they approved: another officer must.");
}

/** Whether an application says what has been improved since the integration was last suspended. @clause 5(6) */
function improvesSince({ timeline }: Integration, { kind, applicationNumber }: Application): boolean {
  const came = timeline.findLastIndex(
    ({ step, application }) => application === applicationNumber && (step === "amend" || step === "resubmit"),
  );
  return kind === "reapplication" && came > timeline.findLastIndex(({ step }) => step === "suspend");
}

/** The dedicated officer gives a further credential, so that the system can change over. @clause 3(5) */
export function addCredential(integration: Integration, request: CredentialRequest, now: number): Integration {
  const { timeline } = takeStep(integration, "addCredential", request, now);
  const rights = periodMoments(rightsOf(integration).approval);
  const credential = issueCredential(integration.credentials, request.credential, rights, now);
  return { ...integration, credentials: [...integration.credentials, credential], timeline };
}

/** Ends a credential at once, and those that the system made by it. @throws RuleViolation `credential-unknown` @clause 3(5) */
export function revokeCredential(integration: Integration, request: CredentialRevocation, now: number): Integration {
  const { timeline } = takeStep(integration, "revokeCredential", request, now);
  const revoked = credentialsMadeBy(integration.credentials, request.credentialId);
  if (revoked.length === 0)
    throw new RuleViolation(
      "3(5)",
      "credential-unknown",
      "The integration has no such credential: look at its list; it may be revoked already.",
    );
  const credentials = integration.credentials.filter(({ credentialId }) => !revoked.includes(credentialId));
  return { ...integration, credentials, timeline };
}

/** Takes one address off the whitelist. @throws RuleViolation `address-unknown` @clause 3(8) */
export function removeAddress(integration: Integration, request: AddressRemoval, now: number): Integration {
  const { timeline } = takeStep(integration, "removeAddress", request, now);
  const { approval } = integration;
  if (approval === undefined || !approval.addresses.includes(request.address))
    throw new RuleViolation("3(8)", "address-unknown", "The address is not on the integration's whitelist: look at its list.");
  const { amendment } = integration;
  const others = <T extends { readonly addresses: readonly string[] }>(holder: T): T => ({
    ...holder,
    addresses: holder.addresses.filter((address) => address !== request.address),
  });
  // An application under way copied it from what was in force: it would come back.
  const without = amendment && {
    ...amendment,
    application: others(amendment.application),
    approval: amendment.approval && others(amendment.approval),
  };
  const about = { ...(timeline.at(-1) as TimelineEntry), address: request.address };
  return { ...integration, approval: others(approval), amendment: without, timeline: timeline.with(-1, about) } as Integration;
}

/**
 * Lets the rights rest at once; the credentials stay. What rests already can be put under a corrective action, which holds longer.
 * @throws RuleViolation `already-suspended`, and those of steps
 * @clause 5(5)
 */
export function suspend(integration: Integration, request: SuspensionRequest, now: number): Integration {
  const { to, timeline } = takeStep(integration, "suspend", request, now);
  if (integration.state === "suspended" && (request.cause !== "correctiveAction" || integration.suspendedFor === request.cause))
    throw new RuleViolation(
      "5(5)",
      "already-suspended",
      "The integration is suspended already: a corrective action can be put on top of it, once.",
    );
  return { ...rightsOf(integration), state: to, suspendedFor: request.cause ?? "person", timeline };
}

/** A manager lets the rights go on; not where a corrective action stands against it. @throws RuleViolation `reapplication-required` @clause 5(5) */
export function resume(integration: Integration, request: StepRequest, now: number): Integration {
  const { to, timeline } = takeStep(integration, "resume", request, now);
  if (integration.suspendedFor === "correctiveAction") throw reapplicationRequired();
  return { ...rightsOf(integration), state: to, suspendedFor: undefined, timeline };
}

/** Ends the integration at once, and with it every credential. @clause 5(5) */
export function revoke(integration: Integration, request: StepRequest, now: number): Integration {
  const { to, timeline } = takeStep(integration, "revoke", request, now);
  return ended(integration, to, timeline, []);
}

/** Ends the integration; `credentials` are those that stay on record as they are. */
export function ended(
  integration: Integration,
  state: "revoked" | "expired",
  timeline: Integration["timeline"],
  credentials: readonly Credential[],
): Integration {
  const { integrationNumber, application, approval } = integration;
  if (approval === undefined) throw new RuleViolation("3(3)", "step-out-of-order", "Nothing has been approved yet, so nothing can end.");
  return { integrationNumber, application, approval, state, credentials, timeline, amendment: undefined, suspendedFor: undefined };
}

function rightsOf(integration: Integration) {
  if (!hasRights(integration)) throw new RuleViolation("3(3)", "step-out-of-order", "The integration has no rights.");
  return integration;
}

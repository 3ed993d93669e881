import type { CheckCode } from "./checks.ts";
import { type Credential, issueCredential, type NewCredential } from "./credential.ts";
import { type Application, type ApplicationDraft, prepareApplication, requireText } from "./integration-application.ts";
import { type ApprovedPeriod, periodMoments, requireWithin } from "./integration-period.ts";
import { type Actor, type IntegrationState, type Role, type STEP_RULES, type StepName, stateAfter } from "./integration-step.ts";
import { taipeiDate } from "./roc-date.ts";
import { RuleViolation } from "./rule-violation.ts";

/** One step on an integration's timeline: who, when (ISO 8601), why. */
export interface TimelineEntry {
  readonly step: StepName;
  readonly account: string;
  readonly role: Role;
  readonly reason: string;
  readonly takenAt: string;
}

/** What the manager approved: the application's scope and period, or less. */
export interface Approval extends ApprovedPeriod {
  readonly checks: readonly CheckCode[];
}

/** An integration from its application to its end. Every function here returns a new one, or throws the rule that would be broken. */
export interface Integration {
  readonly application: Application;
  readonly state: IntegrationState;
  readonly approval: Approval | undefined;
  /** Those that were issued and not revoked. */
  readonly credentials: readonly Credential[];
  readonly timeline: readonly TimelineEntry[];
}

/** What every step by a person says. */
export interface StepRequest {
  readonly by: Actor;
  readonly reason: string;
}

/** A decision in favour; what is left out is as requested. */
export interface ApprovalRequest extends StepRequest {
  readonly checks?: readonly string[];
  readonly from?: string;
  readonly until?: string;
}

/** A step that gives the integration a new secret. */
export interface CredentialRequest extends StepRequest {
  readonly credential: NewCredential;
}

/**
 * An application arrives.
 * @param now epoch milliseconds
 * @throws RuleViolation as `prepareApplication`
 * @clause 3(3)
 */
export function submit(draft: ApplicationDraft, { by, reason }: StepRequest, now: number): Integration {
  requireActor(by);
  requireText(reason, "reason");
  const application = prepareApplication(draft, taipeiDate(now));
  return { application, state: "submitted", approval: undefined, credentials: [], timeline: [entry("submit", { by, reason }, now)] };
}

/**
 * A manager approves, with the scope and period asked for or less.
 * @throws RuleViolation `own-application`, `scope-wider-than-requested`, and those of steps and periods
 * @clause 3(3)
 * @clause 4(1)2
 */
export function approve(integration: Integration, request: ApprovalRequest, now: number): Integration {
  const next = decide(integration, "approve", request, now);
  const { application } = integration;
  const asked = request.checks ?? application.checks;
  const checks = application.checks.filter((check) => asked.includes(check));
  if (checks.length === 0 || checks.length !== new Set(asked).size) {
    throw new RuleViolation(
      "3(3)",
      "scope-wider-than-requested",
      "Only checks that the application asks for can be approved, and at least one of them.",
    );
  }
  const period = { from: request.from ?? application.from, until: request.until ?? application.until };
  requireWithin(period, application, now);
  return { ...next, approval: { checks, ...period } };
}

/** A manager refuses. @clause 3(3) */
export function refuse(integration: Integration, request: StepRequest, now: number): Integration {
  return decide(integration, "refuse", request, now);
}

/** The dedicated officer gives the approved scope, the addresses and the first credential. @clause 3(3) @clause 3(7) */
export function provision(integration: Integration, request: CredentialRequest, now: number): Integration {
  return withCredential(integration, "provision", request, now);
}

/** The dedicated officer gives a further credential, so that the system can change over. @clause 3(5) */
export function addCredential(integration: Integration, request: CredentialRequest, now: number): Integration {
  return withCredential(integration, "addCredential", request, now);
}

/** Ends the integration at once, and with it every credential. @clause 5(5) */
export function revoke(integration: Integration, request: StepRequest, now: number): Integration {
  return { ...take(integration, "revoke", request, now), credentials: [] };
}

const PLATFORM: Actor = { account: "platform", role: "platform" };

/** The step that the platform takes by itself, and when (epoch milliseconds); undefined while people are to act. @clause 4(1)2 */
export function nextDueStep(integration: Integration): { at: number; step: "activate" | "expire" } | undefined {
  if (integration.approval === undefined) return undefined;
  const { from, until } = periodMoments(integration.approval);
  return integration.state === "provisioned" ? { at: from, step: "activate" } : { at: until, step: "expire" };
}

/** The approved period has begun, or has ended. @clause 4(1)2 */
export function takeDueStep(integration: Integration, step: "activate" | "expire", now: number): Integration {
  const reason = step === "activate" ? "the approved period has begun" : "the approved period has ended";
  return take(integration, step, { by: PLATFORM, reason }, now);
}

/** Nobody decides on an application that they submitted. */
function decide(integration: Integration, step: "approve" | "refuse", request: StepRequest, now: number): Integration {
  const next = take(integration, step, request, now);
  if (integration.timeline.some(({ account }) => account === request.by.account)) {
    throw new RuleViolation("3(3)", "own-application", "Nobody decides on an application that they submitted: another manager must.");
  }
  return next;
}

function withCredential(
  integration: Integration,
  step: "provision" | "addCredential",
  request: CredentialRequest,
  now: number,
): Integration {
  const next = take(integration, step, request, now);
  if (integration.approval === undefined)
    throw new RuleViolation("3(3)", "step-out-of-order", "Nothing has been approved yet: a manager decides next.");
  const credential = issueCredential(integration.credentials, request.credential, periodMoments(integration.approval), now);
  return { ...next, credentials: [...integration.credentials, credential] };
}

function take(integration: Integration, step: keyof typeof STEP_RULES, request: StepRequest, now: number): Integration {
  const state = stateAfter(integration.state, step, request.by);
  requireActor(request.by);
  requireText(request.reason, "reason");
  return { ...integration, state, timeline: [...integration.timeline, entry(step, request, now)] };
}

function entry(step: StepName, { by, reason }: StepRequest, now: number): TimelineEntry {
  return { step, account: by.account, role: by.role, reason, takenAt: new Date(now).toISOString() };
}

/** Accounts are names of appointments, never a person's ID number. @clause 3(2) */
export function requireActor({ account }: Actor): void {
  if (!/^[a-z][a-z0-9._-]{1,63}$/.test(account) || /^[a-z][1289a-d]\d{8}$/.test(account)) {
    throw new RuleViolation(
      "3(2)",
      "account-malformed",
      "An account is 2 to 64 small letters, digits, dots or hyphens, and not an ID number.",
    );
  }
}

import { requireAccount } from "./appointment.ts";
import type { Credential } from "./credential.ts";
import type { Application, Approval } from "./integration-application.ts";
import {
  type Actor,
  type IntegrationState,
  type OpenStage,
  type Role,
  STEP_RULES,
  type Step,
  type StepName,
  stateAfter,
} from "./integration-step.ts";
import { requireText } from "./integration-text.ts";
import { RuleViolation } from "./rule-violation.ts";

/** One step on an integration's timeline: who, when (ISO 8601), why. */
export interface TimelineEntry {
  readonly step: StepName;
  readonly account: string;
  readonly role: Role;
  readonly reason: string;
  readonly takenAt: string;
  /** Number of the application that the step is about; undefined when it is about the integration. */
  readonly application?: string;
  /** The address that was taken off the whitelist. */
  readonly address?: string;
}

/** An application to change what an integration has, on its way; nothing is approved before the manager has decided. */
export type Amendment = { readonly application: Application } & (
  | { readonly stage: Exclude<OpenStage, "approved">; readonly approval: undefined }
  | { readonly stage: "approved"; readonly approval: Approval }
);

/** Why an integration is suspended; what a corrective action suspended comes back by a reapplication only (clause 5(6)). */
export type SuspensionCause = "person" | "idle" | "correctiveAction";

/** An integration that has no rights yet, and never will when it is refused, withdrawn or lapsed. */
interface Applying {
  readonly state: Exclude<OpenStage, "approved"> | "refused" | "withdrawn" | "lapsed";
  readonly approval: undefined;
  readonly amendment: undefined;
  readonly suspendedFor: undefined;
}

interface Approved {
  readonly state: "approved" | "expired" | "revoked";
  /** What was approved; what held, once it has ended. */
  readonly approval: Approval;
  readonly amendment: undefined;
  readonly suspendedFor: undefined;
}

interface Holding {
  readonly state: "provisioned" | "active";
  /** What holds. */
  readonly approval: Approval;
  readonly amendment: Amendment | undefined;
  readonly suspendedFor: undefined;
}

interface Suspended extends Omit<Holding, "state" | "suspendedFor"> {
  readonly state: "suspended";
  readonly suspendedFor: SuspensionCause;
}

interface Common {
  /** Number of the application that opened it: its name for good. */
  readonly integrationNumber: string;
  /** The application whose rights hold, or, before there are any, the one under way. */
  readonly application: Application;
  /** Those that were issued and not revoked, oldest first. */
  readonly credentials: readonly Credential[];
  readonly timeline: readonly TimelineEntry[];
}

/** An integration from its application to its end. Every function of the rules returns a new one, or throws the rule that would be broken. */
export type Integration = Common & (Applying | Approved | Holding | Suspended);
/** One that has rights, though they may rest. */
export type RightsHolder = Common & (Holding | Suspended);

/** Whether it has rights, though they may rest. */
export function hasRights(integration: Integration): integration is RightsHolder {
  return integration.state === "provisioned" || integration.state === "active" || integration.state === "suspended";
}

/** What every step by a person says. */
export interface StepRequest {
  readonly by: Actor;
  readonly reason: string;
  /** `versionShown` of what was before their eyes; undefined: whatever stands now. */
  readonly seen?: number;
}

/** Names what a page shows of applications: the place on the timeline of the newest step that any of them took. */
export function versionShown({ timeline }: Pick<Integration, "timeline">): number {
  return timeline.findLastIndex(({ application }) => application !== undefined) + 1;
}

/**
 * What every step has in common: that its turn has come, who takes it, and why.
 * @param now epoch milliseconds
 * @returns the state or stage that it leads to, and the timeline with it
 * @throws RuleViolation of `stateAfter`, `application-changed`, `account-malformed`, and those of texts
 * @clause 3(3)
 */
export function takeStep<S extends Step>(integration: Integration, step: S, request: StepRequest, now: number) {
  const { of } = STEP_RULES[step];
  const underWay = integration.amendment ?? { stage: integration.state, application: integration.application };
  const to = stateAfter(of === "application" ? underWay.stage : integration.state, step, request.by);
  if (of === "application" || step === "amend") requireSeen(integration, request);
  requireAccount(request.by.account);
  requireText(request.reason, "reason");
  const about = of === "application" ? underWay.application.applicationNumber : undefined;
  return { to, timeline: [...integration.timeline, entryOf(step, request, now, about)] };
}

/** Nobody decides on what they have not seen: it may have been sent back, put right and checked again meanwhile. */
function requireSeen(integration: Integration, { seen }: StepRequest): void {
  if (seen !== undefined && seen !== versionShown(integration))
    throw new RuleViolation("3(3)", "application-changed", "The application has gone on since it was shown: look at it anew, then decide.");
}

/** Whether a step's turn has come, whoever may take it. */
export function canFollow(integration: Integration, step: Step): boolean {
  if (step === "suspend" && integration.suspendedFor === "correctiveAction") return false;
  const { of, from } = STEP_RULES[step];
  const at = of === "application" && integration.amendment !== undefined ? integration.amendment.stage : integration.state;
  return (from as readonly IntegrationState[]).includes(at);
}

/** A step as the timeline shows it. */
export function entryOf(step: StepName, { by, reason }: StepRequest, now: number, application?: string): TimelineEntry {
  const takenAt = new Date(now).toISOString();
  return { step, account: by.account, role: by.role, reason, takenAt, ...(application !== undefined && { application }) };
}

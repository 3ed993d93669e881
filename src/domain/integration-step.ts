import { RuleViolation } from "./rule-violation.ts";

/** Where an application stands while somebody is to act on it. */
export type OpenStage = "submitted" | "returned" | "checked" | "approved";

/** Where an application can stand. `provisioned`: its rights hold, or were the last that held. `replaced`: a later one's hold. `lapsed`: it was sent back and not put right in time, or the integration ended first. */
export type ApplicationStage = OpenStage | "refused" | "withdrawn" | "provisioned" | "replaced" | "lapsed";

/** Where an integration has ended. */
export const FINAL_STATES = ["refused", "withdrawn", "lapsed", "expired", "revoked"] as const;
type FinalState = (typeof FINAL_STATES)[number];

/**
 * Where an integration stands: before it has rights, as its application does. `refused`, `withdrawn`, `lapsed`, `expired` and `revoked` are ends.
 * `suspended` waits for improvement (clause 5(5)).
 */
export type IntegrationState = OpenStage | "provisioned" | "active" | "suspended" | FinalState;

/** In what capacity somebody acts; `platform` is the platform itself, when a day has come; `system` is the integrated system, through the API. */
export type Role = "applicant" | "caseOfficer" | "dedicatedOfficer" | "manager" | "platform" | "system";

/** An account, and the capacity it acts in. */
export interface Actor {
  readonly account: string;
  readonly role: Role;
}

interface StepRule {
  /** Whether it moves the application under way, or the integration. */
  readonly of: "application" | "integration";
  readonly from: readonly IntegrationState[];
  /** Undefined: the state stays. */
  readonly to: IntegrationState | undefined;
  readonly roles: readonly Role[];
}

/** Every step of an integration's life after its submission: from where, to where, and who may take it. */
export const STEP_RULES = {
  check: { of: "application", from: ["submitted"], to: "checked", roles: ["caseOfficer"] },
  sendBack: { of: "application", from: ["submitted", "checked"], to: "returned", roles: ["caseOfficer"] },
  resubmit: { of: "application", from: ["returned"], to: "submitted", roles: ["applicant", "caseOfficer"] },
  withdraw: {
    of: "application",
    from: ["submitted", "returned", "checked", "approved"],
    to: "withdrawn",
    roles: ["applicant", "caseOfficer"],
  },
  lapse: { of: "application", from: ["returned"], to: "lapsed", roles: ["platform"] },
  approve: { of: "application", from: ["checked"], to: "approved", roles: ["manager"] },
  refuse: { of: "application", from: ["checked"], to: "refused", roles: ["manager"] },
  provision: { of: "application", from: ["approved"], to: "provisioned", roles: ["dedicatedOfficer"] },
  amend: { of: "integration", from: ["provisioned", "active", "suspended"], to: undefined, roles: ["applicant", "caseOfficer"] },
  activate: { of: "integration", from: ["provisioned"], to: "active", roles: ["platform"] },
  addCredential: { of: "integration", from: ["provisioned", "active"], to: undefined, roles: ["dedicatedOfficer"] },
  rotateCredential: { of: "integration", from: ["active"], to: undefined, roles: ["system"] },
  revokeCredential: {
    of: "integration",
    from: ["provisioned", "active", "suspended"],
    to: undefined,
    roles: ["dedicatedOfficer", "manager"],
  },
  removeAddress: {
    of: "integration",
    from: ["provisioned", "active", "suspended", "expired", "revoked"],
    to: undefined,
    roles: ["dedicatedOfficer", "platform"],
  },
  warnIdle: { of: "integration", from: ["active"], to: undefined, roles: ["platform"] },
  suspend: {
    of: "integration",
    from: ["provisioned", "active", "suspended"],
    to: "suspended",
    roles: ["manager", "dedicatedOfficer", "platform"],
  },
  resume: { of: "integration", from: ["suspended"], to: "provisioned", roles: ["manager"] },
  revoke: {
    of: "integration",
    from: ["approved", "provisioned", "active", "suspended"],
    to: "revoked",
    roles: ["manager", "dedicatedOfficer"],
  },
  expire: { of: "integration", from: ["approved", "provisioned", "active", "suspended"], to: "expired", roles: ["platform"] },
} as const satisfies Record<string, StepRule>;

/** A step after the submission. */
export type Step = keyof typeof STEP_RULES;
export type StepName = "submit" | Step;

/** Whether nothing can follow. */
export function isFinal(state: IntegrationState): state is FinalState {
  return (FINAL_STATES as readonly IntegrationState[]).includes(state);
}

const NEXT: Record<IntegrationState, string> = {
  submitted: "the case officer checks it next",
  returned: "the applicant submits it again or withdraws it",
  checked: "a manager decides next",
  refused: "a new application may follow",
  withdrawn: "a new application may follow",
  lapsed: "a new application may follow",
  approved: "the dedicated officer provisions next",
  provisioned: "it becomes active when its period begins",
  active: "it can be changed, renewed, suspended or revoked",
  suspended: "a manager resumes it, or the agency reapplies when what led to it has been improved",
  expired: "a new application may follow",
  revoked: "a new application may follow, which says what has been improved",
};

/** Decisions, and the states that they come too late for. */
const DECISIONS: readonly StepName[] = ["approve", "refuse"];
const UNDECIDED: readonly IntegrationState[] = ["submitted", "returned"];

/**
 * The state that a step leads to; the same when the step doesn't change it.
 * @param state of what the step moves: the application under way, or the integration
 * @throws RuleViolation `role-not-allowed`; `application-withdrawn`, `application-lapsed`, `already-decided` or `not-checked` for a decision that the state does not
 * allow, `step-out-of-order` for any other step
 * @clause 3(3)
 */
export function stateAfter<S extends Step>(state: IntegrationState, step: S, actor: Actor): (typeof STEP_RULES)[S]["to"] {
  const rule: StepRule = STEP_RULES[step];
  if (!rule.roles.includes(actor.role)) {
    throw new RuleViolation(
      "3(3)",
      "role-not-allowed",
      `This step is for ${rule.roles.map((role) => ROLE_NAMES[role]).join(" or ")}: ask one to take it.`,
    );
  }
  if (!rule.from.includes(state)) throw outOfOrder(state, step);
  return STEP_RULES[step].to;
}

/** Steps that people send are people's: the platform and the systems take theirs themselves. @throws RuleViolation `role-not-allowed` @clause 3(3) */
export function requirePerson({ role }: Actor): void {
  if (role === "platform" || role === "system")
    throw new RuleViolation("3(3)", "role-not-allowed", "This step is a person's: say in which office, or as applicant.");
}

function outOfOrder(state: IntegrationState, step: Step): RuleViolation {
  if (state === "withdrawn")
    return new RuleViolation("3(3)", "application-withdrawn", "The applicant has withdrawn the application: nothing is left to decide.");
  if (state === "lapsed")
    return new RuleViolation(
      "3(3)",
      "application-lapsed",
      "The application was sent back, and not put right in time: a new one may follow.",
    );
  if (DECISIONS.includes(step) && UNDECIDED.includes(state))
    return new RuleViolation("3(3)", "not-checked", `The case officer has not checked the application; it is ${state}: ${NEXT[state]}.`);
  if (DECISIONS.includes(step))
    return new RuleViolation("3(3)", "already-decided", `The application has been decided already; it is ${state}: ${NEXT[state]}.`);
  return new RuleViolation("3(3)", "step-out-of-order", `The integration is ${state}, so this step can't be taken: ${NEXT[state]}.`);
}

const ROLE_NAMES: Record<Role, string> = {
  applicant: "the applicant",
  caseOfficer: "the case officer",
  dedicatedOfficer: "the dedicated officer",
  manager: "a manager",
  platform: "the platform",
  system: "the integrated system",
};

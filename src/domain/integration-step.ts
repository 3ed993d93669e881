import { RuleViolation } from "./rule-violation.ts";

/** Where an integration stands. `refused`, `expired` and `revoked` are ends. `suspended` waits for improvement (clause 5(5)). */
export type IntegrationState = "submitted" | "refused" | "approved" | "provisioned" | "active" | "suspended" | "expired" | "revoked";

/** In what capacity somebody acts; `platform` is the platform itself, when a day has come. */
export type Role = "applicant" | "caseOfficer" | "dedicatedOfficer" | "manager" | "platform";

/** An account, and the capacity it acts in. */
export interface Actor {
  readonly account: string;
  readonly role: Role;
}

interface StepRule {
  readonly from: readonly IntegrationState[];
  /** Undefined: the state stays. */
  readonly to: IntegrationState | undefined;
  readonly roles: readonly Role[];
}

/** Every step of an integration's life after its submission: from where, to where, and who may take it. */
export const STEP_RULES = {
  approve: { from: ["submitted"], to: "approved", roles: ["manager"] },
  refuse: { from: ["submitted"], to: "refused", roles: ["manager"] },
  provision: { from: ["approved"], to: "provisioned", roles: ["dedicatedOfficer"] },
  activate: { from: ["provisioned"], to: "active", roles: ["platform"] },
  addCredential: { from: ["provisioned", "active"], to: undefined, roles: ["dedicatedOfficer"] },
  revoke: { from: ["approved", "provisioned", "active", "suspended"], to: "revoked", roles: ["manager", "dedicatedOfficer"] },
  expire: { from: ["approved", "provisioned", "active", "suspended"], to: "expired", roles: ["platform"] },
} as const satisfies Record<string, StepRule>;

export type StepName = "submit" | keyof typeof STEP_RULES;

/** Whether nothing can follow. */
export function isFinal(state: IntegrationState): boolean {
  return state === "refused" || state === "expired" || state === "revoked";
}

const NEXT: Record<IntegrationState, string> = {
  submitted: "a manager decides next",
  refused: "a new application may follow",
  approved: "the dedicated officer provisions next",
  provisioned: "it becomes active when its period begins",
  active: "it can be revoked",
  suspended: "it can be revoked",
  expired: "a new application may follow",
  revoked: "a new application may follow",
};

/**
 * The state that a step leads to.
 * @throws RuleViolation `already-decided` for a second decision, `step-out-of-order` for any other step that the state does not allow, `role-not-allowed`
 * @clause 3(3)
 */
export function stateAfter(state: IntegrationState, step: keyof typeof STEP_RULES, actor: Actor): IntegrationState {
  const rule: StepRule = STEP_RULES[step];
  if (!rule.roles.includes(actor.role)) {
    throw new RuleViolation(
      "3(3)",
      "role-not-allowed",
      `This step is for ${rule.roles.map((role) => ROLE_NAMES[role]).join(" or ")}: ask one to take it.`,
    );
  }
  if (!rule.from.includes(state)) {
    const decision = step === "approve" || step === "refuse";
    throw new RuleViolation(
      "3(3)",
      decision ? "already-decided" : "step-out-of-order",
      decision
        ? `The application has been decided already; it is ${state}: ${NEXT[state]}.`
        : `The integration is ${state}, so this step can't be taken: ${NEXT[state]}.`,
    );
  }
  return rule.to ?? state;
}

const ROLE_NAMES: Record<Role, string> = {
  applicant: "the applicant",
  caseOfficer: "the case officer",
  dedicatedOfficer: "the dedicated officer",
  manager: "a manager",
  platform: "the platform",
};

import { DUTIES, type Duty } from "./appointment.ts";
import { FINDING_DUTIES } from "./finding.ts";
import { RuleViolation } from "./rule-violation.ts";

/** How far a log-in has come. `none`: nobody is known; `code`: the password was right; `setUp`, `password`, `enrol`: steps that must be taken first. */
export type LoginStage = "none" | "code" | "setUp" | "password" | "enrol" | "full";

/** Stages that a session can be in. */
export type SessionStage = Exclude<LoginStage, "none">;

interface ActionRule {
  readonly stages: readonly LoginStage[];
  /** Undefined: whoever has come that far. */
  readonly duties?: readonly Duty[];
}

const FULL = ["full"] as const;
const OFFICE: readonly Duty[] = ["caseOfficer", "dedicatedOfficer", "manager"];

/** A manager decides, and reads nobody's queries. */
const LOG_READERS: readonly Duty[] = ["caseOfficer", "dedicatedOfficer", "auditor", "ethics", "civilAffairs"];

/** Everything that can be done in the console, and who may: what is not here can't be done. */
export const CONSOLE_ACTIONS = {
  enter: { stages: ["none", "code", "setUp", "password", "enrol", "full"] },
  /** The public form and what hangs on its private links: no log-in is asked for, and none helps. */
  apply: { stages: ["none", "code", "setUp", "password", "enrol", "full"] },
  giveCode: { stages: ["code"] },
  setPassword: { stages: ["setUp", "password", "full"] },
  enrolAuthenticator: { stages: ["enrol"] },
  leave: { stages: ["code", "setUp", "password", "enrol", "full"] },
  seeHome: { stages: FULL, duties: DUTIES },
  seeIntegrations: { stages: FULL, duties: OFFICE },
  exportIntegrations: { stages: FULL, duties: OFFICE },
  seeApplications: { stages: FULL, duties: OFFICE },
  exportApplications: { stages: FULL, duties: OFFICE },
  enterApplication: { stages: FULL, duties: ["caseOfficer"] },
  readLetter: { stages: FULL, duties: ["caseOfficer", "manager"] },
  checkApplication: { stages: FULL, duties: ["caseOfficer"] },
  decideApplication: { stages: FULL, duties: ["manager"] },
  provisionIntegration: { stages: FULL, duties: ["dedicatedOfficer"] },
  revokeCredential: { stages: FULL, duties: ["dedicatedOfficer", "manager"] },
  suspendIntegration: { stages: FULL, duties: ["manager", "dedicatedOfficer"] },
  resumeIntegration: { stages: FULL, duties: ["manager"] },
  revokeIntegration: { stages: FULL, duties: ["manager", "dedicatedOfficer"] },
  searchLog: { stages: FULL, duties: LOG_READERS },
  openLogEntry: { stages: FULL, duties: ["auditor", "ethics", "civilAffairs"] },
  writeRecordList: { stages: FULL, duties: ["caseOfficer", "dedicatedOfficer", "auditor"] },
  answerSubjectAccess: { stages: FULL, duties: ["caseOfficer", "dedicatedOfficer"] },
  seeOpenings: { stages: FULL, duties: ["manager", "auditor", "ethics", "civilAffairs"] },
  seeSystem: { stages: FULL, duties: ["dedicatedOfficer", "manager", "auditor", "ethics", "civilAffairs"] },
  seeAlerts: { stages: FULL, duties: ["dedicatedOfficer", "manager", "auditor", "ethics"] },
  decideAlert: { stages: FULL, duties: ["dedicatedOfficer", "manager"] },
  seeRetention: { stages: FULL, duties: ["dedicatedOfficer", "manager", "auditor", "ethics", "civilAffairs"] },
  printDisposal: { stages: FULL, duties: ["dedicatedOfficer", "manager", "auditor", "ethics", "civilAffairs"] },
  proposeDisposal: { stages: FULL, duties: ["dedicatedOfficer", "manager"] },
  approveDisposal: { stages: FULL, duties: ["manager"] },
  stopDisposal: { stages: FULL, duties: ["manager", "dedicatedOfficer"] },
  holdMonth: { stages: FULL, duties: ["dedicatedOfficer", "manager"] },
  liftHold: { stages: FULL, duties: ["manager"] },
  raiseRetention: { stages: FULL, duties: ["manager"] },
  seeDatasets: { stages: FULL, duties: DUTIES },
  printDestruction: { stages: FULL, duties: DUTIES },
  decideQuarantine: { stages: FULL, duties: ["dedicatedOfficer"] },
  issueDeliveryKey: { stages: FULL, duties: ["dedicatedOfficer"] },
  revokeDeliveryKey: { stages: FULL, duties: ["dedicatedOfficer"] },
  trustSupplierKey: { stages: FULL, duties: ["dedicatedOfficer"] },
  distrustSupplierKey: { stages: FULL, duties: ["dedicatedOfficer"] },
  seeFindings: { stages: FULL, duties: DUTIES },
  raiseFinding: { stages: FULL, duties: FINDING_DUTIES },
  seeInventories: { stages: FULL, duties: OFFICE },
  exportAddresses: { stages: FULL, duties: OFFICE },
  decideAddress: { stages: FULL, duties: ["dedicatedOfficer"] },
  printInventory: { stages: FULL, duties: OFFICE },
  seePeople: { stages: FULL, duties: DUTIES },
  seeTrail: { stages: FULL, duties: ["manager", "auditor"] },
} as const satisfies Record<string, ActionRule>;

export type ConsoleAction = keyof typeof CONSOLE_ACTIONS;

/** Who asks: how far the log-in has come, and the duties of the moment. */
export interface ConsoleActor {
  readonly stage: LoginStage;
  readonly duties: readonly Duty[];
}

/** Whether somebody may. @clause 3(1) */
export function mayTake(action: ConsoleAction, actor: ConsoleActor): boolean {
  const { stages, duties }: ActionRule = CONSOLE_ACTIONS[action];
  return stages.includes(actor.stage) && (duties === undefined || duties.some((duty) => actor.duties.includes(duty)));
}

/**
 * The duty in which somebody takes an action.
 * @throws RuleViolation `action-not-allowed`
 * @clause 3(1)
 */
export function actingDuty(action: ConsoleAction, actor: ConsoleActor): Duty {
  const { duties = [] }: ActionRule = CONSOLE_ACTIONS[action];
  const duty = duties.find((candidate) => actor.duties.includes(candidate));
  if (duty === undefined || !mayTake(action, actor))
    throw new RuleViolation("3(1)", "action-not-allowed", "Your appointment doesn't cover this: ask somebody whose duty it is.");
  return duty;
}

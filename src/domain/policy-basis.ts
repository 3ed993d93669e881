import { POLICY } from "./policy.ts";

export type PolicyName = keyof typeof POLICY;

/** What settings are about, in the order in which they are shown. */
export const POLICY_TOPICS = ["application", "credential", "address", "account", "data", "log", "use", "due", "room"] as const;
export type PolicyTopic = (typeof POLICY_TOPICS)[number];

/** What a setting rests on. */
export interface PolicyBasis {
  readonly topic: PolicyTopic;
  /** The clause that asks for it, or leaves it open. */
  readonly clause?: string;
  /** The law, or what was promised, lets it go no lower than this. */
  readonly floor?: number;
  /** And no higher than this. */
  readonly cap?: number;
}

/** Every setting, with the clause it serves and the bounds that no change of it may cross. */
export const POLICY_BASIS: Readonly<Record<PolicyName, PolicyBasis>> = {
  approvedPeriodYears: { topic: "application", clause: "4(1)2", cap: POLICY.approvedPeriodCapYears },
  approvedPeriodCapYears: { topic: "application", clause: "4(1)2", cap: 3 },
  periodReminderDays: { topic: "application", clause: "4(1)2" },
  returnedDays: { topic: "application", clause: "3(3)" },
  returnedReminderDays: { topic: "application", clause: "3(3)" },
  idleDays: { topic: "application", clause: "4(1)2" },
  idleGraceDays: { topic: "application", clause: "4(1)2" },
  applicationDraftDays: { topic: "application", clause: "3(10)" },
  applicationDraftUntouchedHours: { topic: "application" },
  applicationDraftsAtOnce: { topic: "application" },
  applicationsAtOnce: { topic: "application" },
  applicationsOfOneADay: { topic: "application" },
  applicationLetters: { topic: "application" },
  applicationLetterBytes: { topic: "application" },
  credentialDays: { topic: "credential", clause: "3(5)", cap: 90 },
  credentialsAtOnce: { topic: "credential", clause: "3(5)" },
  credentialReminderDays: { topic: "credential", clause: "3(5)" },
  credentialOverlapDays: { topic: "credential", clause: "3(5)" },
  inventoryDays: { topic: "address", clause: "3(8)" },
  passwordCharacters: { topic: "account", clause: "3(5)" },
  passwordMinimumDays: { topic: "account", clause: "3(5)", floor: 1 },
  passwordMaximumDays: { topic: "account", clause: "3(5)", cap: 90 },
  passwordsRemembered: { topic: "account", clause: "3(5)", floor: 3 },
  loginFailures: { topic: "account", clause: "3(4)" },
  lockMinutes: { topic: "account", clause: "3(4)" },
  accountFailures: { topic: "account", clause: "3(4)" },
  accountFailureHours: { topic: "account", clause: "3(4)" },
  knownNetworkDays: { topic: "account", clause: "3(4)" },
  setUpHours: { topic: "account", clause: "3(4)" },
  sessionIdleMinutes: { topic: "account", clause: "4(2)4", cap: POLICY.sessionIdleMinutesCap },
  sessionIdleMinutesCap: { topic: "account", clause: "4(2)4", cap: 30 },
  sessionHours: { topic: "account", clause: "4(2)4" },
  quarantineDays: { topic: "data", clause: "4(4)", cap: 7 },
  datasetReminderDays: { topic: "data", clause: "4(1)2" },
  logRetentionFloorYears: { topic: "log", clause: "4(1)5", floor: 5 },
  logRetentionCapYears: { topic: "log", clause: "4(1)5", floor: POLICY.logRetentionFloorYears },
  witnessSilentHours: { topic: "log", clause: "4(1)5" },
  usualDays: { topic: "use", clause: "3(10)" },
  usualAtLeast: { topic: "use", clause: "3(10)" },
  unusualSpreads: { topic: "use", clause: "3(10)" },
  hourlyVolumeFloor: { topic: "use", clause: "3(10)" },
  dailyVolumeFloor: { topic: "use", clause: "3(10)" },
  offHoursSubjects: { topic: "use", clause: "3(10)" },
  sameSubjectCases: { topic: "use", clause: "3(10)" },
  sameSubjectEntries: { topic: "use", clause: "3(10)" },
  noMatchSubjects: { topic: "use", clause: "3(10)" },
  noMatchPercent: { topic: "use", clause: "3(10)" },
  neighbourSubjects: { topic: "use", clause: "3(10)" },
  neighbourPercent: { topic: "use", clause: "3(10)" },
  findingDueDays: { topic: "due", clause: "5(5)", cap: POLICY.findingDueDaysCap },
  findingDueDaysCap: { topic: "due", clause: "5(5)" },
  stepDays: { topic: "due", clause: "3(3)" },
  alertDays: { topic: "due", clause: "3(10)" },
  dueWeekDays: { topic: "due" },
  dueAheadDays: { topic: "due" },
  mailDays: { topic: "due" },
  diskFreePercent: { topic: "room", clause: "4(1)5" },
  diskDaysAhead: { topic: "room", clause: "4(1)5" },
  databaseGrowthBytes: { topic: "room", clause: "4(1)5" },
};

/** What a setting counts, by the end of its name. */
export type PolicyUnit = "days" | "years" | "hours" | "minutes" | "percent" | "bytes" | "count";

export function policyUnit(name: PolicyName): PolicyUnit {
  const units = {
    Days: "days",
    Ahead: "days",
    Years: "years",
    Hours: "hours",
    Minutes: "minutes",
    Percent: "percent",
    Bytes: "bytes",
  } as const;
  const end = /(Days|Ahead|Years|Hours|Minutes|Percent|Bytes)(?:Cap)?$/.exec(name)?.[1];
  return end === undefined ? "count" : units[end as keyof typeof units];
}

/** Settings that the regulation leaves open, with their legal floor or cap; times in days. */
export const POLICY = {
  /** How long a rejected file may wait, still encrypted, for the officer's decision. */
  quarantineDays: 7,
  /** Days before a dataset's data runs out on which it is announced, the earliest first. */
  datasetReminderDays: [10, 3],
  /** Rights last this long unless the manager says shorter, and never longer than the cap. */
  approvedPeriodYears: 1,
  approvedPeriodCapYears: 3,
  /** Days before the approved period's end on which it is announced. */
  periodReminderDays: [60, 30, 7],
  /** How long an application that was sent back waits for its applicant before it lapses, and when that is announced before (days). */
  returnedDays: 60,
  returnedReminderDays: [14, 3],
  /** Unused for this long, an integration is warned; unused for this much longer, it is suspended. */
  idleDays: 180,
  idleGraceDays: 30,
  /** Clause 3(5): changed every three months. */
  credentialDays: 90,
  credentialsAtOnce: 2,
  /** How long a credential's end is announced before, and how long it holds beside the one that replaces it. */
  credentialReminderDays: 14,
  credentialOverlapDays: 14,
  /** A notice that was due longer ago than this (days) is no news any more: it stays in the console, and goes out to nobody. */
  mailDays: 14,
  /** By when the office takes a step that waits for it, and the dedicated officer decides an alert of abnormal use. */
  stepDays: 7,
  alertDays: 1,
  /** How far what is to do looks ahead: the week, and what is announced. */
  dueWeekDays: 7,
  dueAheadDays: 60,
  /** How long the dedicated officer has to answer a half-yearly review of addresses. */
  inventoryDays: 14,
  /** Clause 3(5): passwords of people. The maximum may not be raised: they are changed every three months. */
  passwordCharacters: 12,
  passwordMinimumDays: 1,
  passwordMaximumDays: 90,
  passwordsRemembered: 3,
  /** Wrong passwords or codes in a row from one network, and the minutes that the account is locked for it then. */
  loginFailures: 5,
  lockMinutes: 15,
  /** Wrong ones from all networks in one day; then the account is locked until the day is over, but for networks that its holder came from lately. */
  accountFailures: 100,
  accountFailureHours: 24,
  knownNetworkDays: 90,
  /** How long the one-time token of an appointment or a reset opens the set-up page, in hours. */
  setUpHours: 24,
  /** Minutes after which an idle session ends (clause 4(2)4), with the most that a setting may say; hours after which any session does. */
  sessionIdleMinutes: 15,
  sessionIdleMinutesCap: 30,
  sessionHours: 10,
  /** Clauses 4(1)5, 4(2)5: how long the query log is kept at least; a manager may raise it, up to the cap, and nobody lowers it. */
  logRetentionFloorYears: 5,
  logRetentionCapYears: 30,
  /** A witness of the log that has cosigned nothing for this long (hours) is an alarm; it confirms every ten minutes also when nothing is new. */
  witnessSilentHours: 6,
  /** The disk is announced when less than this is free, or when at the pace of the last 30 days it lasts for fewer days than this. */
  diskFreePercent: 20,
  diskDaysAhead: 90,
  /** Where the database's disk can't be seen, growth in 30 days beyond this is announced. */
  databaseGrowthBytes: 50_000_000_000,
  /** Abnormal use: against how many days of its own past an integration is held, and how many comparable hours or days make a past. */
  usualDays: 28,
  usualAtLeast: 5,
  /** So many spreads above the median is unusual; fewer subjects than the floors never are. */
  unusualSpreads: 6,
  hourlyVolumeFloor: 100,
  dailyVolumeFloor: 500,
  /** Subjects in one hour outside working hours, by an integration that seldom asks then. */
  offHoursSubjects: 10,
  /** Cases for which one subject is asked about within a day, and how often one is, for whatever case. */
  sameSubjectCases: 5,
  sameSubjectEntries: 20,
  /** In one hour: at least so many, and at least this share of all. */
  noMatchSubjects: 50,
  noMatchPercent: 30,
  neighbourSubjects: 50,
  neighbourPercent: 30,
  /** Within how many days a finding is to be explained or improved, where nobody says otherwise, and at most. */
  findingDueDays: 30,
  findingDueDaysCap: 365,
  /** A draft of an application that was never submitted is destroyed when nobody has saved it for this long. */
  applicationDraftDays: 30,
  /** One that nobody has typed into makes room after this long. */
  applicationDraftUntouchedHours: 3,
  /** Drafts at once, and letters with one application; no letter is larger than this. */
  applicationDraftsAtOnce: 500,
  /** Applications of agencies without rights, over all networks, that wait for the case officer or came within a day: more apply on paper. */
  applicationsAtOnce: 100,
  /** Of one agency by its private link: what was withdrawn stays on record, with its letter. */
  applicationsOfOneADay: 10,
  applicationLetters: 5,
  applicationLetterBytes: 5_000_000,
} as const;

/** Settings that the regulation leaves open, with their legal floor or cap; times in days. */
export const POLICY = {
  /** How long a rejected file may wait, still encrypted, for the officer's decision. */
  quarantineDays: 7,
  /** Rights last this long unless the manager says shorter, and never longer than the cap. */
  approvedPeriodYears: 1,
  approvedPeriodCapYears: 3,
  /** Days before the approved period's end on which it is announced. */
  periodReminderDays: [60, 30, 7],
  /** Unused for this long, an integration is warned; unused for this much longer, it is suspended. */
  idleDays: 180,
  idleGraceDays: 30,
  /** Clause 3(5): changed every three months. */
  credentialDays: 90,
  credentialsAtOnce: 2,
  /** How long a credential's end is announced before, and how long it holds beside the one that replaces it. */
  credentialReminderDays: 14,
  credentialOverlapDays: 14,
  /** How long the dedicated officer has to answer a half-yearly review of addresses. */
  inventoryDays: 14,
} as const;

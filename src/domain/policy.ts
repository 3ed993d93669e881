/** Settings that the regulation leaves open, with their legal floor or cap; times in days. */
export const POLICY = {
  /** How long a rejected file may wait, still encrypted, for the officer's decision. */
  quarantineDays: 7,
  /** Rights last this long unless the manager says shorter, and never longer than the cap. */
  approvedPeriodDays: 365,
  approvedPeriodCapDays: 3 * 366,
  /** Clause 3(5): changed every three months. */
  credentialDays: 90,
  credentialsAtOnce: 2,
} as const;

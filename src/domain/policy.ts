/** Settings that the regulation leaves open, with their legal floor or cap; times in days. */
export const POLICY = {
  /** How long a rejected file may wait, still encrypted, for the officer's decision. */
  quarantineDays: 7,
  /** Rights last this long unless the manager says shorter, and never longer than the cap. */
  approvedPeriodYears: 1,
  approvedPeriodCapYears: 3,
  /** Clause 3(5): changed every three months. */
  credentialDays: 90,
  credentialsAtOnce: 2,
} as const;

/** What can be asked about a person. */
export const CHECKS = ["resident", "indigenous", "elderlyLivingAlone", "disability"] as const;
export type CheckCode = (typeof CHECKS)[number];

/** The household register: it tells who is a resident, and whether the asker means that person. */
export const HOUSEHOLD_DATASET_ID = 1;

const DATASET_OF: Readonly<Record<CheckCode, number>> = {
  resident: HOUSEHOLD_DATASET_ID,
  indigenous: HOUSEHOLD_DATASET_ID,
  elderlyLivingAlone: 2,
  disability: 3,
};
const LIST_CHECK_OF = new Map<number, CheckCode>([
  [DATASET_OF.elderlyLivingAlone, "elderlyLivingAlone"],
  [DATASET_OF.disability, "disability"],
]);

/** The dataset that answers a check. */
export function datasetOfCheck(check: CheckCode): number {
  return DATASET_OF[check];
}

/** The check that a list dataset answers by naming a person; undefined for the household register. */
export function listCheckOf(datasetId: number): CheckCode | undefined {
  return LIST_CHECK_OF.get(datasetId);
}

/** Whether a text is the code of a check. */
export function isCheckCode(text: string): text is CheckCode {
  return (CHECKS as readonly string[]).includes(text);
}

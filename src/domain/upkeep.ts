import type { Notice } from "./notice.ts";

/** What upkeep does each night, in this order: first what verification and the log depend on. None waits for another to succeed. */
export const UPKEEP_STEPS = [
  "prepareQueryLog",
  "watchDiskUse",
  "forgetOldRequests",
  "destroyOldDrafts",
  "noteAddressUsage",
  "indexPastMonths",
  "openMissedReview",
  "proposeDisposals",
] as const;
export type UpkeepStep = (typeof UPKEEP_STEPS)[number];

/** What the notice of a step is about. */
export const upkeepAbout = (step: UpkeepStep) => `upkeep/${step}`;

/** What the dedicated officer is told of a step that failed: anew each night, until it succeeds. @param today ISO 8601, in Taiwan */
export function upkeepNotice(step: UpkeepStep, today: string, at: Date): Notice {
  const [about, moment] = [upkeepAbout(step), at.toISOString()];
  return { key: `${about}/${today}`, kind: "upkeep-failed", recipient: "dedicatedOfficer", about, dueAt: moment, announces: moment };
}

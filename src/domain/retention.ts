import { requireAccount } from "./appointment.ts";
import type { StepRequest } from "./integration.ts";
import { startOfDay } from "./integration-period.ts";
import type { Role } from "./integration-step.ts";
import { requireText } from "./integration-text.ts";
import { POLICY } from "./policy.ts";
import { taipeiDate } from "./roc-date.ts";
import { RuleViolation } from "./rule-violation.ts";

/** What can happen to a month of the query log. `stop`: the entries could not be disposed of as they had to be, so somebody must look. */
export type DisposalStep = "propose" | "hold" | "lift" | "approve" | "stop" | "dispose";

/** `kept`: not old enough. `proposed` waits for a manager. `disposed` is the end. */
export type DisposalState = "kept" | "proposed" | "approved" | "disposed";

/** One step: who, when (ISO 8601), why; of a hold and its lifting also for which matter. */
export interface DisposalEntry {
  readonly step: DisposalStep;
  readonly account: string;
  readonly role: Role;
  readonly reason: string;
  readonly matter?: string;
  readonly takenAt: string;
}

/** What is left of a month: how many entries there were, where in the log, and the signed tree that still proves them. */
export interface DisposalCertificate {
  readonly entries: number;
  /** First and last leaf index of each run of entries: two months may interleave by a few. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
  /** C2SP signed note; null for a month without entries. */
  readonly checkpoint: string | null;
  readonly approvedBy: string;
  readonly disposedAt: string;
}

/** The end of a month of the query log, `YYYY-MM` in Taiwan. Every function here returns a new one, or throws the rule that would be broken. */
export interface Disposal {
  readonly month: string;
  readonly timeline: readonly DisposalEntry[];
  readonly certificate?: DisposalCertificate;
}

/** A hold, or its lifting, names its matter: an investigation, a lawsuit. Several may hold a month at once. */
export interface HoldRequest extends StepRequest {
  readonly matter: string;
}

/** From when on a month may go: its last entry is as old as the policy says (epoch milliseconds). @clause 4(1)5 @clause 4(2)5 */
export function retentionEnd(month: string, years: number = POLICY.logRetentionYears): number {
  const [year = 0, number = 0] = month.split("-").map(Number);
  const kept = Math.max(years, POLICY.logRetentionFloorYears);
  return startOfDay(new Date(Date.UTC(year + kept, number, 1)).toISOString().slice(0, 10));
}

/** Those of the months that the log has whose time has come. @param now epoch milliseconds @clause 4(1)5 */
export function monthsDue(months: readonly string[], now: number, years?: number): string[] {
  return months.filter((month) => retentionEnd(month, years) <= now);
}

/** @throws RuleViolation `month-malformed` also for a month that has not begun */
export function requireMonth(month: string, now: number): void {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month) || month > taipeiDate(now).slice(0, 7))
    throw new RuleViolation("4(1)5", "month-malformed", "Name a month of the log as YYYY-MM, such as 2026-11; it must have begun.");
}

export function stateOf({ timeline }: Disposal): DisposalState {
  if (timeline.some(({ step }) => step === "dispose")) return "disposed";
  // A hold takes an approval back: what was approved was a month that nobody needed.
  if (timeline.findLast(({ step }) => step !== "lift")?.step === "approve") return "approved";
  return timeline.some(({ step }) => step === "propose") ? "proposed" : "kept";
}

/** The matters that hold a month. */
export function openHolds({ timeline }: Disposal): string[] {
  const last = new Map(timeline.flatMap(({ step, matter }) => (matter === undefined ? [] : [[matter, step] as const])));
  return [...last].filter(([, step]) => step === "hold").map(([matter]) => matter);
}

/**
 * The platform proposes a month whose time has come.
 * @param keptUntil `retentionEnd` by the policy of the day
 * @throws RuleViolation `not-due`
 * @clause 4(1)5
 */
export function propose(disposal: Disposal, keptUntil: number, now: number): Disposal {
  if (stateOf(disposal) !== "kept" || keptUntil > now)
    throw new RuleViolation("4(1)5", "not-due", "Only a month whose time of retention is over can be proposed, and only once.");
  return byPlatform(disposal, "propose", `kept for at least ${POLICY.logRetentionFloorYears} years`, now);
}

/**
 * Keeps a month until the hold is lifted, whatever its age; an approval that was given before is void.
 * @throws RuleViolation `already-held`, `already-disposed`, `role-not-allowed` and those of texts
 * @clause 4(1)5
 */
export function hold(disposal: Disposal, request: HoldRequest, now: number): Disposal {
  requireText(request.matter, "matter");
  const next = take(disposal, "hold", request, ["manager", "dedicatedOfficer", "caseOfficer"], now, request.matter);
  if (openHolds(disposal).includes(request.matter))
    throw new RuleViolation("4(1)5", "already-held", "This matter holds the month already: nothing else is needed.");
  return next;
}

/** A manager lifts the hold of one matter; others go on holding. @throws RuleViolation `not-held` @clause 4(1)5 */
export function lift(disposal: Disposal, request: HoldRequest, now: number): Disposal {
  const next = take(disposal, "lift", request, ["manager"], now, request.matter);
  if (!openHolds(disposal).includes(request.matter))
    throw new RuleViolation("4(1)5", "not-held", "No such matter holds the month: show lists those that do.");
  return next;
}

/**
 * A manager approves the disposal of a proposed month: another than who proposed it, or who cleared the way by lifting a hold.
 * @throws RuleViolation `under-legal-hold`, `own-proposal`, `not-proposed`, `already-disposed`, `role-not-allowed`
 * @clause 4(1)5
 * @clause 4(2)5
 */
export function approve(disposal: Disposal, request: StepRequest, now: number): Disposal {
  const next = take(disposal, "approve", request, ["manager"], now);
  if (stateOf(disposal) !== "proposed")
    throw new RuleViolation("4(1)5", "not-proposed", `The month is ${stateOf(disposal)}: only a proposed month waits for an approval.`);
  if (openHolds(disposal).length > 0)
    throw new RuleViolation("4(1)5", "under-legal-hold", "The month is under legal hold: lift every hold first, if its matter is closed.");
  if (disposal.timeline.some(({ step, account }) => account === request.by.account && (step === "propose" || step === "lift")))
    throw new RuleViolation(
      "4(1)5",
      "own-proposal",
      "Who proposed a disposal, or lifted a hold before it, can't approve it: another manager must.",
    );
  return next;
}

/** The database refused what was approved. @param code why */
export function stop(disposal: Disposal, code: string, now: number): Disposal {
  return byPlatform(disposal, "stop", code, now);
}

function take(
  disposal: Disposal,
  step: DisposalStep,
  { by, reason }: StepRequest,
  roles: readonly Role[],
  now: number,
  matter?: string,
): Disposal {
  requireAccount(by.account);
  requireText(reason, "reason");
  if (!roles.includes(by.role))
    throw new RuleViolation("4(1)5", "role-not-allowed", "This step is for another role: --help says for which.");
  if (stateOf(disposal) === "disposed")
    throw new RuleViolation("4(1)5", "already-disposed", "The month's entries are gone: its certificate says by whose approval.");
  const entry = { step, account: by.account, role: by.role, reason, takenAt: new Date(now).toISOString() };
  return { ...disposal, timeline: [...disposal.timeline, matter === undefined ? entry : { ...entry, matter }] };
}

function byPlatform(disposal: Disposal, step: DisposalStep, reason: string, now: number): Disposal {
  const entry: DisposalEntry = { step, account: "platform", role: "platform", reason, takenAt: new Date(now).toISOString() };
  return { ...disposal, timeline: [...disposal.timeline, entry] };
}

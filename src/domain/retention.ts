import { requireAccount } from "./appointment.ts";
import type { StepRequest } from "./integration.ts";
import type { Role } from "./integration-step.ts";
import { requireText } from "./integration-text.ts";
import { POLICY } from "./policy.ts";
import { requestChanged, requireRequestId } from "./request-id.ts";
import { RuleViolation } from "./rule-violation.ts";
import { saysSomething } from "./verification.ts";

/** What can happen to a month of the query log. `stop`: the entries could not be disposed of as they had to be, so somebody must look. */
export type DisposalStep = "propose" | "hold" | "lift" | "approve" | "stop" | "dispose";

/** `kept`: not old enough. `proposed` waits for a manager. `disposed` is the end. */
export type DisposalState = "kept" | "proposed" | "approved" | "disposed";

/** What a reader is to know of a month: `held` stands before all that a hold stops; `due`: its time is over, and nobody has proposed it. */
export type MonthState = DisposalState | "due" | "held";

/** One step: who, when (ISO 8601), why; of a hold and its lifting also for which matter. */
export interface DisposalEntry {
  readonly step: DisposalStep;
  readonly account: string;
  readonly role: Role;
  readonly reason: string;
  readonly matter?: string;
  readonly takenAt: string;
  /** Of the person's request; the platform's own steps have none. */
  readonly requestId?: string;
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

/** A person's request; its id is a UUID: sent twice, it is one step. */
export interface DisposalRequest extends StepRequest {
  readonly requestId: string;
}

/** A hold, or its lifting, names its matter: an investigation, a lawsuit. Several may hold a month at once. */
export interface HoldRequest extends DisposalRequest {
  readonly matter: string;
}

export function stateOf({ timeline }: Disposal): DisposalState {
  if (timeline.some(({ step }) => step === "dispose")) return "disposed";
  // A hold takes an approval back: what was approved was a month that nobody needed.
  if (timeline.findLast(({ step }) => step !== "lift")?.step === "approve") return "approved";
  return timeline.some(({ step }) => step === "propose") ? "proposed" : "kept";
}

/** @param keptUntil `retentionEnd` by the setting of the day */
export function monthState(disposal: Disposal, keptUntil: number, now: number): MonthState {
  const state = stateOf(disposal);
  if (state === "disposed") return state;
  if (openHolds(disposal).length > 0) return "held";
  if (keptUntil > now) return "kept";
  return state === "kept" ? "due" : state;
}

/**
 * Whether a request has been carried out: sent again, by whomever, it does nothing anew.
 * @throws RuleViolation `request-changed` when it says something else than it did then
 */
export function isOnRecord({ timeline }: Disposal, request: DisposalRequest | HoldRequest): boolean {
  const known = timeline.find(({ requestId }) => requestId === request.requestId);
  if (known === undefined) return false;
  const matter = "matter" in request ? request.matter : undefined;
  if (known.account !== request.by.account || known.reason !== request.reason || known.matter !== matter) throw requestChanged("4(1)5");
  return true;
}

/** Names what a page shows of a month: how many steps it had. */
export function disposalVersion({ timeline }: Disposal): number {
  return timeline.length;
}

/** The matters that hold a month. */
export function openHolds({ timeline }: Disposal): string[] {
  const last = new Map(timeline.flatMap(({ step, matter }) => (matter === undefined ? [] : [[matter, step] as const])));
  return [...last].filter(([, step]) => step === "hold").map(([matter]) => matter);
}

/**
 * The platform proposes a month whose time has come.
 * @param keptUntil `retentionEnd` by the setting of the day
 * @throws RuleViolation `not-due`, `already-proposed`
 * @clause 4(1)5
 */
export function propose(disposal: Disposal, keptUntil: number, now: number): Disposal {
  requireProposable(disposal, keptUntil, now);
  return byPlatform(disposal, "propose", `kept for at least ${POLICY.logRetentionFloorYears} years`, now);
}

/** An officer does so before the platform. @throws RuleViolation of `propose` and `approve` @clause 4(1)5 */
export function proposeBy(disposal: Disposal, request: DisposalRequest, now: number, keptUntil: number): Disposal {
  const next = take(disposal, "propose", request, ["dedicatedOfficer", "manager"], now);
  requireProposable(disposal, keptUntil, now);
  return next;
}

function requireProposable(disposal: Disposal, keptUntil: number, now: number): void {
  if (stateOf(disposal) !== "kept")
    throw new RuleViolation("4(1)5", "already-proposed", "The month has been proposed already: a manager decides next.");
  requireDue(keptUntil, now);
}

function requireDue(keptUntil: number, now: number): void {
  if (keptUntil > now) throw new RuleViolation("4(1)5", "not-due", "The month's time of retention is not over: it stays until then.");
}

/**
 * Keeps a month until the hold is lifted, whatever its age; an approval that was given before is void.
 * @throws RuleViolation `matter-missing`, `matter-malformed`, `already-held`, `already-disposed`, `role-not-allowed` and those of texts
 * @clause 4(1)5
 */
export function hold(disposal: Disposal, request: HoldRequest, now: number): Disposal {
  requireMatter(request.matter);
  const next = take(disposal, "hold", request, ["manager", "dedicatedOfficer", "caseOfficer"], now, request.matter);
  if (openHolds(disposal).includes(request.matter))
    throw new RuleViolation("4(1)5", "already-held", "This matter holds the month already: nothing else is needed.");
  return next;
}

/** Codes of its own: a form has a reason besides, and says beside which field the text is wrong. */
function requireMatter(matter: string): void {
  if (!saysSomething(matter)) throw new RuleViolation("4(1)5", "matter-missing", "Name the matter that needs the month.");
  try {
    requireText(matter, "matter");
  } catch (error) {
    if (error instanceof RuleViolation) throw new RuleViolation("4(1)5", "matter-malformed", error.message);
    throw error;
  }
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
 * @param keptUntil `retentionEnd` by the setting of the day, which may have been raised since the proposal
 * @throws RuleViolation `not-due`, `under-legal-hold`, `own-proposal`, `not-proposed`, `month-changed`, `already-disposed`, `role-not-allowed`
 * @clause 4(1)5
 * @clause 4(2)5
 */
export function approve(disposal: Disposal, request: DisposalRequest, now: number, keptUntil: number): Disposal {
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
  requireDue(keptUntil, now);
  return next;
}

/** Takes an approval back that has not been carried out yet. @throws RuleViolation `not-approved` and those of `approve` @clause 4(1)5 */
export function stop(disposal: Disposal, request: DisposalRequest, now: number): Disposal {
  const next = take(disposal, "stop", request, ["manager", "dedicatedOfficer"], now);
  if (stateOf(disposal) !== "approved")
    throw new RuleViolation("4(1)5", "not-approved", "No approval waits to be carried out: there is nothing to stop.");
  return next;
}

/** The database refused what was approved. @param code why */
export function refuse(disposal: Disposal, code: string, now: number): Disposal {
  return byPlatform(disposal, "stop", code, now);
}

/** Why the database kept what was approved last; undefined when it did not. Somebody must look. */
export function refusalOf({ timeline }: Disposal): string | undefined {
  const last = timeline.findLast(({ step }) => step !== "hold" && step !== "lift");
  return last?.step === "stop" && last.role === "platform" ? last.reason : undefined;
}

/** What is asked of every step, whatever its month: who takes it, and why. @throws RuleViolation of accounts and texts */
export function requireSaid({ by, reason, requestId }: DisposalRequest): void {
  requireRequestId(requestId, "4(1)5");
  requireAccount(by.account);
  requireText(reason, "reason");
}

function take(
  disposal: Disposal,
  step: DisposalStep,
  request: DisposalRequest,
  roles: readonly Role[],
  now: number,
  matter?: string,
): Disposal {
  const { by, reason, seen, requestId } = request;
  requireRequestId(requestId, "4(1)5");
  requireAccount(by.account);
  if (!roles.includes(by.role))
    throw new RuleViolation("4(1)5", "role-not-allowed", "This step is for another role: --help says for which.");
  if (stateOf(disposal) === "disposed")
    throw new RuleViolation("4(1)5", "already-disposed", "The month's entries are gone: its certificate says by whose approval.");
  if (seen !== undefined && seen !== disposalVersion(disposal))
    throw new RuleViolation("4(1)5", "month-changed", "The month has gone on since it was shown: look at it anew, then decide.");
  requireText(reason, "reason");
  const entry = { step, account: by.account, role: by.role, reason, takenAt: new Date(now).toISOString(), requestId };
  return { ...disposal, timeline: [...disposal.timeline, matter === undefined ? entry : { ...entry, matter }] };
}

function byPlatform(disposal: Disposal, step: DisposalStep, reason: string, now: number): Disposal {
  const entry: DisposalEntry = { step, account: "platform", role: "platform", reason, takenAt: new Date(now).toISOString() };
  return { ...disposal, timeline: [...disposal.timeline, entry] };
}

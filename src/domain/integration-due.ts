import { canFollow, hasRights, type Integration, takeStep } from "./integration.ts";
import { closed } from "./integration-decision.ts";
import { endOfDays, periodMoments, startOfDay } from "./integration-period.ts";
import { ended, suspend } from "./integration-rights.ts";
import type { Actor, StepName } from "./integration-step.ts";
import { POLICY } from "./policy.ts";

const DAY = 86_400_000;
const PLATFORM: Actor = { account: "platform", role: "platform" };

/** A step that the platform takes by itself. */
export type DueStepName = "lapse" | "activate" | "expire" | "warnIdle" | "suspend";

/** What comes by itself, and when (epoch milliseconds). */
export interface DueStep {
  readonly at: number;
  readonly step: DueStepName;
}

/**
 * The step that the platform takes by itself; undefined while people are to act. An integration whose period ends while an application of its
 * own is under way waits for that decision, until what it asks for is over as well; meanwhile nothing is answered, since the period is over.
 * @param lastUsedOn the last day on which the system asked (ISO 8601), if it ever did
 * @clause 4(1)2
 */
export function nextDueStep(integration: Integration, lastUsedOn?: string): DueStep | undefined {
  const lapse = lapsesAt(integration);
  const due: DueStep[] = lapse === undefined ? [] : [{ at: lapse, step: "lapse" }];
  if (integration.state === "approved" || hasRights(integration)) {
    const { from, until } = periodMoments(integration.approval);
    const { amendment } = integration;
    const asked = amendment === undefined ? until : periodMoments(amendment.approval ?? amendment.application).until;
    due.push({ at: Math.max(until, asked), step: "expire" });
    if (integration.state === "provisioned") due.push({ at: from, step: "activate" });
    const idle = integration.state === "active" ? idleStep(integration, lastUsedOn) : undefined;
    // Whoever may not ask any more is not idle.
    if (idle !== undefined && idle.at < until) due.push(idle);
  }
  return due.reduce<DueStep | undefined>((first, next) => (first === undefined || next.at < first.at ? next : first), undefined);
}

/**
 * When an application that was sent back lapses if it does not come again (epoch milliseconds): after its last day.
 * @returns undefined while none is sent back
 * @clause 3(3)
 */
export function lapsesAt(integration: Integration): number | undefined {
  if (!canFollow(integration, "lapse")) return undefined;
  return endOfDays(lastTaken(integration, "sendBack"), POLICY.returnedDays);
}

/** When a step was last taken (epoch milliseconds); 0: never. */
export function lastTaken({ timeline }: Integration, step: StepName): number {
  return Date.parse(timeline.findLast((entry) => entry.step === step)?.takenAt ?? "1970-01-01");
}

/** Unused since it became active, or since the last question: warned first, suspended later. */
function idleStep(integration: Integration, lastUsedOn: string | undefined): DueStep {
  const warnedAt = idleWarning(integration, lastUsedOn);
  return warnedAt === undefined
    ? { at: usedUntil(integration, lastUsedOn) + POLICY.idleDays * DAY, step: "warnIdle" }
    : { at: idleSuspensionAt(warnedAt), step: "suspend" };
}

function usedUntil(integration: Integration, lastUsedOn: string | undefined): number {
  return Math.max(lastTaken(integration, "activate"), lastUsedOn === undefined ? 0 : startOfDay(lastUsedOn) + DAY);
}

/**
 * The moment of the warning that an active integration stands under (epoch milliseconds): a question after it ends it, and the days count anew.
 * @param lastUsedOn as for `nextDueStep`
 * @clause 4(1)2
 */
export function idleWarning(integration: Integration, lastUsedOn: string | undefined): number | undefined {
  const warnedAt = lastTaken(integration, "warnIdle");
  return integration.state === "active" && warnedAt >= usedUntil(integration, lastUsedOn) ? warnedAt : undefined;
}

/** When whoever was warned is suspended if nothing is asked (epoch milliseconds): after its last day. @clause 4(1)2 */
export function idleSuspensionAt(warnedAt: number): number {
  return endOfDays(warnedAt, POLICY.idleGraceDays);
}

const REASONS: Record<DueStepName, string> = {
  lapse: `it was sent back, and did not come again for ${POLICY.returnedDays} days`,
  activate: "the approved period has begun",
  expire: "the approved period has ended",
  warnIdle: `nothing was asked for ${POLICY.idleDays} days`,
  suspend: `nothing was asked for ${POLICY.idleGraceDays} days after the warning`,
};

/** A day has come: an application has lapsed, the approved period has begun or ended, or the integration has not been used. @clause 4(1)2 */
export function takeDueStep(integration: Integration, step: DueStepName, now: number): Integration {
  const request = { by: PLATFORM, reason: REASONS[step] };
  if (step === "suspend") return suspend(integration, { ...request, cause: "idle" }, now);
  const { timeline } = takeStep(integration, step, request, now);
  if (step === "lapse") return closed(integration, "lapsed", timeline);
  if (step === "expire") return ended(integration, "expired", timeline, integration.credentials);
  if (step === "warnIdle" || !hasRights(integration)) return { ...integration, timeline };
  return { ...integration, state: "active", suspendedFor: undefined, timeline };
}

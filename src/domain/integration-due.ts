import { hasRights, type Integration, takeStep } from "./integration.ts";
import { periodMoments, startOfDay } from "./integration-period.ts";
import { ended, suspend } from "./integration-rights.ts";
import type { Actor } from "./integration-step.ts";
import { POLICY } from "./policy.ts";

const DAY = 86_400_000;
const PLATFORM: Actor = { account: "platform", role: "platform" };

/** A step that the platform takes by itself. */
export type DueStepName = "activate" | "expire" | "warnIdle" | "suspend";

/** What comes by itself, and when (epoch milliseconds). */
export interface DueStep {
  readonly at: number;
  readonly step: DueStepName;
}

/**
 * The step that the platform takes by itself; undefined while people are to act. An integration whose period ends while an application of its
 * own is under way waits for that decision; meanwhile nothing is answered, since the period is over.
 * @param lastUsedOn the last day on which the system asked (ISO 8601), if it ever did
 * @clause 4(1)2
 */
export function nextDueStep(integration: Integration, lastUsedOn?: string): DueStep | undefined {
  if (integration.state !== "approved" && !hasRights(integration)) return undefined;
  const { from, until } = periodMoments(integration.approval);
  const due: DueStep[] = integration.amendment === undefined ? [{ at: until, step: "expire" }] : [];
  if (integration.state === "provisioned") due.push({ at: from, step: "activate" });
  if (integration.state === "active") due.push(idleStep(integration, lastUsedOn));
  return due.reduce<DueStep | undefined>((first, next) => (first === undefined || next.at < first.at ? next : first), undefined);
}

/** Unused since it became active, or since the last question: warned first, suspended later. */
function idleStep({ timeline }: Integration, lastUsedOn: string | undefined): DueStep {
  const lastOf = (step: string) => Date.parse(timeline.findLast((entry) => entry.step === step)?.takenAt ?? "");
  const usedUntil = Math.max(lastOf("activate"), lastUsedOn === undefined ? 0 : startOfDay(lastUsedOn) + DAY);
  const warnedAt = lastOf("warnIdle");
  return warnedAt >= usedUntil
    ? { at: warnedAt + POLICY.idleGraceDays * DAY, step: "suspend" }
    : { at: usedUntil + POLICY.idleDays * DAY, step: "warnIdle" };
}

const REASONS: Record<DueStepName, string> = {
  activate: "the approved period has begun",
  expire: "the approved period has ended",
  warnIdle: `nothing was asked for ${POLICY.idleDays} days`,
  suspend: `nothing was asked for ${POLICY.idleGraceDays} days after the warning`,
};

/** A day has come: the approved period has begun or ended, or the integration has not been used. @clause 4(1)2 */
export function takeDueStep(integration: Integration, step: DueStepName, now: number): Integration {
  const request = { by: PLATFORM, reason: REASONS[step] };
  if (step === "suspend") return suspend(integration, { ...request, cause: "idle" }, now);
  const { timeline } = takeStep(integration, step, request, now);
  if (step === "expire") return ended(integration, "expired", timeline, integration.credentials);
  if (step === "warnIdle" || !hasRights(integration)) return { ...integration, timeline };
  return { ...integration, state: "active", suspendedFor: undefined, timeline };
}

import { requireAccount } from "./appointment.ts";
import { entryOf, hasRights, type Integration, type StepRequest, takeStep } from "./integration.ts";
import { nothingChanged, requireAmendable } from "./integration-amendment.ts";
import {
  type AmendmentDraft,
  type Application,
  type ApplicationDraft,
  type Approval,
  type Correction,
  correctAmendment,
  correctApplication,
  prepareAmendment,
  prepareApplication,
  renewalNotLonger,
  requireKnownChecks,
} from "./integration-application.ts";
import { changedFields } from "./integration-difference.ts";
import { requireWithin } from "./integration-period.ts";
import type { Actor, StepName } from "./integration-step.ts";
import { requireText } from "./integration-text.ts";
import { canonicalAddresses } from "./ip-address.ts";
import { taipeiDate } from "./roc-date.ts";
import { RuleViolation } from "./rule-violation.ts";

/** An application for a change, a renewal, or to come back after improvement. */
export interface AmendmentRequest extends StepRequest {
  readonly draft: AmendmentDraft;
}

/** An application that comes again after it was sent back; what is left out stays as it was. */
export interface ResubmissionRequest extends StepRequest {
  readonly correction?: Correction;
}

/** A decision in favour; what is left out is as requested. */
export interface ApprovalRequest extends StepRequest {
  readonly checks?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  /** Addresses that the manager knows to be another integration's too, and approves all the same. */
  readonly sharedAddresses?: readonly string[];
}

/**
 * An application arrives.
 * @param now epoch milliseconds
 * @throws RuleViolation as `prepareApplication`
 * @clause 3(3)
 */
export function submit(draft: ApplicationDraft, request: StepRequest, now: number): Integration {
  requireAccount(request.by.account);
  requireText(request.reason, "reason");
  const application = prepareApplication(draft, taipeiDate(now));
  const { applicationNumber } = application;
  const timeline = [entryOf("submit", request, now, applicationNumber)];
  return { integrationNumber: applicationNumber, application, state: "submitted", credentials: [], timeline, ...NOTHING };
}

const NOTHING = { approval: undefined, amendment: undefined, suspendedFor: undefined };

/**
 * An application to change what the integration has arrives; until it is provisioned, everything stays as it is.
 * @throws RuleViolation `nothing-changed`, and those of `requireAmendable` and `prepareAmendment`
 * @clause 3(3)
 * @clause 5(6)
 */
export function amend(integration: Integration, { draft, ...request }: AmendmentRequest, now: number): Integration {
  const { timeline } = takeStep(integration, "amend", request, now);
  requireAmendable(integration, draft.kind);
  const application = prepareAmendment(draft, integration, taipeiDate(now));
  if (draft.kind === "change" && changedFields(application, integration).length === 0) throw nothingChanged();
  const about = { ...(timeline.at(-1) as (typeof timeline)[number]), application: application.applicationNumber };
  return { ...integration, amendment: { application, stage: "submitted", approval: undefined }, timeline: timeline.with(-1, about) };
}

/** The case officer finds the application complete and in order. @clause 3(3) */
export function check(integration: Integration, request: StepRequest, now: number): Integration {
  const { to, timeline } = takeStep(integration, "check", request, now);
  return moved(integration, to, timeline);
}

/** The case officer sends the application back, and says what is wrong with it. @clause 3(3) */
export function sendBack(integration: Integration, request: StepRequest, now: number): Integration {
  const { to, timeline } = takeStep(integration, "sendBack", request, now);
  return moved(integration, to, timeline);
}

/** The application comes again, put right. @throws RuleViolation as `prepareApplication` @clause 3(3) */
export function resubmit(integration: Integration, { correction = {}, ...request }: ResubmissionRequest, now: number): Integration {
  const { to, timeline } = takeStep(integration, "resubmit", request, now);
  const today = taipeiDate(now);
  const corrected =
    hasRights(integration) && integration.amendment !== undefined
      ? correctAmendment(integration.amendment.application, correction, integration, today)
      : correctApplication(underWay(integration), correction, today);
  return moved(integration, to, timeline, corrected);
}

/** The applicant wants it no more. @clause 3(3) */
export function withdraw(integration: Integration, request: StepRequest, now: number): Integration {
  const { to, timeline } = takeStep(integration, "withdraw", request, now);
  return closed(integration, to, timeline);
}

/** A manager refuses. @throws RuleViolation `own-application` or `own-check` @clause 3(3) */
export function refuse(integration: Integration, request: StepRequest, now: number): Integration {
  const { to, timeline } = takeStep(integration, "refuse", request, now);
  requireIndependent(integration, request.by);
  return closed(integration, to, timeline);
}

/**
 * A manager approves, with the scope and period asked for or less.
 * @throws RuleViolation `own-application`, `own-check`, `unknown-check`, `scope-wider-than-requested`, `renewal-not-longer`, and those of steps, periods and addresses
 * @clause 3(3)
 * @clause 4(1)2
 */
export function approve(integration: Integration, request: ApprovalRequest, now: number): Integration {
  const { timeline } = takeStep(integration, "approve", request, now);
  requireIndependent(integration, request.by);
  acknowledgedAddresses(request.sharedAddresses);
  const approval = approvalOf(underWay(integration), request, now);
  if (integration.amendment === undefined) return { ...commonOf(integration), ...NOTHING, state: "approved", approval, timeline };
  const { kind } = integration.amendment.application;
  if (kind === "renewal" && hasRights(integration) && approval.until <= integration.approval.until)
    throw renewalNotLonger(integration.approval.until);
  // A change begins when it is provisioned: a later first day would leave a gap.
  const from = integration.amendment.application.from;
  const amendment = { application: integration.amendment.application, stage: "approved", approval: { ...approval, from } } as const;
  return { ...integration, amendment, timeline };
}

/** The addresses that an approval names as another integration's too, canonical. @throws RuleViolation as `canonicalAddresses` @clause 3(7) */
export function acknowledgedAddresses(sharedAddresses: readonly string[] = []): string[] {
  return sharedAddresses.length === 0 ? [] : canonicalAddresses(sharedAddresses);
}

function approvalOf(application: Application, request: ApprovalRequest, now: number): Approval {
  const asked = request.checks ?? application.checks;
  requireKnownChecks(asked);
  const checks = application.checks.filter((known) => asked.includes(known));
  if (checks.length === 0 || checks.length !== new Set(asked).size) {
    throw new RuleViolation(
      "3(3)",
      "scope-wider-than-requested",
      "Only checks that the application asks for can be approved, and at least one of them.",
    );
  }
  const period = { from: request.from ?? application.from, until: request.until ?? application.until };
  requireWithin(period, application, now);
  return { checks, addresses: application.addresses, ...period };
}

const SUBMISSIONS: readonly StepName[] = ["submit", "amend", "resubmit"];
const CHECKS: readonly StepName[] = ["check", "sendBack"];

/** How an account has taken part in the application under way, if it has. */
export function partTaken(integration: Integration, account: string): "submitted" | "checked" | undefined {
  const { applicationNumber } = underWay(integration);
  const had = (steps: readonly StepName[]) =>
    integration.timeline.some(
      (entry) => entry.application === applicationNumber && entry.account === account && steps.includes(entry.step),
    );
  if (had(SUBMISSIONS)) return "submitted";
  return had(CHECKS) ? "checked" : undefined;
}

/** Nobody decides on an application that they submitted or checked. @clause 3(3) */
function requireIndependent(integration: Integration, { account }: Actor): void {
  const part = partTaken(integration, account);
  if (part === "submitted")
    throw new RuleViolation("3(3)", "own-application", "Nobody decides on an application that they submitted: another manager must.");
  if (part === "checked")
    throw new RuleViolation("3(3)", "own-check", "Nobody decides on an application that they checked: another manager must.");
}

/** The application that somebody is to act on; when there is none, the one whose rights hold. */
export function underWay({ amendment, application }: Integration): Application {
  return amendment === undefined ? application : amendment.application;
}

function moved(
  integration: Integration,
  stage: "submitted" | "returned" | "checked",
  timeline: Integration["timeline"],
  application = underWay(integration),
): Integration {
  return integration.amendment === undefined
    ? { ...commonOf(integration), ...NOTHING, application, state: stage, timeline }
    : { ...integration, amendment: { application, stage, approval: undefined }, timeline };
}

/** Ends the application under way; what was only to change leaves behind what holds. */
export function closed(
  integration: Integration,
  state: "refused" | "withdrawn" | "lapsed",
  timeline: Integration["timeline"],
): Integration {
  return integration.amendment === undefined
    ? { ...commonOf(integration), ...NOTHING, state, timeline }
    : { ...integration, amendment: undefined, timeline };
}

function commonOf({ integrationNumber, application, credentials }: Integration) {
  return { integrationNumber, application, credentials };
}

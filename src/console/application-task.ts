import { countOfOne, countStrangers } from "../../db/queries/application-draft.ts";
import { assignLetter, numberLetter } from "../../db/queries/application-letter.ts";
import { canFollow, type RightsHolder } from "../domain/integration.ts";
import { requireAmendable } from "../domain/integration-amendment.ts";
import { type AmendmentKind, type Application, type Correction, prepareApplication } from "../domain/integration-application.ts";
import { type AmendmentRequest, amend, resubmit, underWay } from "../domain/integration-decision.ts";
import {
  amendmentOf,
  draftOf,
  type FormCircumstances,
  type TypedApplication,
  typedAmendment,
  typedOf,
  withFirstDay,
} from "../domain/integration-form.ts";
import type { Actor } from "../domain/integration-step.ts";
import { POLICY } from "../domain/policy.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import { type ApplicantCase, applicantOf, type DraftKind, submitDraft, versionOf } from "./application-draft.ts";
import type { ConsoleContext } from "./context.ts";
import { letterMissing } from "./letter-file.ts";
import type { Visit } from "./visit.ts";

/** Where each kind of draft is typed. */
export const FORM_PATH: Readonly<Record<DraftKind, string>> = {
  new: "/apply/case",
  correction: "/apply/correct",
  renewal: "/apply/renewal",
  change: "/apply/change",
  reapplication: "/apply/reapplication",
};

type OfIntegration = Pick<ApplicantCase, "integration">;

/** What stands against drafting this now, if anything does. */
export function refusalOf({ integration }: OfIntegration, kind: DraftKind): RuleViolation | undefined {
  const outOfOrder = new RuleViolation("3(3)", "step-out-of-order", "The application isn't to be put right now: look where it stands.");
  if (integration === undefined) return kind === "new" ? undefined : outOfOrder;
  if (kind === "new") return new RuleViolation("3(3)", "submitted-already", "The application was submitted: look where it stands.");
  if (kind === "correction") return canFollow(integration, "resubmit") ? undefined : outOfOrder;
  try {
    requireAmendable(integration, kind);
    return undefined;
  } catch (error) {
    if (error instanceof RuleViolation) return error;
    throw error;
  }
}

/** What an application would do to an integration that has rights; undefined of one that opens it. */
export function amendingKind({ integration }: OfIntegration, kind: DraftKind): AmendmentKind | undefined {
  if (kind === "new") return undefined;
  return kind === "correction" ? (integration?.amendment?.application.kind as AmendmentKind | undefined) : kind;
}

/** What is to be typed, as it is first shown: what was saved since, before that what is on record. */
export function typedFirst(visit: Visit, opened: ApplicantCase, kind: DraftKind): TypedApplication {
  const { drafted, integration } = opened;
  if (integration === undefined || (drafted.kind === kind && drafted.version === versionOf(opened)))
    return whole(visit, opened, kind, drafted.typed);
  const { today, text } = visit;
  if (kind === "correction") return whole(visit, opened, kind, typedOf(underWay(integration), text.typedDay));
  return typedAmendment(integration as RightsHolder, kind as AmendmentKind, today, text.typedDay);
}

/** What was typed, with what isn't the applicant's to say: whose it is, and when a change begins. */
export function whole(visit: Visit, opened: OfIntegration, kind: DraftKind, sent: TypedApplication): TypedApplication {
  const { integration } = opened;
  if (integration === undefined) return sent;
  const { today, text } = visit;
  const application = underWay(integration);
  const { agencyCode, agencyName, systemName } = application;
  if (amendingKind(opened, kind) === undefined) return withFirstDay({ ...sent, agencyCode, agencyName }, application, today);
  const from = kind === "correction" ? application.from : (integration.approval?.from ?? today);
  return { ...sent, agencyCode, agencyName, systemName, from: text.typedDay(from > today ? from : today) };
}

interface Asked {
  readonly kind: DraftKind;
  readonly typed: TypedApplication;
  readonly circumstances: FormCircumstances;
}

/** What would be submitted, as its process would take it now. @throws RuleViolation what stands against it */
export function prepared({ integration }: OfIntegration, by: Actor, asked: Asked, now: number): Application {
  const { kind, typed, circumstances } = asked;
  const request = { by, reason: reasonOf(asked) };
  if (integration === undefined) return prepareApplication(draftOf(typed, "0", circumstances), circumstances.today);
  if (kind === "correction") return underWay(resubmit(integration, { ...request, correction: correctionOf(asked) }, now));
  return underWay(amend(integration, { by, ...amendmentAsked(integration.integrationNumber, asked) }, now));
}

function correctionOf({ typed, circumstances }: Asked): Correction {
  const { applicationNumber: _, agencyCode: _code, agencyName: _name, ...correction } = draftOf(typed, "", circumstances);
  return correction;
}

function reasonOf({ kind, typed }: Asked): string {
  return kind === "reapplication" ? typed.improvement : typed.purpose;
}

/**
 * Submits what was drafted, its letter with it.
 * @throws RuleViolation what stands against it, `applications-at-once`; Error when the processes can't be reached
 * @clause 3(3)
 */
export async function submitDrafted(context: ConsoleContext, opened: ApplicantCase, asked: Asked, correctReason: string): Promise<void> {
  const { db, integrations, now } = context;
  const { draft, drafted, integration } = opened;
  const { kind, typed, circumstances } = asked;
  const { today } = circumstances;
  if (integration === undefined) {
    // A few that come in the same moment may be more; it is against floods, not a quota.
    if ((await countStrangers(db, new Date(now()))) >= POLICY.applicationsAtOnce) throw tooManyAtOnce();
    return submitDraft(context, opened, today, (number) => draftOf(typed, number, circumstances));
  }
  const request = { by: applicantOf(opened), seen: drafted.version };
  const { integrationNumber } = integration;
  if (kind === "correction") {
    await integrations.resubmit(integrationNumber, { ...request, reason: correctReason, correction: correctionOf(asked) });
    // Only then: on record it can't be replaced, and counts. Who hears nothing of the step has it assigned as the case is opened.
    return assignLetter(db, draft.draftId, underWay(integration).applicationNumber);
  }
  if ((await countOfOne(db, draft.account, new Date(now()))) >= POLICY.applicationsOfOneADay) throw tooManyAtOnce();
  let number: string | undefined;
  for (;;) {
    number = await numberLetter(db, draft.draftId, today, number);
    if (number === undefined) throw letterMissing();
    try {
      await integrations.amend(integrationNumber, { ...request, ...amendmentAsked(number, asked) });
      return;
    } catch (error) {
      if (!(error instanceof RuleViolation && error.code === "application-number-taken")) throw error;
    }
  }
}

/** What a change's process is told. @param number drawn last: those of a year are to have no gaps that nobody can explain */
export function amendmentAsked(number: string, asked: Asked): Pick<AmendmentRequest, "reason" | "draft"> {
  const { kind, typed, circumstances } = asked;
  return { reason: reasonOf(asked), draft: amendmentOf(typed, kind as AmendmentKind, number, circumstances) };
}

function tooManyAtOnce(): RuleViolation {
  return new RuleViolation(
    "3(3)",
    "applications-at-once",
    "More applications wait than can be read: what you typed is saved; apply on paper, or try again tomorrow.",
  );
}

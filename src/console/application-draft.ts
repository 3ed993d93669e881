import { createHash, randomUUID } from "node:crypto";
import { type DraftOnRecord, findDraft, insertDraft, reserveNumber, updateDraft } from "../../db/queries/application-draft.ts";
import { assignLetter, findDraftLetter, type LetterOnRecord } from "../../db/queries/application-letter.ts";
import { readIntegration } from "../../db/queries/integration-record.ts";
import { openBytes, sealBytes } from "../adapters/sealed-bytes.ts";
import { createToken, hashToken } from "../adapters/session-token.ts";
import { type Integration, versionShown } from "../domain/integration.ts";
import type { AmendmentKind, Application, ApplicationDraft } from "../domain/integration-application.ts";
import { changedFields } from "../domain/integration-difference.ts";
import { EMPTY_FORM, type TypedApplication } from "../domain/integration-form.ts";
import type { Actor } from "../domain/integration-step.ts";
import { canonicalAddresses } from "../domain/ip-address.ts";
import { POLICY } from "../domain/policy.ts";
import { requestChanged } from "../domain/request-id.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import type { ConsoleContext } from "./context.ts";

/** What somebody with a private link types: the first application, what was sent back, or what would change what is in force. */
export type DraftKind = "new" | "correction" | AmendmentKind;

/** What was typed last, for what, and which version of the application it stands on. */
export interface Drafted {
  readonly kind: DraftKind;
  readonly version: number;
  readonly typed: TypedApplication;
}

/** What a private link opens: a draft, and what became of it. */
export interface ApplicantCase {
  readonly token: string;
  readonly draft: DraftOnRecord;
  readonly drafted: Drafted;
  /** Of what is being drafted. */
  readonly letter: LetterOnRecord | undefined;
  /** Undefined until it is submitted. */
  readonly integration: Integration | undefined;
}

/** Longer than all fields at their longest, shorter than what the record takes. */
const LONGEST_DRAFT = 48 * 1024;

const typedPlace = (draftId: string) => `application-draft/${draftId}`;
const asBytes = (drafted: Drafted) => Buffer.from(JSON.stringify(drafted));

/** Before when a draft that nobody has typed into was begun to count no more. @param now epoch milliseconds */
function untouchedSince(now: number): Date {
  return new Date(now - POLICY.applicationDraftUntouchedHours * 3_600_000);
}

/** Begins a draft. @returns the token of its private link; undefined when there are too many drafts */
export async function beginDraft({ db, keys, now }: ConsoleContext): Promise<string | undefined> {
  const [token, draftId] = [createToken(), randomUUID()];
  const account = `agency.${createHash("sha256").update(draftId).digest("hex").slice(0, 16)}`;
  const { sealed, keyId } = sealBytes(keys, asBytes({ kind: "new", version: 0, typed: EMPTY_FORM }), typedPlace(draftId));
  const draft = { draftId, tokenHash: hashToken(token), account, sealed, keyId, at: new Date(now()) };
  return (await insertDraft(db, draft, POLICY.applicationDraftsAtOnce, untouchedSince(now()))) ? token : undefined;
}

/** Opens what a private link leads to. @returns undefined when there is nothing (any more) */
export async function openCase({ db, keys }: ConsoleContext, token: string | undefined): Promise<ApplicantCase | undefined> {
  const draft = token === undefined ? undefined : await findDraft(db, hashToken(token));
  if (token === undefined || draft === undefined) return undefined;
  const drafted: Drafted = JSON.parse(openBytes(keys, draft, typedPlace(draft.draftId)).toString("utf8"));
  const number = draft.submitted ? draft.applicationNumber : null;
  const integration = number === null ? undefined : await readIntegration(db, number);
  const letter = await findDraftLetter(db, draft.draftId);
  const correctedAs = letter && integration && cameWith(letter, integration, draft);
  if (correctedAs === undefined) return { token, draft, drafted, letter, integration };
  await assignLetter(db, draft.draftId, correctedAs);
  return { token, draft, drafted, letter: undefined, integration };
}

/** The application whose correction a letter came with, though whoever sent it heard nothing: it got on record after all. */
function cameWith({ applicationNumber, attachedAt }: LetterOnRecord, { timeline }: Integration, { account }: DraftOnRecord) {
  const came = timeline.findLast((entry) => entry.step === "resubmit" && entry.account === account);
  return applicationNumber === null && came !== undefined && Date.parse(came.takenAt) >= attachedAt.getTime()
    ? came.application
    : undefined;
}

/** `versionShown` of what a form for this case stands on. */
export function versionOf({ integration }: Pick<ApplicantCase, "integration">): number {
  return integration === undefined ? 0 : versionShown(integration);
}

/** Keeps what was typed, right or wrong. @returns the case with it; undefined when it is too long to be kept */
export async function saveDraft(
  { db, keys, now }: ConsoleContext,
  opened: ApplicantCase,
  drafted: Drafted,
): Promise<ApplicantCase | undefined> {
  const [bytes, at] = [asBytes(drafted), new Date(now())];
  if (bytes.length > LONGEST_DRAFT) return undefined;
  const { draftId } = opened.draft;
  await updateDraft(db, draftId, { ...sealBytes(keys, bytes, typedPlace(draftId)), at });
  return { ...opened, drafted, draft: { ...opened.draft, savedAt: at } };
}

/** In whose name what comes by a private link is done. */
export function applicantOf({ draft }: Pick<ApplicantCase, "draft">): Actor {
  return { account: draft.account, role: "applicant" };
}

/**
 * Submits a draft under the number that is reserved for it, so that a second try is the same application.
 * @throws RuleViolation as `prepareApplication`; Error when the processes can't be reached: whether it got on record is seen later
 * @clause 3(3)
 */
export async function submitDraft(
  context: ConsoleContext,
  { draft }: ApplicantCase,
  today: string,
  draftOf: (number: string) => ApplicationDraft,
): Promise<void> {
  await applyOnce(context, applicantOf({ draft }), {
    draftOf,
    async numberOf(instead) {
      const number = await reserveNumber(context.db, draft.draftId, today, instead);
      await assignLetter(context.db, draft.draftId, number);
      return number;
    },
  });
}

/** How an application gets its number: the same at each try, and another one instead of one that turned out to be another's. */
interface Numbered {
  readonly numberOf: (instead?: string) => Promise<string>;
  readonly draftOf: (number: string) => ApplicationDraft;
}

/** Whether an application that nobody has gone on with says what it said when it arrived. */
function isSame(draft: ApplicationDraft, { application, timeline }: Integration): boolean {
  if (timeline.length > 1) return true;
  const asked = { ...application, ...draft, addresses: canonicalAddresses(draft.addresses) } as Application;
  const isNamed = asked.systemName === application.systemName && asked.agencyName === application.agencyName;
  return isNamed && changedFields(asked, { application, approval: application }).length === 0;
}

/**
 * Applies under the number that is given, so that a second try is the same application.
 * @returns its number
 * @throws RuleViolation as `prepareApplication`; Error when the processes can't be reached
 * @clause 3(3)
 */
export async function applyOnce({ db, integrations }: ConsoleContext, by: Actor, { numberOf, draftOf }: Numbered): Promise<string> {
  let number = await numberOf();
  for (;;) {
    try {
      const application = draftOf(number);
      await integrations.apply(application, { by, reason: application.purpose });
      return number;
    } catch (error) {
      if (!(error instanceof RuleViolation && error.code === "application-number-taken")) throw error;
      const holder = (await readIntegration(db, number)) ?? (await integrations.submitted(number));
      if (holder.timeline[0]?.account === by.account) {
        if (!isSame(draftOf(number), holder)) throw requestChanged("3(3)");
        return number;
      }
      number = await numberOf(number);
    }
  }
}

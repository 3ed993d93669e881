import { createHash, randomUUID } from "node:crypto";
import {
  type DraftOnRecord,
  findDraft,
  insertDraft,
  keepLetter,
  type LetterOnRecord,
  listDraftLetters,
  reserveNumber,
  updateDraft,
} from "../../db/queries/application-draft.ts";
import { readIntegration } from "../../db/queries/integration-record.ts";
import { openBytes, sealBytes } from "../adapters/sealed-bytes.ts";
import { createToken, hashToken } from "../adapters/session-token.ts";
import type { Integration } from "../domain/integration.ts";
import { draftOf, EMPTY_FORM, type FormCircumstances, type TypedApplication } from "../domain/integration-form.ts";
import type { Actor } from "../domain/integration-step.ts";
import { POLICY } from "../domain/policy.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import type { ConsoleContext } from "./context.ts";

/** What a private link opens: a draft, and what became of it. */
export interface ApplicantCase {
  readonly token: string;
  readonly draft: DraftOnRecord;
  readonly typed: TypedApplication;
  readonly letters: readonly LetterOnRecord[];
  /** Undefined until it is submitted. */
  readonly integration: Integration | undefined;
}

/** Longer than all fields at their longest, shorter than what the record takes. */
const LONGEST_DRAFT = 48 * 1024;

const typedPlace = (draftId: string) => `application-draft/${draftId}`;
const letterPlace = (attachmentId: string) => `application-letter/${attachmentId}`;
const asBytes = (typed: TypedApplication) => Buffer.from(JSON.stringify(typed));

/** Begins a draft. @returns the token of its private link; undefined when there are too many drafts */
export async function beginDraft({ db, keys, now }: ConsoleContext): Promise<string | undefined> {
  const [token, draftId] = [createToken(), randomUUID()];
  const account = `agency.${createHash("sha256").update(draftId).digest("hex").slice(0, 16)}`;
  const { sealed, keyId } = sealBytes(keys, asBytes(EMPTY_FORM), typedPlace(draftId));
  const draft = { draftId, tokenHash: hashToken(token), account, sealed, keyId, at: new Date(now()) };
  return (await insertDraft(db, draft, POLICY.applicationDraftsAtOnce)) ? token : undefined;
}

/** Opens what a private link leads to. @returns undefined when there is nothing (any more) */
export async function openCase({ db, keys }: ConsoleContext, token: string | undefined): Promise<ApplicantCase | undefined> {
  const draft = token === undefined ? undefined : await findDraft(db, hashToken(token));
  if (token === undefined || draft === undefined) return undefined;
  const typed: TypedApplication = JSON.parse(openBytes(keys, draft, typedPlace(draft.draftId)).toString("utf8"));
  const number = draft.submitted ? draft.applicationNumber : null;
  const integration = number === null ? undefined : await readIntegration(db, number);
  return { token, draft, typed, letters: await listDraftLetters(db, draft.draftId), integration };
}

/** Keeps what was typed, right or wrong. @returns false when it is too long to be kept */
export async function saveDraft({ db, keys, now }: ConsoleContext, { draft }: ApplicantCase, typed: TypedApplication): Promise<boolean> {
  const bytes = asBytes(typed);
  if (bytes.length > LONGEST_DRAFT) return false;
  await updateDraft(db, draft.draftId, { ...sealBytes(keys, bytes, typedPlace(draft.draftId)), at: new Date(now()) });
  return true;
}

/**
 * Keeps the agency's letter, sealed; it is never on a disk in the clear.
 * @throws RuleViolation `letter-too-large`, `letter-not-pdf`, `letters-too-many`
 * @clause 3(3)
 */
export async function saveLetter({ db, keys, now }: ConsoleContext, { draft }: ApplicantCase, file: File): Promise<void> {
  if (file.size > POLICY.applicationLetterBytes)
    throw new RuleViolation("3(3)", "letter-too-large", "The letter's file is too large: choose a smaller one.");
  const content = Buffer.from(await file.arrayBuffer());
  if (content.subarray(0, 5).toString("latin1") !== "%PDF-")
    throw new RuleViolation("3(3)", "letter-not-pdf", "The letter's file is no PDF: save it as one.");
  const attachmentId = randomUUID();
  const letter = {
    ...{ attachmentId, bytes: content.length, sha256: createHash("sha256").update(content).digest(), at: new Date(now()) },
    ...sealBytes(keys, content, letterPlace(attachmentId)),
  };
  if (!(await keepLetter(db, draft.draftId, letter, POLICY.applicationLetters)))
    throw new RuleViolation("3(3)", "letters-too-many", "The application has as many letters as it may have: ask the case officer.");
}

/** A letter in the clear. */
export function openLetter(
  { keys }: ConsoleContext,
  attachmentId: string,
  sealed: { readonly sealed: Buffer; readonly keyId: string },
): Buffer {
  return openBytes(keys, sealed, letterPlace(attachmentId));
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
  { db, integrations }: ConsoleContext,
  { draft }: ApplicantCase,
  typed: TypedApplication,
  circumstances: FormCircumstances,
): Promise<void> {
  const { today } = circumstances;
  let number = await reserveNumber(db, draft.draftId, today);
  for (;;) {
    try {
      await integrations.apply(draftOf(typed, number, circumstances), { by: applicantOf({ draft }), reason: typed.purpose });
      return;
    } catch (error) {
      if (!(error instanceof RuleViolation && error.code === "application-number-taken")) throw error;
      const holder = (await readIntegration(db, number)) ?? (await integrations.show(number));
      if (holder.timeline[0]?.account === draft.account) return;
      number = await reserveNumber(db, draft.draftId, today, number);
    }
  }
}

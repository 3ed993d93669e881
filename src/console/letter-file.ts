import { createHash, randomUUID } from "node:crypto";
import { keepLetter, keepScan, type SealedLetter } from "../../db/queries/application-letter.ts";
import { openBytes, sealBytes } from "../adapters/sealed-bytes.ts";
import { POLICY } from "../domain/policy.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import type { ConsoleContext } from "./context.ts";

/** More than a letter may have, so that one that is too large is told so beside its field. */
export const LONGEST_UPLOAD = 3 * POLICY.applicationLetterBytes;

const letterPlace = (attachmentId: string) => `application-letter/${attachmentId}`;

/**
 * Keeps the letter of what is drafted, sealed; it is never on a disk in the clear.
 * @param of the draft, and the application on record that it would be a further letter of
 * @throws RuleViolation `letter-missing`, `letter-too-large`, `letter-not-pdf`, `letters-too-many`
 * @clause 3(3)
 */
export async function saveLetter(
  context: ConsoleContext,
  of: { readonly draftId: string; readonly correcting: string | undefined },
  file: File | undefined,
): Promise<void> {
  const letter = await sealLetter(context, file);
  if (!(await keepLetter(context.db, of, letter, POLICY.applicationLetters))) throw tooManyLetters();
}

/**
 * Keeps the scan of a letter that came on paper, under the same rules.
 * @param attachmentId of the form that it came with, which may be sent twice
 * @throws RuleViolation as `saveLetter`
 * @clause 3(3)
 */
export async function saveScan(
  context: ConsoleContext,
  applicationNumber: string,
  attachmentId: string,
  file: File | undefined,
): Promise<void> {
  const letter = await sealLetter(context, file, attachmentId);
  if (!(await keepScan(context.db, applicationNumber, letter, POLICY.applicationLetters))) throw tooManyLetters();
}

async function sealLetter(
  { keys, now }: ConsoleContext,
  file: File | undefined,
  attachmentId: string = randomUUID(),
): Promise<SealedLetter> {
  if (file === undefined) throw letterMissing();
  if (file.size > POLICY.applicationLetterBytes)
    throw new RuleViolation("3(3)", "letter-too-large", "The letter's file is too large: choose a smaller one.");
  const content = Buffer.from(await file.arrayBuffer());
  if (content.subarray(0, 5).toString("latin1") !== "%PDF-")
    throw new RuleViolation("3(3)", "letter-not-pdf", "The letter's file is no PDF: save it as one.");
  return {
    ...{ attachmentId, bytes: content.length, sha256: createHash("sha256").update(content).digest(), at: new Date(now()) },
    ...sealBytes(keys, content, letterPlace(attachmentId)),
  };
}

/** @clause 3(3) */
export function letterMissing(): RuleViolation {
  return new RuleViolation("3(3)", "letter-missing", "Add the agency's letter.");
}

function tooManyLetters(): RuleViolation {
  return new RuleViolation("3(3)", "letters-too-many", "The application has as many letters as it may have: ask the case officer.");
}

/** A letter in the clear. */
export function openLetter(
  { keys }: ConsoleContext,
  attachmentId: string,
  sealed: { readonly sealed: Buffer; readonly keyId: string },
): Buffer {
  return openBytes(keys, sealed, letterPlace(attachmentId));
}

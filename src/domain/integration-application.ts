import { type CheckCode, isCheckCode } from "./checks.ts";
import { type ApprovedPeriod, dayAfter, defaultLastDay, requirePeriod } from "./integration-period.ts";
import { requireAgencyName, requireCode, requireText } from "./integration-text.ts";
import { canonicalAddresses } from "./ip-address.ts";
import { parseDate } from "./roc-date.ts";
import { RuleViolation } from "./rule-violation.ts";

/** What a manager approved: the application's scope and period, or less, and its addresses. Once provisioned, what holds. */
export interface Approval extends ApprovedPeriod {
  readonly checks: readonly CheckCode[];
  readonly addresses: readonly string[];
}

/** `new` opens an integration; `reapplication` does so too, or brings a suspended one back; the others change one that has rights. */
export type ApplicationKind = "new" | "renewal" | "change" | "reapplication";

/** The agency's official letter that an application came with: without accounts it is what shows that the agency applies. */
export interface ApplicationLetter {
  readonly number: string;
  /** ISO 8601, in Taiwan. */
  readonly date: string;
  /** Handed in on paper, and entered by the case officer. */
  readonly onPaper: boolean;
  /** The day on which the agency accepted the notice of its liability (clause 6). */
  readonly liabilityAcceptedOn: string;
}

/** What an agency asks for: one system's right to query, as it shall be, whole. */
export interface Application extends ApprovedPeriod {
  readonly applicationNumber: string;
  readonly kind: ApplicationKind;
  readonly agencyCode: string;
  readonly agencyName: string;
  readonly systemName: string;
  readonly legalBasis: string;
  readonly purpose: string;
  readonly checks: readonly CheckCode[];
  /** Canonical texts of single addresses. */
  readonly addresses: readonly string[];
  /** An office's telephone or mail address; no person's name is needed. */
  readonly contact: string;
  /** Only of a reapplication: what was improved after the suspension or termination. */
  readonly improvement?: string;
  /** Undefined of one that came neither by the form nor on paper. */
  readonly letter?: ApplicationLetter;
}

/** An application for a new integration as somebody typed it; one that says what was improved is a reapplication. */
export type ApplicationDraft = Omit<Application, "checks" | "kind"> & { readonly checks: readonly string[] };

/** Those that may be asked of an integration that has rights. */
export type AmendmentKind = Exclude<ApplicationKind, "new">;

/** What may be asked of an integration that has rights; what is left out stays as it is. */
export interface AmendmentDraft {
  readonly applicationNumber: string;
  readonly kind: AmendmentKind;
  readonly legalBasis?: string;
  readonly purpose?: string;
  readonly contact?: string;
  readonly checks?: readonly string[];
  readonly addresses?: readonly string[];
  readonly until?: string;
  readonly improvement?: string;
  readonly letter?: ApplicationLetter;
}

/** The application whose rights hold, and what was approved of it. */
export interface PresentRights {
  readonly application: Application;
  readonly approval: Approval;
}

/** What an applicant may put right in an application that was sent back. */
export type Correction = Partial<Omit<ApplicationDraft, "applicationNumber" | "agencyCode" | "agencyName">>;

const TEXTS = ["agencyName", "systemName", "legalBasis", "purpose", "contact"] as const;
const CODES = ["applicationNumber", "agencyCode"] as const;

/**
 * Checks an application and puts it into the form it is kept in.
 * @param today ISO 8601, in Taiwan
 * @throws RuleViolation `application-incomplete`, `code-malformed`, `unknown-check` and those of texts, addresses and periods
 * @clause 3(3)
 */
export function prepareApplication(draft: ApplicationDraft, today: string): Application {
  requireAgencyName(draft.agencyName);
  const kind = draft.improvement === undefined ? "new" : "reapplication";
  return prepare({ ...draft, kind }, today);
}

/**
 * Checks an application to change what an integration has. The new rights may begin when they are provisioned, so their period begins no later
 * than today, or than the present one.
 * @throws RuleViolation `renewal-not-longer`, `change-lengthens-period`, `improvement-missing`, and those of `prepareApplication`
 * @clause 3(3)
 * @clause 4(1)2
 */
export function prepareAmendment(draft: AmendmentDraft, present: PresentRights, today: string): Application {
  const { improvement: _, letter: _letter, ...before } = present.application;
  const { checks, addresses, from, until } = present.approval;
  // Whose the integration is, and what it is called, is nobody's to change with it.
  const { agencyCode, agencyName, systemName } = before;
  const requested = {
    ...before,
    checks,
    addresses,
    ...draft,
    ...{ agencyCode, agencyName, systemName },
    from: from > today ? from : today,
    until: draft.until ?? usualLastDay(draft.kind, until, today),
  };
  if (draft.kind === "renewal" && requested.until <= until) throw renewalNotLonger(until);
  if (draft.kind === "change" && requested.until > until)
    throw new RuleViolation(
      "4(1)2",
      "change-lengthens-period",
      `A change can't outlast the present period (${until}): apply for a renewal.`,
    );
  if (draft.kind === "reapplication" && draft.improvement === undefined) throw improvementMissing();
  return prepare(requested, today);
}

/** @param until the last day that holds @clause 4(1)2 */
export function renewalNotLonger(until: string): RuleViolation {
  return new RuleViolation("4(1)2", "renewal-not-longer", `The rights last until ${until}: a renewal gives a later last day.`);
}

/** The last day that is asked for where nobody says otherwise. @param until the last day that holds */
export function usualLastDay(kind: AmendmentKind, until: string, today: string): string {
  if (kind === "change") return until;
  return defaultLastDay(kind === "renewal" && until >= today ? dayAfter(until) : today);
}

/**
 * Checks an application that was sent back, as it has been put right.
 * @throws RuleViolation as `prepareApplication`
 * @clause 3(3)
 */
export function correctApplication(application: Application, correction: Correction, today: string): Application {
  const { applicationNumber, agencyCode, agencyName, kind } = application;
  const corrected = { ...application, ...correction, ...{ applicationNumber, agencyCode, agencyName, kind } };
  // It was in time when it was first submitted; the time it was sent back for is not the applicant's.
  return prepare({ ...corrected, from: corrected.from < today ? today : corrected.from }, today);
}

/**
 * Checks an application for a change that was sent back, as it has been put right; when it begins and whose it is are not the applicant's to say.
 * @throws RuleViolation as `prepareAmendment`
 * @clause 3(3)
 */
export function correctAmendment(application: Application, correction: Correction, present: PresentRights, today: string): Application {
  const { systemName: _system, from: _from, ...changes } = correction;
  const { applicationNumber, kind, legalBasis, purpose, contact, checks, addresses, until, improvement, letter } = application;
  const before = { applicationNumber, legalBasis, purpose, contact, checks, addresses, until };
  const draft = { ...before, ...(improvement !== undefined && { improvement }), ...(letter !== undefined && { letter }), ...changes };
  return prepareAmendment({ ...draft, kind: kind as AmendmentKind }, present, today);
}

/** @clause 5(6) */
export function improvementMissing(): RuleViolation {
  return new RuleViolation(
    "5(6)",
    "improvement-missing",
    "An integration of this system was suspended or terminated: say in improvement what has been improved since.",
  );
}

function prepare(draft: Omit<Application, "checks"> & { readonly checks: readonly string[] }, today: string): Application {
  for (const field of CODES) requireCode(draft[field], field);
  for (const field of TEXTS) requireText(draft[field], field);
  if (draft.improvement !== undefined) requireText(draft.improvement, "improvement");
  if (draft.letter !== undefined) requireLetter(draft.letter, today);
  const checks = [...new Set(draft.checks)];
  if (checks.length === 0)
    throw new RuleViolation("3(3)", "application-incomplete", "The application must list the query permissions it asks for: add checks.");
  requireKnownChecks(checks);
  requirePeriod(draft, today);
  return { ...draft, checks, addresses: canonicalAddresses(draft.addresses) };
}

/** @throws RuleViolation `unknown-check` */
export function requireKnownChecks(checks: readonly string[]): asserts checks is readonly CheckCode[] {
  if (!checks.every(isCheckCode))
    throw new RuleViolation("3(3)", "unknown-check", "The application asks for a check that the platform does not offer.");
}

/**
 * An official letter has a number, and was written on a day that has come; liability was accepted.
 * @throws RuleViolation `letter-date-malformed`, `liability-not-accepted`, and those of texts
 * @clause 3(3)
 * @clause 6
 */
export function requireLetter({ number, date, liabilityAcceptedOn }: ApplicationLetter, today: string): void {
  requireText(number, "letter number");
  requireLetterDate(date, today);
  if (parseDate(liabilityAcceptedOn) !== liabilityAcceptedOn)
    throw new RuleViolation(
      "6",
      "liability-not-accepted",
      "The agency must accept the notice of its liability: read it, and tick that you do.",
    );
}

/** @throws RuleViolation `letter-date-malformed` */
export function requireLetterDate(date: string, today: string): void {
  if (parseDate(date) !== date || date > today)
    throw new RuleViolation(
      "3(3)",
      "letter-date-malformed",
      "The letter's date must be a day that has come, such as 2025-01-31: correct it.",
    );
}

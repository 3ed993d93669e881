import {
  type AmendmentDraft,
  type AmendmentKind,
  type Application,
  type ApplicationDraft,
  type ApplicationLetter,
  type PresentRights,
  requireKnownChecks,
  requireLetterDate,
  usualLastDay,
} from "./integration-application.ts";
import { inForce } from "./integration-difference.ts";
import { requirePeriod } from "./integration-period.ts";
import { requireAgencyName, requireCode, requireText } from "./integration-text.ts";
import { canonicalAddresses, requireFixedAddresses } from "./ip-address.ts";
import { parseDate } from "./roc-date.ts";
import { RuleViolation } from "./rule-violation.ts";

/** Fields that hold one text each, in the order of the form. */
export const FORM_TEXTS = [
  "agencyName",
  "agencyCode",
  "systemName",
  "legalBasis",
  "purpose",
  "addresses",
  "from",
  "until",
  "contact",
  "letterNumber",
  "letterDate",
  "improvement",
] as const;
type FormText = (typeof FORM_TEXTS)[number];
/** Every field of the form; what stands against it is told beside it. */
export type FormField = FormText | "checks" | "liability";

/** An application as somebody typed it, whole or not, right or not. */
export type TypedApplication = Readonly<Record<FormText, string>> & {
  readonly checks: readonly string[];
  readonly liability: boolean;
};

/** What the form can't know by itself. */
export interface FormCircumstances {
  /** ISO 8601, in Taiwan. */
  readonly today: string;
  readonly privateAddressesAllowed: boolean;
  readonly onPaper: boolean;
  /** What it would do to an integration that has rights. */
  readonly kind?: AmendmentKind | undefined;
}

/** Every rule that what was typed would break, by its field: one for each. @clause 3(3) @clause 3(7) @clause 6 */
export function formFaults(
  typed: TypedApplication,
  { today, privateAddressesAllowed, kind }: FormCircumstances,
): ReadonlyMap<FormField, RuleViolation> {
  const faults = new Map<FormField, RuleViolation>();
  const attempt = (field: FormField, rule: () => void) => {
    try {
      rule();
    } catch (error) {
      if (!(error instanceof RuleViolation)) throw error;
      faults.set(field, error);
    }
  };
  const say = (name: FormText) => attempt(name, () => requireText(typed[name], name));
  // In the order of the form.
  attempt("agencyName", () => requireAgencyName(typed.agencyName));
  attempt("agencyCode", () => (typed.agencyCode === "" ? requireText("", "agencyCode") : requireCode(typed.agencyCode, "agencyCode")));
  for (const name of ["systemName", "contact", "legalBasis", "purpose"] as const) say(name);
  if (typed.improvement.trim() !== "" || kind === "reapplication") say("improvement");
  attempt("checks", () => {
    if (typed.checks.length === 0) throw new RuleViolation("3(3)", "checks-missing", "Tick at least one check that the system needs.");
    requireKnownChecks(typed.checks);
  });
  attempt("addresses", () => requireFixedAddresses(canonicalAddresses(addressesIn(typed.addresses)), privateAddressesAllowed));
  const [from, until] = [parseDate(typed.from), parseDate(typed.until)];
  if (from === undefined) faults.set("from", dayMalformed());
  if (until === undefined) faults.set("until", dayMalformed());
  if (kind !== undefined && until !== undefined && until < today) faults.set("until", lastDayOver());
  else if (from !== undefined && until !== undefined) attempt(from < today ? "from" : "until", () => requirePeriod({ from, until }, today));
  say("letterNumber");
  attempt("letterDate", () => requireLetterDate(parseDate(typed.letterDate) ?? "", today));
  if (!typed.liability)
    faults.set("liability", new RuleViolation("6", "liability-not-accepted", "Read the notice of liability, and tick that you accept it."));
  return faults;
}

function dayMalformed(): RuleViolation {
  return new RuleViolation("4(1)2", "day-malformed", "Type a day of the calendar, such as 2025-01-31.");
}

function lastDayOver(): RuleViolation {
  return new RuleViolation("4(1)2", "last-day-over", "The last day is over already: give one to come.");
}

/** What was typed, as the workflow takes it. Only of a form without faults. */
export function draftOf(typed: TypedApplication, applicationNumber: string, circumstances: FormCircumstances): ApplicationDraft {
  const { agencyCode, agencyName, systemName, legalBasis, purpose, contact, checks, improvement } = typed;
  return {
    ...{ applicationNumber, agencyCode, agencyName, systemName, legalBasis, purpose, contact, checks },
    addresses: addressesIn(typed.addresses),
    from: parseDate(typed.from) ?? typed.from,
    until: parseDate(typed.until) ?? typed.until,
    letter: letterOf(typed, circumstances),
    ...(improvement.trim() !== "" && { improvement }),
  };
}

function letterOf({ letterNumber, letterDate }: TypedApplication, { onPaper, today }: FormCircumstances): ApplicationLetter {
  return { number: letterNumber, date: parseDate(letterDate) ?? letterDate, onPaper, liabilityAcceptedOn: today };
}

/** An application as it would be typed, to be put right. Liability is accepted anew. @param typedDay a day (ISO 8601) as people type it */
export function typedOf(application: Application, typedDay: (iso: string) => string): TypedApplication {
  const { agencyCode, agencyName, systemName, legalBasis, purpose, contact, checks, addresses, improvement = "", letter } = application;
  return {
    ...{ agencyCode, agencyName, systemName, legalBasis, purpose, contact, checks, improvement, liability: false },
    addresses: addresses.join("\n"),
    from: typedDay(application.from),
    until: typedDay(application.until),
    letterNumber: letter?.number ?? "",
    letterDate: letter === undefined ? "" : typedDay(letter.date),
  };
}

/** What is in force, as it would be typed to be changed; each application has a letter of its own. */
export function typedAmendment(
  present: PresentRights,
  kind: AmendmentKind,
  today: string,
  typedDay: (iso: string) => string,
): TypedApplication {
  const { letter: _, improvement: _improvement, ...now } = inForce(present);
  return typedOf({ ...now, from: now.from > today ? now.from : today, until: usualLastDay(kind, now.until, today) }, typedDay);
}

/** What was typed to change what is in force, as the workflow takes it: whose it is and when it begins are not the applicant's to say. */
export function amendmentOf(
  typed: TypedApplication,
  kind: AmendmentKind,
  applicationNumber: string,
  circumstances: FormCircumstances,
): AmendmentDraft {
  const { legalBasis, purpose, contact, checks, addresses, until, improvement, letter } = draftOf(typed, applicationNumber, circumstances);
  return {
    ...{ applicationNumber, kind, legalBasis, purpose, contact, checks, addresses, until },
    ...(letter !== undefined && { letter }),
    ...(kind === "reapplication" && improvement !== undefined && { improvement }),
  };
}

/** A form that nobody has typed anything into. */
export const EMPTY_FORM: TypedApplication = {
  ...(Object.fromEntries(FORM_TEXTS.map((name) => [name, ""])) as Record<FormText, string>),
  ...{ checks: [], liability: false },
};

/** One address a line, or parted by commas. */
function addressesIn(text: string): string[] {
  return text.split(/[\n,，、]/).flatMap((part) => (part.trim() === "" ? [] : [part]));
}

/** An application that was in time when it was first submitted may begin today: the time that it was sent back for isn't the applicant's. */
export function withFirstDay(typed: TypedApplication, { from }: Application, today: string): TypedApplication {
  return from < today && parseDate(typed.from) === from ? { ...typed, from: today } : typed;
}

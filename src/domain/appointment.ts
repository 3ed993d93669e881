import { POLICY } from "./policy.ts";
import { RuleViolation } from "./rule-violation.ts";

const HOUR = 3_600_000;

/** Duties that people are appointed to. */
export const DUTIES = ["caseOfficer", "dedicatedOfficer", "manager", "auditor", "ethics", "civilAffairs"] as const;
export type Duty = (typeof DUTIES)[number];

/** Who holds which duty, from when (included) until when (not included; undefined: until it is ended). Epoch milliseconds. */
export interface Appointment {
  readonly account: string;
  readonly duty: Duty;
  readonly from: number;
  readonly until: number | undefined;
}

/** One person at a time holds each of these. */
const SINGLE: readonly Duty[] = ["caseOfficer", "dedicatedOfficer"];

/** Nobody holds duties of two groups at once: who applies or sets up doesn't decide, and who oversees does neither. */
const GROUP: Readonly<Record<Duty, string>> = {
  caseOfficer: "officers",
  dedicatedOfficer: "officers",
  manager: "managers",
  auditor: "overseers",
  ethics: "overseers",
  civilAffairs: "overseers",
};

/** Whether a text names a duty. */
export function isDuty(text: string): text is Duty {
  return (DUTIES as readonly string[]).includes(text);
}

/** As whose delivery the records hold what lay in the drop folder: nobody's, so nobody has this name. */
const DROP_FOLDER = "drop-folder";

/** Whether a text can be an account's name. */
export function isAccount(text: string): boolean {
  return /^[a-z][a-z0-9._-]{1,63}$/.test(text) && !/^[a-z][1289a-d]\d{8}$/.test(text) && text !== DROP_FOLDER;
}

/** Accounts are names of appointments, never a person's ID number. @throws RuleViolation `account-malformed` @clause 3(2) */
export function requireAccount(account: string): void {
  if (!isAccount(account))
    throw new RuleViolation(
      "3(2)",
      "account-malformed",
      "An account is 2 to 64 small letters, digits, dots or hyphens, neither an ID number nor the drop folder.",
    );
}

/**
 * Appoints: one case officer and one dedicated officer at any time, perhaps the same person; overseers oversee others.
 * @param existing every appointment, ended ones too
 * @throws RuleViolation `account-malformed`, `appointment-period`, `already-appointed`, `duty-taken`, `duties-incompatible`
 * @clause 3(1)
 * @clause 3(2)
 */
export function appoint(existing: readonly Appointment[], fresh: Appointment): Appointment {
  requireAccount(fresh.account);
  if (fresh.until !== undefined && fresh.until <= fresh.from)
    throw new RuleViolation("3(1)", "appointment-period", "An appointment ends after it begins: correct its days.");
  const meanwhile = existing.filter((other) => overlap(other, fresh));
  const own = meanwhile.filter(({ account }) => account === fresh.account);
  if (own.some(({ duty }) => duty === fresh.duty))
    throw new RuleViolation("3(1)", "already-appointed", "This account holds that duty in that time already.");
  if (SINGLE.includes(fresh.duty) && meanwhile.some(({ duty }) => duty === fresh.duty))
    throw new RuleViolation("3(1)", "duty-taken", "Another person holds that duty in that time: end that appointment first.");
  if (own.some(({ duty }) => GROUP[duty] !== GROUP[fresh.duty]))
    throw new RuleViolation(
      "3(1)",
      "duties-incompatible",
      "Officers, managers and those who oversee them are different people: end the other appointment first.",
    );
  return fresh;
}

/**
 * Until when a one-time token opens the set-up page, made now: so long as POLICY says from when its holder is first in office.
 * @param own the account's appointments
 * @clause 3(2)
 */
export function setUpEnd(own: readonly Appointment[], now: number): number {
  const begin = own.filter(({ from, until }) => until === undefined || (until > now && until > from)).map(({ from }) => from);
  return Math.max(now, begin.length === 0 ? now : Math.min(...begin)) + POLICY.setUpHours * HOUR;
}

/** Ends an appointment. @throws RuleViolation `appointment-over` @clause 3(1) */
export function endAppointment(appointment: Appointment, at: number): Appointment {
  if (appointment.until !== undefined && appointment.until <= at)
    throw new RuleViolation("3(1)", "appointment-over", "The appointment has ended already.");
  // One that hasn't begun yet never does.
  return { ...appointment, until: Math.max(at, appointment.from) };
}

/** The duties of an account at a moment, in the order of DUTIES. @clause 3(2) */
export function dutiesAt(appointments: readonly Appointment[], account: string, now: number): Duty[] {
  return DUTIES.filter((duty) =>
    appointments.some(
      (held) => held.account === account && held.duty === duty && held.from <= now && (held.until === undefined || now < held.until),
    ),
  );
}

/** Whether they share a moment: one that was called off before it began shares none with any. */
function overlap(one: Appointment, other: Appointment): boolean {
  return Math.max(one.from, other.from) < Math.min(one.until ?? Infinity, other.until ?? Infinity);
}

import type { TimelineEntry } from "./integration.ts";
import type { Application, Approval, PresentRights } from "./integration-application.ts";

/** What an application can change of what is in force; when it begins is when it is provisioned. */
const CHANGEABLE = ["legalBasis", "purpose", "contact", "checks", "addresses", "until"] as const;
export type ChangedField = (typeof CHANGEABLE)[number];

/** An application with what of it is in force. */
export function inForce({ application, approval }: PresentRights): Application & Approval {
  return { ...application, ...approval };
}

/** What would be otherwise than it is in force; the order of checks and addresses is nothing. @clause 3(3) */
export function changedFields(asked: Application, present: PresentRights): ChangedField[] {
  const now = inForce(present);
  const textOf = (value: string | readonly string[]) => (typeof value === "string" ? value : JSON.stringify([...value].sort()));
  return CHANGEABLE.filter((field) => textOf(asked[field]) !== textOf(now[field]));
}

/** An application on record, with what was approved of it. */
export interface OnRecord {
  readonly application: Application;
  readonly approval?: Approval | null | undefined;
}

/** What was in force when an application to change it arrived; undefined of one that opened its integration. @clause 3(3) */
export function inForceBefore(
  applicationNumber: string,
  timeline: readonly TimelineEntry[],
  applications: readonly OnRecord[],
): PresentRights | undefined {
  const arrived = timeline.findIndex(({ step, application }) => step === "amend" && application === applicationNumber);
  const given = timeline.slice(0, Math.max(arrived, 0)).findLast(({ step }) => step === "provision");
  const found = applications.find(({ application }) => application.applicationNumber === given?.application);
  if (given === undefined || !found?.approval) return undefined;
  const removed = timeline.slice(timeline.indexOf(given), arrived).map(({ address }) => address);
  const addresses = found.approval.addresses.filter((address) => !removed.includes(address));
  return { application: found.application, approval: { ...found.approval, addresses } };
}

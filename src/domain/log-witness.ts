import type { Notice } from "./notice.ts";
import { POLICY } from "./policy.ts";

const HOUR = 3_600_000;

/** What the notices of a witness are about. */
export function witnessAbout(witnessName: string): string {
  return `witness/${witnessName}`;
}

/** Until when a witness may be silent. @param heardAt when it last cosigned, or since when it has been asked; epoch milliseconds */
function silentFrom(heardAt: number): number {
  return heardAt + POLICY.witnessSilentHours * HOUR;
}

/** Whether a witness has cosigned nothing for too long: it confirms what it has seen also when nothing is new. @clause 4(1)5 */
export function isWitnessSilent(heardAt: number, now: number): boolean {
  return now >= silentFrom(heardAt);
}

/** What is to be announced of a witness: each silence once, and nothing while it cosigns. @clause 4(1)5 */
export function witnessNotices(witnessName: string, heardAt: number, now: number): Notice[] {
  if (!isWitnessSilent(heardAt, now)) return [];
  const at = new Date(silentFrom(heardAt)).toISOString();
  const about = witnessAbout(witnessName);
  return [{ key: `${about}/${at}`, kind: "witness-silent", recipient: "dedicatedOfficer", about, dueAt: at, announces: at }];
}

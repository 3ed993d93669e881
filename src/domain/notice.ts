import { credentialReminderAt } from "./credential.ts";
import { hasRights, type Integration } from "./integration.ts";
import { periodMoments } from "./integration-period.ts";
import type { Role } from "./integration-step.ts";
import { POLICY } from "./policy.ts";

const DAY = 86_400_000;

/** What somebody is to be told; the words are made by whoever tells it. */
export type NoticeKind =
  | "period-ends"
  | "credential-expires"
  | "integration-idle"
  | "integration-suspended"
  | "inventory-opened"
  | "inventory-ends"
  | "disposal-proposed"
  | "disk-fills-up"
  | "database-grows"
  | "abnormal-use"
  | "witness-silent"
  | "dataset-ends"
  | "dataset-ended"
  | "delivery-quarantined";

/** Something that somebody is to be told on a day: stored once by its key, sent once, cancelled when what it announces has changed. */
export interface Notice {
  readonly key: string;
  readonly kind: NoticeKind;
  /** In what capacity it concerns somebody. */
  readonly recipient: Role;
  /** Number of the integration, or of the inventory; the dataset, or the import. */
  readonly about: string;
  /** ISO 8601 time from which it may be sent. */
  readonly dueAt: string;
  /** ISO 8601 time of what it announces. */
  readonly announces: string;
}

/**
 * Everything that an integration's present rights will have announced: the end of its period, of its newest credential, that it lies idle, and that it was suspended.
 * What came to be after the day on which it should have been announced is not: nobody is told "in 60 days" of what ends in 20.
 * @clause 4(1)2
 * @clause 3(5)
 */
export function integrationNotices(integration: Integration): Notice[] {
  if (!hasRights(integration)) return [];
  const { integrationNumber, timeline, approval } = integration;
  const lastOf = (...steps: string[]) => Date.parse(timeline.findLast(({ step }) => steps.includes(step))?.takenAt ?? "");
  const notice = (kind: NoticeKind, recipients: readonly Role[], dueAt: number, announces: number, detail: string): Notice[] =>
    recipients.map((recipient) => ({
      key: `${integrationNumber}/${kind}/${detail}/${recipient}`,
      ...{ kind, recipient, about: integrationNumber, dueAt: new Date(dueAt).toISOString(), announces: new Date(announces).toISOString() },
    }));

  const { until } = periodMoments(approval);
  const since = lastOf("provision");
  const reminders = POLICY.periodReminderDays.filter((days) => until - days * DAY >= since);
  const newest = integration.credentials.at(-1);
  const expiry = newest && Date.parse(newest.validUntil);
  const warnedAt = lastOf("warnIdle");
  return [
    ...reminders.flatMap((days) =>
      notice("period-ends", ["applicant", "caseOfficer"], until - days * DAY, until, `${approval.until}/${days}`),
    ),
    ...(newest !== undefined && expiry !== undefined
      ? notice("credential-expires", ["applicant", "dedicatedOfficer"], credentialReminderAt(expiry), expiry, newest.credentialId)
      : []),
    ...(integration.state === "active" && warnedAt > lastOf("activate")
      ? notice("integration-idle", ["applicant", "dedicatedOfficer"], warnedAt, warnedAt + POLICY.idleGraceDays * DAY, `${warnedAt}`)
      : []),
    ...(integration.state === "suspended"
      ? notice("integration-suspended", ["applicant"], lastOf("suspend"), lastOf("suspend"), `${lastOf("suspend")}`)
      : []),
  ];
}

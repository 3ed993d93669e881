import { credentialReminderAt } from "./credential.ts";
import { hasRights, type Integration, type RightsHolder } from "./integration.ts";
import { idleSuspensionAt, idleWarning, lapsesAt, lastTaken } from "./integration-due.ts";
import { periodMoments } from "./integration-period.ts";
import { isFinal, type Role, type StepName } from "./integration-step.ts";
import { POLICY } from "./policy.ts";

const DAY = 86_400_000;

/** What somebody is to be told; the words are made by whoever tells it. */
export type NoticeKind =
  | "application-submitted"
  | "application-checked"
  | "application-approved"
  | "application-returned"
  | "application-lapses"
  | "application-lapsed"
  | "application-decided"
  | "period-ends"
  | "credential-expires"
  | "integration-idle"
  | "integration-suspended"
  | "integration-ended"
  | "inventory-opened"
  | "inventory-ends"
  | "disposal-proposed"
  | "disk-fills-up"
  | "database-grows"
  | "upkeep-failed"
  | "abnormal-use"
  | "witness-silent"
  | "finding-raised"
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

type MakeNotice = (kind: NoticeKind, recipients: readonly Role[], dueAt: number, announces: number, detail: string | number) => Notice[];

/**
 * Everything that is to be told of an integration as it stands: whose turn it is with its application, and what its rights will come to.
 * What came to be after the day on which it should have been announced is not: nobody is told "in 60 days" of what ends in 20.
 * @param lastUsedOn the last day on which the system asked (ISO 8601), if it ever did
 * @clause 3(3)
 * @clause 4(1)2
 * @clause 3(5)
 */
export function integrationNotices(integration: Integration, lastUsedOn?: string): Notice[] {
  const { integrationNumber } = integration;
  const notice: MakeNotice = (kind, recipients, dueAt, announces, detail) =>
    recipients.map((recipient) => ({
      key: `${integrationNumber}/${kind}/${detail}/${recipient}`,
      ...{ kind, recipient, about: integrationNumber, dueAt: new Date(dueAt).toISOString(), announces: new Date(announces).toISOString() },
    }));
  const rights = hasRights(integration) ? rightsNotices(integration, lastUsedOn, notice) : [];
  return [...applicationNotices(integration, notice), ...endNotices(integration, notice), ...rights];
}

/** Who acts next, once an application has come to somebody. */
const NEXT: Partial<Record<StepName, readonly [kind: NoticeKind, recipient: Role]>> = {
  submit: ["application-submitted", "caseOfficer"],
  amend: ["application-submitted", "caseOfficer"],
  resubmit: ["application-submitted", "caseOfficer"],
  check: ["application-checked", "manager"],
  approve: ["application-approved", "dedicatedOfficer"],
};

/** What the newest step of any application is to be told of: to whoever acts next, and to the agency what came of it. */
function applicationNotices(integration: Integration, notice: MakeNotice): Notice[] {
  const { timeline, state, amendment } = integration;
  const place = timeline.findLastIndex(({ application }) => application !== undefined);
  const entry = timeline[place];
  if (entry === undefined) return [];
  const told = (kind: NoticeKind, recipient: Role, of = place) => {
    const at = Date.parse(timeline[of]?.takenAt ?? "");
    return notice(kind, [recipient], at, at, of + 1);
  };
  // The agency hears of an approval also when the rights were given before the mail went out.
  const decided = timeline.findLastIndex(
    ({ step, application }) => application === entry.application && (step === "approve" || step === "refuse"),
  );
  // An integration that ended took what was under way with it.
  const waits = amendment !== undefined || state === "submitted" || state === "checked" || state === "approved";
  const next = waits ? NEXT[entry.step] : undefined;
  const lapse = lapsesAt(integration);
  return [
    ...(next === undefined ? [] : told(...next)),
    ...(lapse === undefined
      ? []
      : [
          ...notice("application-returned", ["applicant"], Date.parse(entry.takenAt), lapse, place + 1),
          ...POLICY.returnedReminderDays.flatMap((days) =>
            notice("application-lapses", ["applicant"], lapse - days * DAY, lapse, `${place + 1}/${days}`),
          ),
        ]),
    ...(decided > 0 && entry.step !== "withdraw" && (!isFinal(state) || entry.step === "refuse")
      ? told("application-decided", "applicant", decided)
      : []),
    ...(entry.step === "lapse" ? told("application-lapsed", "applicant") : []),
  ];
}

/** That somebody ended it for good; managers are told as well, since one person can. */
function endNotices(integration: Integration, notice: MakeNotice): Notice[] {
  if (integration.state !== "revoked") return [];
  const at = lastTaken(integration, "revoke");
  return notice("integration-ended", ["applicant", "manager"], at, at, at);
}

/** The end of its period and of its newest credential, that it lies idle, and that it was suspended. */
function rightsNotices(integration: RightsHolder, lastUsedOn: string | undefined, notice: MakeNotice): Notice[] {
  const { approval } = integration;
  const { until } = periodMoments(approval);
  const since = lastTaken(integration, "provision");
  const reminders = POLICY.periodReminderDays.filter((days) => until - days * DAY >= since);
  const newest = integration.credentials.at(-1);
  const expiry = newest && Date.parse(newest.validUntil);
  const warnedAt = idleWarning(integration, lastUsedOn);
  const suspendedAt = lastTaken(integration, "suspend");
  return [
    ...reminders.flatMap((days) =>
      notice("period-ends", ["applicant", "caseOfficer"], until - days * DAY, until, `${approval.until}/${days}`),
    ),
    ...(newest !== undefined && expiry !== undefined
      ? notice(
          "credential-expires",
          ["applicant", "dedicatedOfficer"],
          credentialReminderAt(expiry),
          expiry,
          `${newest.credentialId}/${expiry}`,
        )
      : []),
    ...(warnedAt === undefined
      ? []
      : notice("integration-idle", ["applicant", "dedicatedOfficer"], warnedAt, idleSuspensionAt(warnedAt), warnedAt)),
    ...(integration.state === "suspended" ? notice("integration-suspended", ["applicant"], suspendedAt, suspendedAt, suspendedAt) : []),
  ];
}

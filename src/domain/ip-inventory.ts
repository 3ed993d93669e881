import { requireAccount } from "./appointment.ts";
import type { StepRequest } from "./integration.ts";
import { endOfDays, startOfDay } from "./integration-period.ts";
import type { IntegrationState } from "./integration-step.ts";
import { requireText } from "./integration-text.ts";
import type { Notice } from "./notice.ts";
import { POLICY } from "./policy.ts";
import { taipeiDate } from "./roc-date.ts";
import { RuleViolation } from "./rule-violation.ts";

const DAY = 86_400_000;

/** Why an address may have to go: another integration has it too, nothing was asked from it, or its integration has ended. */
export type AddressFlaw = "duplicate" | "idle" | "expired";

/** An address on a whitelist. Dates are ISO 8601, in Taiwan. */
export interface WhitelistedAddress {
  readonly integrationNumber: string;
  readonly address: string;
  readonly state: IntegrationState;
  readonly addedOn: string;
  /** The first day on which its integration had rights; null before it has any. */
  readonly heldFrom: string | null;
  /** The last day on which it was answered; null when it never was. */
  readonly lastUsedOn: string | null;
}

/** An address that a review found something about. */
export interface AddressFinding extends WhitelistedAddress {
  readonly flaws: readonly AddressFlaw[];
}

/** The officer's word on one found address. */
export interface AddressDecision extends StepRequest {
  readonly integrationNumber: string;
  readonly address: string;
  readonly choice: "remove" | "keep";
}

/** What a review covers, and until when it may be answered. */
export interface InventoryTerm {
  /** The day on which it begins names it. */
  readonly inventoryNumber: string;
  /** An address that was not used since this day lies idle. */
  readonly usedSince: string;
  /** Epoch milliseconds: after the last day on which it may be answered. */
  readonly deadline: number;
}

/**
 * The term of the review that begins now: it looks back half a year.
 * @param now epoch milliseconds
 * @clause 3(8)
 */
export function inventoryTerm(now: number): InventoryTerm {
  const inventoryNumber = taipeiDate(now);
  const [year = 0, month = 1, day = 1] = inventoryNumber.split("-").map(Number);
  const usedSince = new Date(Date.UTC(year, month - 7, day)).toISOString().slice(0, 10);
  return { inventoryNumber, usedSince, deadline: endOfDays(now, POLICY.inventoryDays) };
}

/**
 * The half year whose review did not begin, by its first day (ISO 8601): on that day it still may, by its schedule.
 * @param newestOpenedAt when the newest review on record began
 * @param inUseSince when the first address was let in; a half year without any has nothing to review
 * @clause 3(8)
 */
export function missedReview(newestOpenedAt: number | undefined, inUseSince: number | undefined, now: number): string | undefined {
  const [year = "", month = ""] = taipeiDate(now - DAY).split("-");
  const day = `${year}-${month < "07" ? "01" : "07"}-01`;
  const start = startOfDay(day);
  const hasBegun = newestOpenedAt !== undefined && newestOpenedAt >= start;
  return !hasBegun && inUseSince !== undefined && inUseSince < start ? day : undefined;
}

/**
 * What is wrong with the addresses on the whitelist; those with nothing wrong are left out. What was whitelisted, or began, within the time
 * looked at has had no time to be used, and does not lie idle; what has rested all that time does.
 * @clause 3(8)
 */
export function findFlawedAddresses(all: readonly WhitelistedAddress[], usedSince: string): AddressFinding[] {
  const holders = new Map<string, number>();
  for (const { address, state } of all) if (hasEnded(state) === false) holders.set(address, (holders.get(address) ?? 0) + 1);
  return all
    .map((entry): AddressFinding => {
      const { address, state, addedOn, heldFrom, lastUsedOn } = entry;
      const flaws: AddressFlaw[] = [];
      if (hasEnded(state)) flaws.push("expired");
      else if ((holders.get(address) ?? 0) > 1) flaws.push("duplicate");
      const couldBeUsed = !hasEnded(state) && addedOn < usedSince && heldFrom !== null && heldFrom < usedSince;
      if (couldBeUsed && (lastUsedOn === null || lastUsedOn < usedSince)) flaws.push("idle");
      return { ...entry, flaws };
    })
    .filter(({ flaws }) => flaws.length > 0);
}

function hasEnded(state: IntegrationState): boolean {
  return state === "expired" || state === "revoked";
}

/**
 * Whether the dedicated officer may decide on an address now.
 * @param waiting the addresses that wait for a decision; undefined when the review is not open
 * @param decided those that have one
 * @throws RuleViolation `role-not-allowed`, `inventory-not-open`, `address-decided`, `address-not-found`, and those of texts
 * @clause 3(8)
 */
export function requireAddressDecision(
  waiting: readonly AddressKey[] | undefined,
  decided: readonly AddressKey[],
  decision: AddressDecision,
): void {
  if (decision.by.role !== "dedicatedOfficer")
    throw new RuleViolation("3(8)", "role-not-allowed", "The dedicated officer reviews addresses: ask them to decide.");
  requireAccount(decision.by.account);
  requireText(decision.reason, "reason");
  if (waiting === undefined)
    throw new RuleViolation("3(8)", "inventory-not-open", "The review is not open: it has not begun yet, or its deadline has passed.");
  if (isAmong(decided, decision))
    throw new RuleViolation("3(8)", "address-decided", "This address has been decided already: look at the review's record.");
  if (!isAmong(waiting, decision))
    throw new RuleViolation(
      "3(8)",
      "address-not-found",
      "The review found nothing about this address of this integration: look at its list.",
    );
}

/** What names a whitelisted address: two integrations may have the same. */
export interface AddressKey {
  readonly integrationNumber: string;
  readonly address: string;
}

/** Whether an address is among others. */
export function isAmong(all: readonly AddressKey[], { integrationNumber, address }: AddressKey): boolean {
  return all.some((one) => one.integrationNumber === integrationNumber && one.address === address);
}

/** What a review's notices are about; no integration can have such a number. */
export function inventoryAbout(inventoryNumber: string): string {
  return `ip-inventory/${inventoryNumber}`;
}

const LAST_DAYS = 3;

/** What a review with findings has announced to the dedicated officer: that it is open, and that it ends. @clause 3(8) */
export function inventoryNotices({ inventoryNumber, deadline }: InventoryTerm, openedAt: number): Notice[] {
  const notice = (kind: Notice["kind"], dueAt: number): Notice => ({
    ...{ key: `${inventoryAbout(inventoryNumber)}/${kind}`, kind, recipient: "dedicatedOfficer", about: inventoryAbout(inventoryNumber) },
    ...{ dueAt: new Date(dueAt).toISOString(), announces: new Date(deadline).toISOString() },
  });
  return [notice("inventory-opened", openedAt), notice("inventory-ends", deadline - LAST_DAYS * DAY)];
}

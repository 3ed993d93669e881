import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastDayOf } from "../../src/domain/due.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import {
  type AddressDecision,
  findFlawedAddresses,
  inventoryNotices,
  inventoryTerm,
  missedReview,
  requireAddressDecision,
  type WhitelistedAddress,
} from "../../src/domain/ip-inventory.ts";
import { noticeMail } from "../../src/domain/notice-mail.ts";
import { daysBetween, taipeiDate } from "../../src/domain/roc-date.ts";
import { rocDay } from "../../src/domain/roc-day.ts";
import { MANAGER, OFFICER, ruleBroken, say } from "../support/integration.ts";

const SINCE = "2026-07-01";
const used: WhitelistedAddress = {
  integrationNumber: "1",
  address: "203.66.0.1",
  state: "active",
  addedOn: "2026-01-10",
  heldFrom: "2026-02-01",
  lastUsedOn: "2026-09-01",
};
const flawsOf = (...all: WhitelistedAddress[]) =>
  findFlawedAddresses(all, SINCE).map(({ integrationNumber, flaws }) => [integrationNumber, flaws]);

describe("the half-yearly review", () => {
  test.each([
    ["2027-01-01", "2026-07-01"],
    ["2027-07-01", "2027-01-01"],
    ["2028-03-15", "2027-09-15"],
  ])("§3(8) of %s looks back to %s, and may be answered for 14 days", (day, usedSince) => {
    const now = startOfDay(day) + 2 * 3_600_000;
    expect(inventoryTerm(now)).toEqual({ inventoryNumber: day, usedSince, deadline: startOfDay(day) + 15 * 86_400_000 });
  });

  test("§3(8) whenever it begins, may be answered through the last day that its notices name, 14 days later", () => {
    fc.assert(
      fc.property(fc.integer({ min: startOfDay("2026-01-01"), max: startOfDay("2030-01-01") }), (now) => {
        const term = inventoryTerm(now);
        const lastDay = lastDayOf(term.deadline);
        expect(daysBetween(taipeiDate(now), lastDay)).toBe(14);
        expect(term.deadline).toBe(startOfDay(lastDay) + 86_400_000);
        const text = rocDay(lastDay);
        for (const notice of inventoryNotices(term, now)) expect(noticeMail(notice, undefined).text).toContain(text);
      }),
    );
  });

  test("§3(8) finds nothing about an address that one integration has and uses", () => {
    expect(flawsOf(used, { ...used, integrationNumber: "2", address: "203.66.0.2" })).toEqual([]);
  });

  test("§3(8) finds duplicates among integrations that have not ended, both of them", () => {
    expect(flawsOf(used, { ...used, integrationNumber: "2", state: "suspended" })).toEqual([
      ["1", ["duplicate"]],
      ["2", ["duplicate"]],
    ]);
    expect(flawsOf(used, { ...used, integrationNumber: "2", state: "expired" })).toEqual([["2", ["expired"]]]);
  });

  test("§3(8) finds idle ones: not used since, unless they are new or their period has just begun; those of an integration that rests, too", () => {
    expect(flawsOf({ ...used, lastUsedOn: "2026-06-30" })).toEqual([["1", ["idle"]]]);
    expect(flawsOf({ ...used, lastUsedOn: null })).toEqual([["1", ["idle"]]]);
    expect(flawsOf({ ...used, lastUsedOn: SINCE })).toEqual([]);
    expect(flawsOf({ ...used, lastUsedOn: null, addedOn: SINCE })).toEqual([]);
    expect(flawsOf({ ...used, lastUsedOn: null, heldFrom: SINCE })).toEqual([]);
    expect(flawsOf({ ...used, lastUsedOn: null, heldFrom: null, state: "provisioned" })).toEqual([]);
    expect(flawsOf({ ...used, lastUsedOn: "2023-12-01", state: "suspended" })).toEqual([["1", ["idle"]]]);
    expect(flawsOf({ ...used, lastUsedOn: SINCE, state: "suspended" })).toEqual([]);
  });

  test("§3(8) finds all of what has ended, and names each address once, in its order", () => {
    const entry = fc.record({
      integrationNumber: fc.constantFrom("1", "2", "3"),
      address: fc.constantFrom("203.66.0.1", "203.66.0.2"),
      state: fc.constantFrom("provisioned", "active", "suspended", "expired", "revoked"),
      addedOn: fc.constantFrom("2026-01-01", "2026-08-01"),
      heldFrom: fc.constantFrom(null, "2026-01-01", "2026-08-01"),
      lastUsedOn: fc.constantFrom(null, "2026-05-01", "2026-08-02"),
    });
    const entries = fc.uniqueArray(entry, { selector: ({ integrationNumber, address }) => `${integrationNumber} ${address}` });
    fc.assert(
      fc.property(entries, (all) => {
        const found = findFlawedAddresses(all as WhitelistedAddress[], SINCE);
        const ended = all.filter(({ state }) => state === "expired" || state === "revoked");
        expect(found.filter(({ flaws }) => flaws.includes("expired"))).toHaveLength(ended.length);
        const places = found.map(({ integrationNumber, address }) =>
          all.findIndex((one) => one.integrationNumber === integrationNumber && one.address === address),
        );
        expect(places).toEqual([...new Set(places)].toSorted((one, other) => one - other));
      }),
    );
  });
});

describe("a review that did not begin", () => {
  const at = (text: string) => Date.parse(`${text}+08:00`);
  const longAgo = at("2020-05-01T00:00:00");

  test("§3(8) is opened from the second day of the half year on, once, and not for a time in which no address was let in", () => {
    const missed = (now: string, newest?: string, since = longAgo) => missedReview((newest && at(newest)) || undefined, since, at(now));
    expect(missed("2026-07-01T23:59:59")).toBe("2026-01-01");
    expect(missed("2026-07-02T00:00:00")).toBe("2026-07-01");
    expect(missed("2026-12-31T03:10:00", "2026-01-01T02:00:00")).toBe("2026-07-01");
    expect(missed("2027-01-02T03:10:00", "2026-08-20T03:10:00")).toBe("2027-01-01");
    for (const begun of ["2026-07-01T02:00:00", "2026-08-20T03:10:00"]) expect(missed("2026-12-31T03:10:00", begun)).toBeUndefined();
    expect(missed("2026-12-31T03:10:00", undefined, at("2026-07-01T00:00:00"))).toBeUndefined();
    expect(missedReview(undefined, undefined, at("2026-12-31T03:10:00"))).toBeUndefined();
  });

  test("§3(8) leaves no half year without one, whenever upkeep ran", () => {
    const day = 86_400_000;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 20 }), (pauses) => {
        let now = at("2026-02-01T03:10:00");
        let newest: number | undefined;
        for (const pause of pauses) {
          now += pause * day;
          if (missedReview(newest, longAgo, now) !== undefined) newest = now;
          expect(missedReview(newest, longAgo, now)).toBeUndefined();
          expect(now - (newest ?? 0)).toBeLessThanOrEqual(185 * day);
        }
      }),
    );
  });
});

describe("a decision on a found address", () => {
  const key = { integrationNumber: "1", address: "203.66.0.1" };
  const decision: AddressDecision = { ...say(OFFICER), ...key, choice: "keep" };

  test("§3(8) is the dedicated officer's, once, with a reason, about what was found, while the review is open", () => {
    expect(ruleBroken(() => requireAddressDecision([key], [], decision))).toBeUndefined();
    expect(ruleBroken(() => requireAddressDecision([key], [], { ...decision, by: MANAGER }))).toBe("role-not-allowed");
    expect(ruleBroken(() => requireAddressDecision([key], [], { ...decision, reason: "" }))).toBe("application-incomplete");
    expect(ruleBroken(() => requireAddressDecision(undefined, [], decision))).toBe("inventory-not-open");
    expect(ruleBroken(() => requireAddressDecision([key], [key], decision))).toBe("address-decided");
    expect(ruleBroken(() => requireAddressDecision([key], [], { ...decision, integrationNumber: "2" }))).toBe("address-not-found");
  });
});

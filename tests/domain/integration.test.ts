import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Integration } from "../../src/domain/integration.ts";
import { approve, check, refuse, resubmit, sendBack, submit, withdraw } from "../../src/domain/integration-decision.ts";
import { nextDueStep, takeDueStep } from "../../src/domain/integration-due.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import { addCredential, provision, resume, revoke, revokeCredential, suspend } from "../../src/domain/integration-rights.ts";
import { type Actor, isFinal } from "../../src/domain/integration-step.ts";
import {
  APPLICANT,
  CASE_OFFICER,
  MANAGER,
  madeUpApplication,
  OFFICER,
  OTHER_MANAGER,
  PLATFORM,
  ruleBroken,
  say,
} from "../support/integration.ts";

const DAY = 86_400_000;
const NOW = startOfDay("2026-03-01") + 9 * 3_600_000;
const draft = madeUpApplication("115-0001", "2026-03-10", "2027-03-09");
const secret = (digit: number) => ({ credentialId: `00000000-0000-4000-8000-00000000000${digit}`, secretHash: String(digit).repeat(64) });

const submitted = submit(draft, say(APPLICANT), NOW);
const checked = check(submitted, say(CASE_OFFICER), NOW);
const approved = approve(checked, say(MANAGER), NOW);
const provisioned = provision(approved, { ...say(OFFICER), credential: secret(1) }, NOW);
const active = takeDueStep(provisioned, "activate", startOfDay(draft.from));

describe("an application", () => {
  test("§3(3) must list the query permissions that it asks for, and only ones that exist", () => {
    expect(ruleBroken(() => submit({ ...draft, checks: [] }, say(APPLICANT), NOW))).toBe("application-incomplete");
    expect(ruleBroken(() => submit({ ...draft, checks: ["income"] }, say(APPLICANT), NOW))).toBe("unknown-check");
  });

  test.each(["agencyName", "systemName", "legalBasis", "purpose", "contact"] as const)(
    "§3(3) needs its %s to say something printable, in one line where others stand in the same list",
    (field) => {
      const isName = field !== "legalBasis" && field !== "purpose";
      for (const [text, code] of [
        ["", "application-incomplete"],
        [" . ", "application-incomplete"],
        ["\u3164\u3164", "application-incomplete"],
        ["\u115f \u{e0100}\u{e0101}", "application-incomplete"],
        ["a\u0007bc", "text-not-printable"],
        [`${"字\n".repeat(49)}字`, isName ? "text-not-printable" : undefined],
        [`字字${"\n".repeat(50)}`, "text-too-long"],
        [`字${"字".repeat(200)}`, isName ? "name-too-long" : undefined],
        ["字".repeat(200), undefined],
        ["字".repeat(1001), isName ? "name-too-long" : "text-too-long"],
      ] as const) {
        expect(ruleBroken(() => submit({ ...draft, [field]: text }, say(APPLICANT), NOW))).toBe(code);
      }
    },
  );

  test("§3(10) holds nobody's ID number, in any width or case", () => {
    for (const text of ["承辦人 A123456789", "承辦人 ａ１２３４５６７８９"]) {
      expect(ruleBroken(() => submit({ ...draft, purpose: text }, say(APPLICANT), NOW))).toBe("national-id-in-text");
      expect(ruleBroken(() => refuse(checked, { by: MANAGER, reason: text }, NOW))).toBe("national-id-in-text");
    }
  });

  test("§3(2) is taken on by an account of an appointment, never one that is a person's ID number", () => {
    for (const account of ["a123456789", "A123456789", "", "x", "wu officer", "../wu"]) {
      expect(ruleBroken(() => submit(draft, say({ account, role: "applicant" }), NOW))).toBe("account-malformed");
    }
    expect(ruleBroken(() => submit(draft, say({ account: "wu.officer-2", role: "applicant" }), NOW))).toBeUndefined();
  });

  test.each(["", "a/b", "../x", "a b", "x".repeat(65)])("§3(3) has a number that can be quoted, not %j", (applicationNumber) => {
    expect(ruleBroken(() => submit({ ...draft, applicationNumber }, say(APPLICANT), NOW))).toBe("code-malformed");
  });

  test.each([
    ["2026-02-28", "2026-12-31", "period-in-the-past"],
    ["2026-03-01", "2029-03-01", "period-too-long"],
    ["2026-03-02", "2026-03-01", "period-malformed"],
    ["2026-02-30", "2026-12-31", "period-malformed"],
  ])("§4(1)2 asks for a possible period, not %s to %s", (from, until, code) => {
    expect(ruleBroken(() => submit({ ...draft, from, until }, say(APPLICANT), NOW))).toBe(code);
  });

  test.each([
    ["2026-03-01", "2029-02-28"],
    ["2028-02-29", "2031-02-28"],
  ])("§4(1)2 may last three years to the day: %s to %s", (from, until) => {
    expect(ruleBroken(() => submit({ ...draft, from, until }, say(APPLICANT), NOW))).toBeUndefined();
  });
});

describe("credentials", () => {
  test("§3(5) last 90 days from the first day of the period at most", () => {
    const [credential] = provisioned.credentials;
    expect(Date.parse(credential?.validFrom ?? "")).toBe(startOfDay(draft.from));
    expect(Date.parse(credential?.validUntil ?? "")).toBe(startOfDay(draft.from) + 90 * DAY);
  });

  test("§3(5) do not outlive the approval", () => {
    const late = addCredential(active, { ...say(OFFICER), credential: secret(2) }, startOfDay("2027-03-01"));
    expect(late.credentials.at(-1)?.validUntil).toBe(new Date(startOfDay("2027-03-10")).toISOString());
  });

  test("§3(5) may overlap by two, so that a system can change over", () => {
    const two = addCredential(active, { ...say(OFFICER), credential: secret(2) }, NOW + 20 * DAY);
    expect(ruleBroken(() => addCredential(two, { ...say(OFFICER), credential: secret(3) }, NOW + 21 * DAY))).toBe("too-many-credentials");
    expect(
      ruleBroken(() => addCredential(two, { ...say(OFFICER), credential: secret(3) }, startOfDay(draft.from) + 90 * DAY)),
    ).toBeUndefined();
  });

  test("§3(5) are never issued twice or malformed, nor by anyone but the dedicated officer", () => {
    expect(ruleBroken(() => addCredential(active, { ...say(OFFICER), credential: secret(1) }, NOW))).toBe("credential-repeated");
    expect(ruleBroken(() => addCredential(active, { ...say(OFFICER), credential: { ...secret(2), secretHash: "plain" } }, NOW))).toBe(
      "credential-malformed",
    );
    expect(ruleBroken(() => provision(approved, { ...say(MANAGER), credential: secret(1) }, NOW))).toBe("role-not-allowed");
  });
});

describe("the period", () => {
  test("§4(1)2 begins and ends rights at midnight in Taiwan", () => {
    expect(nextDueStep(submitted)).toBeUndefined();
    expect(nextDueStep(provisioned)).toEqual({ at: Date.parse("2026-03-09T16:00:00Z"), step: "activate" });
    expect(nextDueStep(active, "2027-03-01")).toEqual({ at: Date.parse("2027-03-09T16:00:00Z"), step: "expire" });
    expect(takeDueStep(active, "expire", Date.parse("2027-03-09T16:00:00Z")).state).toBe("expired");
  });

  test("§5(5) revocation ends the integration and its credentials", () => {
    const revoked = revoke(active, say(OFFICER), NOW);
    expect([revoked.state, revoked.credentials]).toEqual(["revoked", []]);
    expect(ruleBroken(() => revoke(revoked, say(OFFICER), NOW))).toBe("step-out-of-order");
  });
});

describe("whatever is tried, in whatever order", () => {
  const actor = fc.constantFrom(
    APPLICANT,
    CASE_OFFICER,
    MANAGER,
    OTHER_MANAGER,
    OFFICER,
    PLATFORM,
    { ...APPLICANT, role: "manager" as const },
    { ...CASE_OFFICER, role: "manager" as const },
    { ...MANAGER, role: "dedicatedOfficer" as const },
  );
  const fresh = (index: number) => ({
    credentialId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    secretHash: "0".repeat(64),
  });
  const steps: Record<string, (before: Integration, by: Actor, now: number, index: number) => Integration> = {
    check: (before, by, now) => check(before, say(by), now),
    sendBack: (before, by, now) => sendBack(before, say(by), now),
    resubmit: (before, by, now) => resubmit(before, say(by), now),
    approve: (before, by, now) => approve(before, say(by), now),
    refuse: (before, by, now) => refuse(before, say(by), now),
    withdraw: (before, by, now) => withdraw(before, say(by), now),
    provision: (before, by, now, index) => provision(before, { ...say(by), credential: fresh(index) }, now),
    addCredential: (before, by, now, index) => addCredential(before, { ...say(by), credential: fresh(index) }, now),
    revokeCredential: (before, by, now) =>
      revokeCredential(before, { ...say(by), credentialId: before.credentials[0]?.credentialId ?? "" }, now),
    suspend: (before, by, now) => suspend(before, say(by), now),
    resume: (before, by, now) => resume(before, say(by), now),
    revoke: (before, by, now) => revoke(before, say(by), now),
    due: (before, _by, now) => {
      const due = nextDueStep(before);
      if (due === undefined || due.at > now) throw new Error("nothing is due");
      return takeDueStep(before, due.step, now);
    },
  };
  const attempts = fc.array(
    fc.record({ step: fc.constantFrom(...Object.keys(steps)), by: actor, hours: fc.integer({ min: 0, max: 500 }) }),
    {
      maxLength: 60,
    },
  );

  test("§3(3) an active integration was checked, approved by a manager who neither submitted nor checked it, then provisioned; ends are ends", () => {
    fc.assert(
      fc.property(attempts, (all) => {
        let current = submitted;
        let now = NOW;
        for (const [index, { step, by, hours }] of all.entries()) {
          const before = current;
          now += hours * 3_600_000;
          if (
            ruleBroken(() => {
              current = (steps[step] as (typeof steps)[string])(before, by, now, index);
            }) !== undefined
          )
            expect(current).toBe(before);
          else expect(isFinal(before.state)).toBe(false);
        }
        const taken = current.timeline.map((entry) => entry.step);
        const order = ["check", "approve", "provision", "activate"].map((step) => taken.lastIndexOf(step as (typeof taken)[number]));
        if (current.state === "active") {
          expect(order.every((place) => place > 0)).toBe(true);
          expect(order.slice(0, 3)).toEqual(order.slice(0, 3).toSorted((one, other) => one - other));
        }
        const decision = current.timeline.filter((entry) => entry.step === "approve" || entry.step === "refuse");
        expect(decision.length).toBeLessThanOrEqual(1);
        const involved = new Set(
          current.timeline.filter(({ step }) => ["submit", "check", "sendBack", "resubmit"].includes(step)).map(({ account }) => account),
        );
        expect(decision.every(({ account, role }) => role === "manager" && !involved.has(account))).toBe(true);
        expect(current.credentials.every(({ validFrom, validUntil }) => Date.parse(validUntil) - Date.parse(validFrom) <= 90 * DAY)).toBe(
          true,
        );
        expect(current.state === "suspended").toBe(current.suspendedFor !== undefined);
      }),
    );
  });
});

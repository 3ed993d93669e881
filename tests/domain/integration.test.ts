import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addCredential,
  approve,
  type Integration,
  nextDueStep,
  provision,
  refuse,
  revoke,
  submit,
  takeDueStep,
} from "../../src/domain/integration.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import { type Actor, isFinal } from "../../src/domain/integration-step.ts";
import { APPLICANT, MANAGER, madeUpApplication, OFFICER, OTHER_MANAGER, PLATFORM, ruleBroken, say } from "../support/integration.ts";

const DAY = 86_400_000;
const NOW = startOfDay("2026-03-01") + 9 * 3_600_000;
const draft = madeUpApplication("115-0001", "2026-03-10", "2027-03-09");
const secret = (digit: number) => ({ credentialId: `00000000-0000-4000-8000-00000000000${digit}`, secretHash: String(digit).repeat(64) });

const submitted = submit(draft, say(APPLICANT), NOW);
const approved = approve(submitted, say(MANAGER), NOW);
const provisioned = provision(approved, { ...say(OFFICER), credential: secret(1) }, NOW);
const active = takeDueStep(provisioned, "activate", startOfDay(draft.from));

describe("an application", () => {
  test("§3(3) must list the query permissions that it asks for, and only ones that exist", () => {
    expect(ruleBroken(() => submit({ ...draft, checks: [] }, say(APPLICANT), NOW))).toBe("application-incomplete");
    expect(ruleBroken(() => submit({ ...draft, checks: ["income"] }, say(APPLICANT), NOW))).toBe("unknown-check");
  });

  test.each(["agencyName", "systemName", "legalBasis", "purpose", "contact"] as const)(
    "§3(3) needs its %s to say something printable",
    (field) => {
      for (const [text, code] of [
        ["", "application-incomplete"],
        [" . ", "application-incomplete"],
        ["a\u0007bc", "text-not-printable"],
        ["字".repeat(1001), "text-too-long"],
      ] as const) {
        expect(ruleBroken(() => submit({ ...draft, [field]: text }, say(APPLICANT), NOW))).toBe(code);
      }
    },
  );

  test("§3(10) holds nobody's ID number, in any width or case", () => {
    for (const text of ["承辦人 A123456789", "承辦人 ａ１２３４５６７８９"]) {
      expect(ruleBroken(() => submit({ ...draft, purpose: text }, say(APPLICANT), NOW))).toBe("national-id-in-text");
      expect(ruleBroken(() => refuse(submitted, { by: MANAGER, reason: text }, NOW))).toBe("national-id-in-text");
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

describe("the decision", () => {
  test("§3(3) is a manager's, and not of the one who submitted", () => {
    expect(ruleBroken(() => approve(submitted, say(OFFICER), NOW))).toBe("role-not-allowed");
    expect(ruleBroken(() => approve(submitted, say({ ...APPLICANT, role: "manager" }), NOW))).toBe("own-application");
    expect(ruleBroken(() => refuse(submitted, say({ ...APPLICANT, role: "manager" }), NOW))).toBe("own-application");
    expect(approved.approval).toEqual({ checks: ["resident", "indigenous"], from: draft.from, until: draft.until });
  });

  test("§3(3) is made once: the second manager is told", () => {
    for (const decided of [approved, refuse(submitted, say(MANAGER), NOW)]) {
      expect(ruleBroken(() => approve(decided, say(OTHER_MANAGER), NOW))).toBe("already-decided");
      expect(ruleBroken(() => refuse(decided, say(OTHER_MANAGER), NOW))).toBe("already-decided");
    }
  });

  test("§3(3) may narrow the scope, not widen it", () => {
    expect(approve(submitted, { ...say(MANAGER), checks: ["resident"] }, NOW).approval?.checks).toEqual(["resident"]);
    for (const checks of [["disability"], ["resident", "disability"], []]) {
      expect(ruleBroken(() => approve(submitted, { ...say(MANAGER), checks }, NOW))).toBe("scope-wider-than-requested");
    }
  });

  test("§4(1)2 may shorten the period, not lengthen it, and not approve what is over", () => {
    expect(approve(submitted, { ...say(MANAGER), until: "2026-03-31" }, NOW).approval?.until).toBe("2026-03-31");
    expect(ruleBroken(() => approve(submitted, { ...say(MANAGER), until: "2027-03-10" }, NOW))).toBe("period-wider-than-requested");
    expect(ruleBroken(() => approve(submitted, { ...say(MANAGER), from: "2026-03-09" }, NOW))).toBe("period-wider-than-requested");
    expect(ruleBroken(() => approve(submitted, { ...say(MANAGER), until: "nonsense" }, NOW))).toBe("period-malformed");
    expect(ruleBroken(() => approve(submitted, say(MANAGER), startOfDay("2027-03-10")))).toBe("period-over");
  });

  test("§3(3) needs a reason", () => {
    expect(ruleBroken(() => approve(submitted, { by: MANAGER, reason: " " }, NOW))).toBe("application-incomplete");
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
    expect(nextDueStep(active)).toEqual({ at: Date.parse("2027-03-09T16:00:00Z"), step: "expire" });
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
    MANAGER,
    OTHER_MANAGER,
    OFFICER,
    PLATFORM,
    { ...APPLICANT, role: "manager" as const },
    { ...MANAGER, role: "dedicatedOfficer" as const },
  );
  const step = fc.constantFrom("approve", "refuse", "provision", "addCredential", "revoke", "activate", "expire");
  const attempts = fc.array(fc.record({ step, by: actor, hours: fc.integer({ min: 0, max: 5000 }) }), { maxLength: 25 });

  function attempt(integration: Integration, name: string, by: Actor, now: number, index: number): Integration {
    const credential = { credentialId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`, secretHash: "0".repeat(64) };
    if (name === "approve") return approve(integration, say(by), now);
    if (name === "refuse") return refuse(integration, say(by), now);
    if (name === "provision") return provision(integration, { ...say(by), credential }, now);
    if (name === "addCredential") return addCredential(integration, { ...say(by), credential }, now);
    if (name === "revoke") return revoke(integration, say(by), now);
    return takeDueStep(integration, name as "activate" | "expire", now);
  }

  test("§3(3) an active integration was approved by a manager who did not submit it, then provisioned by the dedicated officer; ends are ends", () => {
    fc.assert(
      fc.property(attempts, (all) => {
        let current = submitted;
        let now = NOW;
        for (const [index, { step: name, by, hours }] of all.entries()) {
          const before = current;
          now += hours * 3_600_000;
          if (ruleBroken(() => (current = attempt(before, name, by, now, index))) !== undefined) expect(current).toBe(before);
          else expect(isFinal(before.state)).toBe(false);
        }
        const steps = current.timeline.map((entry) => entry.step);
        if (current.state === "active")
          expect(steps.filter((name) => name !== "addCredential")).toEqual(["submit", "approve", "provision", "activate"]);
        const decision = current.timeline.filter((entry) => entry.step === "approve" || entry.step === "refuse");
        expect(decision.length).toBeLessThanOrEqual(1);
        expect(decision.every(({ account, role }) => role === "manager" && account !== APPLICANT.account)).toBe(true);
        expect(current.credentials.every(({ validFrom, validUntil }) => Date.parse(validUntil) - Date.parse(validFrom) <= 90 * DAY)).toBe(
          true,
        );
        expect(new Set(current.timeline.filter(({ role }) => role === "dedicatedOfficer").map((entry) => entry.step)).has("approve")).toBe(
          false,
        );
      }),
    );
  });
});

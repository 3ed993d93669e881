import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastDayOf } from "../../src/domain/due.ts";
import type { Integration } from "../../src/domain/integration.ts";
import { amend, approve, check, refuse, resubmit, sendBack, submit, withdraw } from "../../src/domain/integration-decision.ts";
import { lapsesAt, nextDueStep, takeDueStep } from "../../src/domain/integration-due.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import { addCredential, provision, resume, revoke } from "../../src/domain/integration-rights.ts";
import { integrationNotices } from "../../src/domain/notice.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, ruleBroken, say } from "../support/integration.ts";

const DAY = 86_400_000;
const NOW = startOfDay("2026-03-01");
const credential = (digit: number) => ({ credentialId: `00000000-0000-4000-8000-00000000000${digit}`, secretHash: "1".repeat(64) });

function active(until: string): Integration {
  const checked = check(submit(madeUpApplication("115-0001", "2026-03-01", until), say(APPLICANT), NOW), say(CASE_OFFICER), NOW);
  return takeDueStep(provision(approve(checked, say(MANAGER), NOW), { ...say(OFFICER), credential: credential(1) }, NOW), "activate", NOW);
}

function days(integration: Integration, kind: string): string[] {
  return integrationNotices(integration)
    .filter((notice) => notice.kind === kind && notice.recipient === "applicant")
    .map(({ dueAt }) => new Date(Date.parse(dueAt) + 8 * 3_600_000).toISOString().slice(0, 10));
}

describe("an integration that is not used", () => {
  const unused = active("2028-02-29");

  test("§4(1)2 is warned after 180 days, and suspended when 30 more are over", () => {
    expect(nextDueStep(unused)).toEqual({ at: NOW + 180 * DAY, step: "warnIdle" });
    const warned = takeDueStep(unused, "warnIdle", NOW + 180 * DAY);
    expect(warned.state).toBe("active");
    expect(nextDueStep(warned)).toEqual({ at: NOW + 211 * DAY, step: "suspend" });
    const suspended = takeDueStep(warned, "suspend", NOW + 211 * DAY);
    expect(suspended).toMatchObject({ state: "suspended", suspendedFor: "idle" });
    const again = takeDueStep(resume(suspended, say(MANAGER), NOW + 220 * DAY), "activate", NOW + 220 * DAY);
    expect(nextDueStep(again)).toEqual({ at: NOW + 400 * DAY, step: "warnIdle" });
  });

  test("§4(1)2 is suspended after the last day that the warning names, whenever in its day it was warned", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: DAY - 1 }), (into) => {
        const warned = takeDueStep(unused, "warnIdle", NOW + 180 * DAY + into);
        const at = nextDueStep(warned)?.at ?? 0;
        expect(at).toBe(NOW + 211 * DAY);
        for (const { kind, announces } of integrationNotices(warned))
          if (kind === "integration-idle") expect(Date.parse(announces)).toBe(at);
        expect(lastDayOf(at)).toBe(taipeiDate(NOW + 210 * DAY));
      }),
    );
  });

  test("§4(1)2 counts from the day after the last question, also one that came after the warning", () => {
    expect(nextDueStep(unused, "2026-06-01")).toEqual({ at: startOfDay("2026-06-02") + 180 * DAY, step: "warnIdle" });
    const warned = takeDueStep(unused, "warnIdle", NOW + 180 * DAY);
    expect(nextDueStep(warned, "2026-09-10")).toEqual({ at: startOfDay("2026-09-11") + 180 * DAY, step: "warnIdle" });
  });
});

describe("an integration whose period is over while an application of its own is under way", () => {
  test("§4(1)2 waits for the decision, not longer than for what it asks for, and lies idle no more", () => {
    const [until, asked] = ["2026-04-30", "2027-04-30"];
    const renewal = (days: number) => {
      const draft = { applicationNumber: "115-0002", kind: "renewal", until: asked } as const;
      return amend(active(until), { ...say(APPLICANT), draft }, NOW + days * DAY);
    };
    expect(nextDueStep(renewal(50))).toEqual({ at: startOfDay("2027-05-01"), step: "expire" });
    expect(nextDueStep(approve(check(renewal(50), say(CASE_OFFICER), NOW), { ...say(MANAGER), until: "2026-09-30" }, NOW))).toEqual({
      ...{ at: startOfDay("2026-10-01"), step: "expire" },
    });
    expect(takeDueStep(renewal(50), "expire", startOfDay("2027-05-01"))).toMatchObject({ state: "expired", amendment: undefined });
    expect(nextDueStep(withdraw(renewal(50), say(APPLICANT), NOW))).toEqual({ at: startOfDay("2026-05-01"), step: "expire" });
  });
});

describe("an application that was sent back", () => {
  const submitted = submit(madeUpApplication("115-0001", "2026-03-01", "2027-02-28"), say(APPLICANT), NOW);
  const returned = sendBack(submitted, say(CASE_OFFICER), NOW + 20 * 3_600_000);
  // 60 days after 1 March, on which it was sent back.
  const lapse = startOfDay("2026-05-01");

  test("§3(3) lapses when it does not come again within 60 days, and counts anew when it is sent back anew", () => {
    expect(nextDueStep(submitted)).toBeUndefined();
    expect(nextDueStep(returned)).toEqual({ at: lapse, step: "lapse" });
    const lapsed = takeDueStep(returned, "lapse", lapse);
    expect(lapsed).toMatchObject({ state: "lapsed", approval: undefined });
    expect(nextDueStep(lapsed)).toBeUndefined();
    expect(ruleBroken(() => resubmit(lapsed, say(APPLICANT), lapse))).toBe("application-lapsed");
    expect(ruleBroken(() => approve(lapsed, say(MANAGER), lapse))).toBe("application-lapsed");
    const again = resubmit(returned, say(APPLICANT), lapse - 1);
    expect(nextDueStep(again)).toBeUndefined();
    expect(lapsesAt(sendBack(again, say(CASE_OFFICER), lapse))).toBe(lapse + 61 * DAY);
  });

  test("§3(3) for a change lapses without the rights, which end in their time", () => {
    const draft = { applicationNumber: "115-0002", kind: "change", checks: ["resident"] } as const;
    const change = sendBack(amend(active("2026-04-30"), { ...say(APPLICANT), draft }, NOW), say(CASE_OFFICER), NOW);
    expect(nextDueStep(change)).toEqual({ at: lapse, step: "lapse" });
    const kept = takeDueStep(change, "lapse", lapse);
    expect(kept).toMatchObject({ state: "active", amendment: undefined, approval: { checks: ["resident", "indigenous"] } });
    expect(kept.timeline.at(-1)).toMatchObject({ step: "lapse", account: "platform", application: "115-0002" });
    expect(nextDueStep(kept)).toEqual({ at: lapse, step: "expire" });
  });

  test("§3(3) has its last day announced to the agency, 14 and 3 days before too, and that it lapsed", () => {
    expect(days(returned, "application-returned")).toEqual(["2026-03-01"]);
    expect(days(returned, "application-lapses")).toEqual(["2026-04-17", "2026-04-28"]);
    expect(integrationNotices(returned).every(({ announces }) => Date.parse(announces) === lapse)).toBe(true);
    expect(integrationNotices(takeDueStep(returned, "lapse", lapse)).map(({ kind }) => kind)).toEqual(["application-lapsed"]);
  });
});

describe("whose turn it is", () => {
  const told = (integration: Integration) => integrationNotices(integration).map(({ kind, recipient }) => `${kind} ${recipient}`);
  const submitted = submit(madeUpApplication("115-0001", "2026-03-01", "2027-02-28"), say(APPLICANT), NOW);
  const checked = check(submitted, say(CASE_OFFICER), NOW);
  const approved = approve(checked, say(MANAGER), NOW);

  test("§3(3) is told at each step, and no longer when the next is taken; the agency is told of the decision", () => {
    expect(told(submitted)).toEqual(["application-submitted caseOfficer"]);
    expect(told(checked)).toEqual(["application-checked manager"]);
    expect(told(approved)).toEqual(["application-approved dedicatedOfficer", "application-decided applicant"]);
    expect(told(refuse(checked, say(MANAGER), NOW))).toEqual(["application-decided applicant"]);
    expect(told(withdraw(approved, say(APPLICANT), NOW))).toEqual([]);
    expect(told(revoke(approved, say(MANAGER), NOW))).toEqual(["integration-ended applicant", "integration-ended manager"]);
    const given = told(provision(approved, { ...say(OFFICER), credential: credential(1) }, NOW));
    expect(given.filter((notice) => notice.startsWith("application-"))).toEqual(["application-decided applicant"]);
  });

  test("§3(3) is told of a change too, and each time that it comes", () => {
    const draft = { applicationNumber: "115-0002", kind: "change", checks: ["resident"] } as const;
    const change = amend(active("2027-02-28"), { ...say(APPLICANT), draft }, NOW);
    const again = resubmit(sendBack(change, say(CASE_OFFICER), NOW), say(APPLICANT), NOW);
    const [first, second] = [change, again].map((one) => integrationNotices(one).filter(({ kind }) => kind === "application-submitted"));
    expect([first?.length, second?.length]).toEqual([1, 1]);
    expect(first?.[0]?.key).not.toBe(second?.[0]?.key);
    expect(told(revoke(change, say(MANAGER), NOW))).toEqual(["integration-ended applicant", "integration-ended manager"]);
  });
});

describe("what is announced", () => {
  test("§4(1)2 the end of the period, 60, 30 and 7 days before, to the applicant and the case officer", () => {
    expect(days(active("2027-02-28"), "period-ends")).toEqual(["2026-12-31", "2027-01-30", "2027-02-22"]);
    const recipients = integrationNotices(active("2027-02-28")).filter(({ kind }) => kind === "period-ends");
    expect(new Set(recipients.map(({ recipient }) => recipient))).toEqual(new Set(["applicant", "caseOfficer"]));
    expect(new Set(recipients.map(({ key }) => key)).size).toBe(6);
  });

  test("§4(1)2 nothing whose day was over when the rights were given", () => {
    expect(days(active("2026-03-20"), "period-ends")).toEqual(["2026-03-14"]);
  });

  test("§4(1)2 the new end after a renewal, and no end once it has ended", () => {
    const now = startOfDay("2027-01-15");
    const renewal = amend(active("2027-02-28"), { ...say(APPLICANT), draft: { applicationNumber: "116-1", kind: "renewal" } }, now);
    const decided = approve(check(renewal, say(CASE_OFFICER), now), say(MANAGER), now);
    const renewed = provision(decided, { ...say(OFFICER), credential: credential(2) }, now);
    expect(days(renewed, "period-ends")).toEqual(["2028-01-01", "2028-01-31", "2028-02-23"]);
    expect(days(revoke(renewed, say(OFFICER), now), "period-ends")).toEqual([]);
  });

  test("§3(5) the end of the newest credential, 14 days before", () => {
    const before = active("2027-02-28");
    expect(days(before, "credential-expires")).toEqual(["2026-05-16"]);
    const changed = addCredential(before, { ...say(OFFICER), credential: credential(2) }, NOW + 60 * DAY);
    expect(days(changed, "credential-expires")).toEqual(["2026-07-15"]);
    // Shortened, it is another notice, so that neither the old day nor its having been told stays.
    const shortened = before.credentials.map((held) => ({ ...held, validUntil: new Date(NOW + 20 * DAY).toISOString() }));
    const keysOf = (one: Integration) => integrationNotices(one).flatMap(({ key, kind }) => (kind === "credential-expires" ? [key] : []));
    expect(keysOf({ ...before, credentials: shortened } as Integration).some((key) => keysOf(before).includes(key))).toBe(false);
  });

  test("§4(1)2 that nothing is asked, until it is used or suspended", () => {
    const warned = takeDueStep(active("2028-02-29"), "warnIdle", NOW + 180 * DAY);
    expect(days(warned, "integration-idle")).toEqual(["2026-08-28"]);
    expect(days(takeDueStep(warned, "suspend", NOW + 210 * DAY), "integration-idle")).toEqual([]);
    expect(integrationNotices(warned, "2026-02-28").some(({ kind }) => kind === "integration-idle")).toBe(true);
    expect(integrationNotices(warned, "2026-08-29").some(({ kind }) => kind === "integration-idle")).toBe(false);
  });
});

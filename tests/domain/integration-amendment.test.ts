import { describe, expect, test } from "vitest";
import { canFollow, type Integration } from "../../src/domain/integration.ts";
import type { AmendmentDraft, Application, Correction } from "../../src/domain/integration-application.ts";
import { amend, approve, check, refuse, resubmit, sendBack, submit, withdraw } from "../../src/domain/integration-decision.ts";
import { applicationDocument } from "../../src/domain/integration-document.ts";
import { nextDueStep, takeDueStep } from "../../src/domain/integration-due.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import { provision, removeAddress, resume, revoke, suspend } from "../../src/domain/integration-rights.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, OTHER_MANAGER, ruleBroken, say } from "../support/integration.ts";

const NOW = startOfDay("2026-03-01") + 9 * 3_600_000;
const LATER = startOfDay("2027-01-15") + 9 * 3_600_000;
const draft = madeUpApplication("115-0001", "2026-03-01", "2027-02-28");
const credential = { credentialId: "00000000-0000-4000-8000-000000000001", secretHash: "1".repeat(64) };
const active = takeDueStep(
  provision(
    approve(check(submit(draft, say(APPLICANT), NOW), say(CASE_OFFICER), NOW), say(MANAGER), NOW),
    { ...say(OFFICER), credential },
    NOW,
  ),
  "activate",
  NOW,
);
const fresh = { credentialId: "00000000-0000-4000-8000-000000000002", secretHash: "2".repeat(64) };
const renewal: AmendmentDraft = { applicationNumber: "116-0002", kind: "renewal" };

function amended(before: Integration, change: AmendmentDraft, now: number): Integration {
  return amend(before, { ...say(APPLICANT), draft: change }, now);
}

function decided(before: Integration, change: AmendmentDraft, now: number): Integration {
  return approve(check(amended(before, change, now), say(CASE_OFFICER), now), say(MANAGER), now);
}

describe("an application to change an integration", () => {
  test("§3(3) leaves everything as it is until it is provisioned, and then replaces it in one step", () => {
    const before = decided(
      active,
      { applicationNumber: "116-0002", kind: "change", checks: ["disability"], addresses: ["203.66.0.9"] },
      LATER,
    );
    expect(before).toMatchObject({ state: "active", approval: active.approval, amendment: { stage: "approved" } });
    // The first credential ran out long ago.
    expect(ruleBroken(() => provision(before, say(OFFICER), LATER))).toBe("credential-missing");
    const after = provision(before, { ...say(OFFICER), credential: fresh }, LATER);
    expect(after).toMatchObject({
      state: "active",
      integrationNumber: "115-0001",
      application: { applicationNumber: "116-0002", kind: "change", agencyCode: draft.agencyCode, purpose: draft.purpose },
      approval: { checks: ["disability"], addresses: ["203.66.0.9"], from: "2027-01-15", until: draft.until },
      amendment: undefined,
      credentials: [...active.credentials, { credentialId: fresh.credentialId }],
    });
  });

  test("§4(1)2 renews for one more year unless it says otherwise, at most three years from the day it is asked", () => {
    expect(decided(active, renewal, LATER).amendment?.approval).toMatchObject({ from: "2027-01-15", until: "2028-02-29" });
    expect(ruleBroken(() => amended(active, { ...renewal, until: "2027-02-28" }, LATER))).toBe("renewal-not-longer");
    const found = check(amended(active, renewal, LATER), say(CASE_OFFICER), LATER);
    expect(ruleBroken(() => approve(found, { ...say(MANAGER), until: "2027-02-28" }, LATER))).toBe("renewal-not-longer");
    expect(ruleBroken(() => amended(active, { ...renewal, until: "2030-01-15" }, LATER))).toBe("period-too-long");
    expect(ruleBroken(() => amended(active, { ...renewal, until: "2030-01-14" }, LATER))).toBeUndefined();
    expect(ruleBroken(() => amended(active, { ...renewal, kind: "change", until: "2028-01-01" }, LATER))).toBe("change-lengthens-period");
  });

  test("§3(3) is decided like any other, once, and not by who submitted or checked it", () => {
    const checked = check(amended(active, renewal, LATER), say(CASE_OFFICER), LATER);
    expect(ruleBroken(() => approve(checked, say({ ...APPLICANT, role: "manager" }), LATER))).toBe("own-application");
    expect(ruleBroken(() => refuse(checked, say({ ...CASE_OFFICER, role: "manager" }), LATER))).toBe("own-check");
    const approved = approve(checked, { ...say(OTHER_MANAGER), until: "2027-12-31", checks: ["resident"] }, LATER);
    expect(approved.amendment?.approval).toMatchObject({ until: "2027-12-31", checks: ["resident"] });
    expect(ruleBroken(() => refuse(approved, say(MANAGER), LATER))).toBe("already-decided");
    expect(ruleBroken(() => approve(active, say(MANAGER), LATER))).toBe("already-decided");
  });

  test("§3(3) that is refused or withdrawn leaves the integration as it was, and free for another", () => {
    for (const closed of [
      refuse(check(amended(active, renewal, LATER), say(CASE_OFFICER), LATER), say(MANAGER), LATER),
      withdraw(amended(active, renewal, LATER), say(APPLICANT), LATER),
    ]) {
      expect({ ...closed, timeline: [] }).toEqual({ ...active, timeline: [] });
      expect(ruleBroken(() => amended(closed, { ...renewal, applicationNumber: "116-0003" }, LATER))).toBeUndefined();
    }
  });

  test("§3(3) that was sent back comes again under the rules of a change: no later beginning, no longer period, no other system", () => {
    const change: AmendmentDraft = { applicationNumber: "116-0002", kind: "change", checks: ["disability"] };
    const returned = sendBack(amended(active, change, LATER), say(CASE_OFFICER), LATER);
    const again = (correction: Correction) => resubmit(returned, { ...say(APPLICANT), correction }, LATER);
    expect(again({ from: "2027-02-20", systemName: "另一系統", purpose: "房屋稅減免審查" }).amendment).toMatchObject({
      stage: "submitted",
      application: { from: "2027-01-15", systemName: draft.systemName, purpose: "房屋稅減免審查", checks: ["disability"], kind: "change" },
    });
    expect(ruleBroken(() => again({ until: "2028-01-01" }))).toBe("change-lengthens-period");
    expect(ruleBroken(() => again({ checks: [] }))).toBe("application-incomplete");
  });

  test("§3(3) says nothing of whose the integration is, whoever reaches the processes", () => {
    const forged = { agencyCode: "other", agencyName: "別機關", systemName: "別系統" };
    const asked = amended(
      active,
      { applicationNumber: "116-0002", kind: "change", purpose: "另一目的", ...forged } as AmendmentDraft,
      LATER,
    );
    const { agencyCode, agencyName, systemName } = draft;
    expect(asked.amendment?.application).toMatchObject({ agencyCode, agencyName, systemName });
  });

  test("§3(3) is not provisioned by who approved it, whatever office they hold by then", () => {
    const own = { account: MANAGER.account, role: "dedicatedOfficer" } as const;
    const before = decided(active, { applicationNumber: "116-0002", kind: "change", checks: ["disability"] }, NOW);
    expect(ruleBroken(() => provision(before, say(own), NOW))).toBe("own-approval");
  });

  test("§3(3) is one at a time, of an integration that has rights", () => {
    expect(ruleBroken(() => amended(amended(active, renewal, LATER), renewal, LATER))).toBe("amendment-open");
    expect(ruleBroken(() => amended(submit(draft, say(APPLICANT), NOW), renewal, NOW))).toBe("step-out-of-order");
    expect(ruleBroken(() => amended(revoke(active, say(OFFICER), NOW), renewal, NOW))).toBe("step-out-of-order");
  });

  test("§4(1)2 that is under way when the period ends is still decided; what is over can't be provisioned", () => {
    const under = decided(active, renewal, LATER);
    expect(nextDueStep(under)?.step).not.toBe("expire");
    const provisioned = provision(under, { ...say(OFFICER), credential: fresh }, startOfDay("2027-05-01"));
    expect(provisioned.approval?.until).toBe("2028-02-29");
    expect(ruleBroken(() => provision(under, say(OFFICER), startOfDay("2028-03-01")))).toBe("period-over");
    const refused = refuse(check(amended(active, renewal, LATER), say(CASE_OFFICER), LATER), say(MANAGER), LATER);
    expect(nextDueStep(refused, "2027-02-28")).toEqual({ at: startOfDay("2027-03-01"), step: "expire" });
  });
});

describe("an address that the review took away", () => {
  const two = { ...draft, addresses: ["203.66.0.1", "203.66.0.2"] };
  const approved = approve(check(submit(two, say(APPLICANT), NOW), say(CASE_OFFICER), NOW), say(MANAGER), NOW);
  const before = provision(approved, { ...say(OFFICER), credential }, NOW);
  const remove = (from: Integration) => removeAddress(from, { ...say(OFFICER, "閒置"), address: "203.66.0.2" }, NOW);

  test("§3(8) does not come back through an application that copied it, decided or not", () => {
    for (const way of [amended, decided]) {
      const removed = remove(way(before, { applicationNumber: "116-0002", kind: "renewal" }, NOW));
      expect(removed.timeline.at(-1)).toMatchObject({ step: "removeAddress", address: "203.66.0.2" });
      const approvedAfter = way === decided ? removed : approve(check(removed, say(CASE_OFFICER), NOW), say(MANAGER), NOW);
      expect(provision(approvedAfter, say(OFFICER), NOW).approval?.addresses).toEqual(["203.66.0.1"]);
    }
  });

  test("§3(8) is asked for anew on the printed form", () => {
    const asked = amended(remove(before), { applicationNumber: "116-0002", kind: "change", addresses: two.addresses }, NOW);
    const onRecord = [
      { application: asked.application, approval: approved.approval },
      { application: asked.amendment?.application as Application, approval: undefined },
    ];
    const document = applicationDocument(asked, onRecord);
    expect(document?.before?.approval.addresses).toEqual(["203.66.0.1"]);
  });
});

describe("a suspended integration", () => {
  const suspended = suspend(active, say(MANAGER, "查詢異常"), NOW);
  const sanctioned = suspend(active, { ...say(MANAGER, "屆期未改善"), cause: "correctiveAction" }, NOW);
  const reapplication: AmendmentDraft = { applicationNumber: "116-0009", kind: "reapplication", improvement: "已改採雙人覆核" };

  test("§5(5) is suspended by a person with a reason, and resumed by a manager", () => {
    expect(ruleBroken(() => suspend(active, say(OFFICER, " "), NOW))).toBe("application-incomplete");
    expect(ruleBroken(() => suspend(active, say(APPLICANT), NOW))).toBe("role-not-allowed");
    expect(ruleBroken(() => suspend(suspended, say(MANAGER), NOW))).toBe("already-suspended");
    expect(ruleBroken(() => resume(suspended, say(OFFICER), NOW))).toBe("role-not-allowed");
    const resumed = resume(suspended, say(MANAGER), NOW);
    expect(resumed).toMatchObject({ state: "provisioned", suspendedFor: undefined, approval: active.approval });
    expect(nextDueStep(resumed)).toEqual({ at: startOfDay("2026-03-01"), step: "activate" });
  });

  test("§5(6) after a corrective action comes back by a reapplication only, which says what has been improved", () => {
    expect(ruleBroken(() => resume(sanctioned, say(MANAGER), NOW))).toBe("reapplication-required");
    expect(ruleBroken(() => amended(sanctioned, renewal, NOW))).toBe("reapplication-required");
    expect(ruleBroken(() => amended(active, reapplication, NOW))).toBe("not-suspended");
    const { improvement: _, ...silent } = reapplication;
    expect(ruleBroken(() => amended(sanctioned, silent, NOW))).toBe("improvement-missing");
    expect(ruleBroken(() => amended(sanctioned, { ...reapplication, improvement: "。" }, NOW))).toBe("application-incomplete");
    const back = provision(decided(sanctioned, reapplication, NOW), say(OFFICER), NOW);
    expect(back).toMatchObject({ state: "provisioned", suspendedFor: undefined, application: { improvement: "已改採雙人覆核" } });
    expect(
      decided(back, { applicationNumber: "116-0010", kind: "change", purpose: "另一目的" }, NOW).amendment?.application,
    ).not.toHaveProperty("improvement");
  });

  test("§5(5) can be put under a corrective action too, once, and then a manager alone can't resume it", () => {
    const cause = "correctiveAction";
    expect(canFollow(suspended, "suspend")).toBe(true);
    const sanctionedToo = suspend(suspended, { ...say(OFFICER, "屆期未改善"), cause }, NOW);
    expect(ruleBroken(() => resume(sanctionedToo, say(MANAGER), NOW))).toBe("reapplication-required");
    expect(ruleBroken(() => suspend(sanctionedToo, { ...say(OFFICER), cause }, NOW))).toBe("already-suspended");
    expect(canFollow(sanctionedToo, "suspend")).toBe(false);
  });

  test("§5(6) does not come back through a reapplication that is older than what it was suspended for", () => {
    const resumed = resume(decided(suspended, reapplication, NOW), say(MANAGER), NOW);
    const again = suspend(resumed, { ...say(OFFICER, "又有異常"), cause: "correctiveAction" }, NOW);
    expect(ruleBroken(() => provision(again, say(OFFICER), NOW))).toBe("reapplication-required");
    const withdrawn = withdraw(again, say(APPLICANT), NOW);
    const back = decided(withdrawn, { ...reapplication, applicationNumber: "116-0010" }, NOW);
    expect(provision(back, say(OFFICER), NOW).state).toBe("provisioned");
  });

  test("§5(5) does not come back through a change that was approved before", () => {
    const before = decided(active, { applicationNumber: "116-0002", kind: "change", checks: ["resident"] }, NOW);
    expect(ruleBroken(() => provision(suspend(before, say(OFFICER), NOW), say(OFFICER), NOW))).toBe("reapplication-required");
  });
});

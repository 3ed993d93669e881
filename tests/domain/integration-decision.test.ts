import { describe, expect, test } from "vitest";
import { versionShown } from "../../src/domain/integration.ts";
import {
  acknowledgedAddresses,
  approve,
  check,
  refuse,
  resubmit,
  sendBack,
  submit,
  withdraw,
} from "../../src/domain/integration-decision.ts";
import { takeDueStep } from "../../src/domain/integration-due.ts";
import { startOfDay } from "../../src/domain/integration-period.ts";
import { provision, suspend } from "../../src/domain/integration-rights.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, OTHER_MANAGER, ruleBroken, say } from "../support/integration.ts";

const NOW = startOfDay("2026-03-01") + 9 * 3_600_000;
const draft = madeUpApplication("115-0001", "2026-03-10", "2027-03-09");
const credential = { credentialId: "00000000-0000-4000-8000-000000000001", secretHash: "1".repeat(64) };
const submitted = submit(draft, say(APPLICANT), NOW);
const checked = check(submitted, say(CASE_OFFICER), NOW);
const approved = approve(checked, say(MANAGER), NOW);
const active = takeDueStep(provision(approved, { ...say(OFFICER), credential }, NOW), "activate", startOfDay(draft.from));

describe("the decision", () => {
  test("§3(3) is a manager's, and not of the one who submitted", () => {
    expect(ruleBroken(() => approve(checked, say(OFFICER), NOW))).toBe("role-not-allowed");
    expect(ruleBroken(() => approve(checked, say({ ...APPLICANT, role: "manager" }), NOW))).toBe("own-application");
    expect(ruleBroken(() => refuse(checked, say({ ...APPLICANT, role: "manager" }), NOW))).toBe("own-application");
    expect(approved.approval).toEqual({
      checks: ["resident", "indigenous"],
      addresses: draft.addresses,
      from: draft.from,
      until: draft.until,
    });
  });

  test("§3(3) comes after the case officer's check, and is not of the one who checked or sent back", () => {
    expect(ruleBroken(() => approve(submitted, say(MANAGER), NOW))).toBe("not-checked");
    expect(ruleBroken(() => check(submitted, say(MANAGER), NOW))).toBe("role-not-allowed");
    expect(ruleBroken(() => check(checked, say(CASE_OFFICER), NOW))).toBe("step-out-of-order");
    const asManager = say({ ...CASE_OFFICER, role: "manager" });
    expect(ruleBroken(() => approve(checked, asManager, NOW))).toBe("own-check");
    expect(ruleBroken(() => refuse(checked, asManager, NOW))).toBe("own-check");
    const checkedByAnother = check(
      resubmit(sendBack(submitted, say(CASE_OFFICER), NOW), say(APPLICANT), NOW),
      say({ ...CASE_OFFICER, account: "other.case" }),
      NOW,
    );
    expect(ruleBroken(() => approve(checkedByAnother, asManager, NOW))).toBe("own-check");
  });

  test("§3(3) comes too late after a withdrawal, and says so", () => {
    for (const before of [submitted, checked, approved]) {
      const withdrawn = withdraw(before, say(APPLICANT), NOW);
      expect(withdrawn.state).toBe("withdrawn");
      expect(ruleBroken(() => approve(withdrawn, say(MANAGER), NOW))).toBe("application-withdrawn");
      expect(ruleBroken(() => refuse(withdrawn, say(MANAGER), NOW))).toBe("application-withdrawn");
    }
    expect(ruleBroken(() => withdraw(submitted, say(MANAGER), NOW))).toBe("role-not-allowed");
    expect(ruleBroken(() => withdraw(active, say(APPLICANT), NOW))).toBe("step-out-of-order");
  });

  test("§3(3) waits while the application is sent back; what comes again is as it was put right", () => {
    const returned = sendBack(checked, say(CASE_OFFICER, "請補正用途"), NOW);
    expect(returned.state).toBe("returned");
    expect(ruleBroken(() => approve(returned, say(MANAGER), NOW))).toBe("not-checked");
    expect(ruleBroken(() => resubmit(returned, { ...say(APPLICANT), correction: { checks: ["income"] } }, NOW))).toBe("unknown-check");
    const again = resubmit(returned, { ...say(APPLICANT), correction: { purpose: "房屋稅減免審查" } }, NOW);
    expect(again).toMatchObject({ state: "submitted", application: { ...submitted.application, purpose: "房屋稅減免審查" } });
    expect(ruleBroken(() => resubmit(again, say(APPLICANT), NOW))).toBe("step-out-of-order");
  });

  test("§3(3) is made once: the second manager is told", () => {
    for (const decided of [approved, refuse(checked, say(MANAGER), NOW)]) {
      expect(ruleBroken(() => approve(decided, say(OTHER_MANAGER), NOW))).toBe("already-decided");
      expect(ruleBroken(() => refuse(decided, say(OTHER_MANAGER), NOW))).toBe("already-decided");
    }
  });

  test("§3(3) may narrow the scope, not widen it", () => {
    expect(approve(checked, { ...say(MANAGER), checks: ["resident"] }, NOW).approval?.checks).toEqual(["resident"]);
    for (const checks of [["disability"], ["resident", "disability"], []]) {
      expect(ruleBroken(() => approve(checked, { ...say(MANAGER), checks }, NOW))).toBe("scope-wider-than-requested");
    }
    expect(ruleBroken(() => approve(checked, { ...say(MANAGER), checks: ["income"] }, NOW))).toBe("unknown-check");
  });

  test("§4(1)2 may shorten the period, not lengthen it, and not approve what is over", () => {
    expect(approve(checked, { ...say(MANAGER), until: "2026-03-31" }, NOW).approval?.until).toBe("2026-03-31");
    expect(ruleBroken(() => approve(checked, { ...say(MANAGER), until: "2027-03-10" }, NOW))).toBe("period-wider-than-requested");
    expect(ruleBroken(() => approve(checked, { ...say(MANAGER), from: "2026-03-09" }, NOW))).toBe("period-wider-than-requested");
    expect(ruleBroken(() => approve(checked, { ...say(MANAGER), until: "nonsense" }, NOW))).toBe("period-malformed");
    expect(ruleBroken(() => approve(checked, say(MANAGER), startOfDay("2027-03-10")))).toBe("period-over");
  });

  test("§3(7) acknowledges addresses of others in any form, but nothing that is no address", () => {
    const naming = (...sharedAddresses: string[]) => ruleBroken(() => approve(checked, { ...say(MANAGER), sharedAddresses }, NOW));
    expect([naming(), naming("10.1.1.7 ", "2001:DB8::7")]).toEqual([undefined, undefined]);
    expect([naming("10.1.1.0/24"), naming("10.1.1")]).toEqual(["address-not-single", "address-malformed"]);
    expect(acknowledgedAddresses([" 10.1.1.7 ", "2001:DB8:0::7", "10.1.1.7"])).toEqual(["10.1.1.7", "2001:db8::7"]);
    expect([acknowledgedAddresses(), acknowledgedAddresses([])]).toEqual([[], []]);
  });

  test("§3(3) needs a reason", () => {
    expect(ruleBroken(() => approve(checked, { by: MANAGER, reason: " " }, NOW))).toBe("application-incomplete");
  });

  test("§3(3) is on what was shown, and on nothing that came after it", () => {
    const seen = versionShown(checked);
    const again = check(resubmit(sendBack(checked, say(CASE_OFFICER), NOW), say(APPLICANT), NOW), say(CASE_OFFICER), NOW);
    for (const decide of [approve, refuse]) {
      expect(decide(checked, { ...say(MANAGER), seen }, NOW).timeline).toHaveLength(3);
      expect(ruleBroken(() => decide(again, { ...say(MANAGER), seen }, NOW))).toBe("application-changed");
      expect(ruleBroken(() => decide(checked, { ...say(MANAGER), seen: Number.NaN }, NOW))).toBe("application-changed");
    }
    expect(ruleBroken(() => check(submitted, { ...say(CASE_OFFICER), seen: 0 }, NOW))).toBe("application-changed");
    expect(ruleBroken(() => sendBack(checked, { ...say(CASE_OFFICER), seen: 1 }, NOW))).toBe("application-changed");
    expect(ruleBroken(() => provision(approved, { ...say(OFFICER), credential, seen }, NOW))).toBe("application-changed");
    // What concerns the integration, not an application, changes nothing of what was shown.
    const suspended = suspend(active, { ...say(OFFICER), seen: 0 }, NOW);
    expect([versionShown(suspended), suspended.timeline.length]).toEqual([versionShown(active), active.timeline.length + 1]);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DUTIES } from "../../src/domain/appointment.ts";
import { type FindingRequest, requireFinding } from "../../src/domain/finding.ts";
import { POLICY } from "../../src/domain/policy.ts";
import { daysBetween } from "../../src/domain/roc-date.ts";
import { ruleBroken } from "../support/integration.ts";

const TODAY = "2026-11-24";
const REQUEST: FindingRequest = {
  requestId: "019a9f3e-0000-4000-8000-000000000001",
  about: { integrationNumber: "115-0001" },
  severity: "ordinary",
  description: "未經核准之逐號查詢",
  dueOn: "2026-12-24",
  by: { account: "chen.auditor", role: "auditor" },
};
const broken = (change: object) => ruleBroken(() => requireFinding({ ...REQUEST, ...change }, TODAY));

describe("a finding", () => {
  test("§5(2) §3(10) is raised by those who audit, oversee or run the platform, and by nobody else", () => {
    const may = DUTIES.filter((role) => broken({ by: { account: "somebody", role } }) === undefined);
    expect([...may].sort()).toEqual(["auditor", "civilAffairs", "dedicatedOfficer", "ethics", "manager"]);
    expect(broken({ by: { account: "hung.case", role: "caseOfficer" } })).toBe("role-not-allowed");
  });

  test("§5(2) says what was found, how severe it is, and holds nobody's number", () => {
    expect(broken({ description: " " })).toBe("application-incomplete");
    expect(broken({ description: "查詢 A123456789 未附案號" })).toBe("national-id-in-text");
    expect(broken({ severity: "terrible" })).toBe("severity-unknown");
    expect(broken({ requestId: "1" })).toBe("request-malformed");
  });

  test("§5(5) is due on a day after today, within the cap", () => {
    for (const dueOn of ["", "2026-13-01", "115/12/24", "2026-02-30", TODAY]) expect(broken({ dueOn }), dueOn).toBe("due-out-of-range");
    const days = fc.date({ min: new Date("2020-01-01"), max: new Date("2035-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(days, (day) => {
        const dueOn = day.toISOString().slice(0, 10);
        const ahead = daysBetween(TODAY, dueOn);
        expect(broken({ dueOn }) === undefined).toBe(ahead >= 1 && ahead <= POLICY.findingDueDaysCap);
      }),
    );
  });
});

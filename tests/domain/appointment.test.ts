import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Appointment, appoint, DUTIES, dutiesAt, endAppointment, requireAccount, setUpEnd } from "../../src/domain/appointment.ts";
import { ruleBroken } from "../support/integration.ts";

const held = (account: string, duty: Appointment["duty"], from = 0, until?: number): Appointment => ({ account, duty, from, until });

describe("appointments", () => {
  test("§3(1) one case officer and one dedicated officer at any time, perhaps the same person", () => {
    const wu = held("wu.officer", "caseOfficer");
    expect(appoint([wu], held("wu.officer", "dedicatedOfficer"))).toEqual(held("wu.officer", "dedicatedOfficer"));
    expect(ruleBroken(() => appoint([wu], held("lo.officer", "caseOfficer", 5)))).toBe("duty-taken");
    expect(ruleBroken(() => appoint([wu], held("wu.officer", "caseOfficer", 5)))).toBe("already-appointed");
    expect(ruleBroken(() => appoint([held("lin", "manager")], held("chen", "manager")))).toBeUndefined();
  });

  test("§3(1) an office passes on at the very moment: its end is the other's beginning", () => {
    expect(ruleBroken(() => appoint([held("wu.officer", "caseOfficer", 0, 10)], held("lo.officer", "caseOfficer", 10)))).toBeUndefined();
    expect(ruleBroken(() => appoint([held("wu.officer", "caseOfficer", 0, 11)], held("lo.officer", "caseOfficer", 10)))).toBe("duty-taken");
    expect(ruleBroken(() => appoint([], held("lo.officer", "caseOfficer", 10, 10)))).toBe("appointment-period");
  });

  test.each([
    ["caseOfficer", "manager"],
    ["manager", "dedicatedOfficer"],
    ["auditor", "manager"],
    ["ethics", "caseOfficer"],
    ["dedicatedOfficer", "civilAffairs"],
  ] as const)("§3(1) %s and %s are different people", (one, other) => {
    expect(ruleBroken(() => appoint([held("lin", one)], held("lin", other)))).toBe("duties-incompatible");
    expect(ruleBroken(() => appoint([held("lin", one, 0, 5)], held("lin", other, 5)))).toBeUndefined();
  });

  test("§3(2) a one-time token lasts a day from when its holder is first in office, whatever has ended or comes later", () => {
    const DAY = 86_400_000;
    expect(setUpEnd([], 5)).toBe(5 + DAY);
    expect(setUpEnd([held("wu.officer", "caseOfficer", 1)], 5)).toBe(5 + DAY);
    expect(setUpEnd([held("wu.officer", "caseOfficer", 9), held("wu.officer", "dedicatedOfficer", 20)], 5)).toBe(9 + DAY);
    // Ended, or ended before it began.
    expect(
      setUpEnd([held("wu.officer", "caseOfficer", 1, 4), held("wu.officer", "manager", 7, 7), held("wu.officer", "auditor", 30)], 5),
    ).toBe(30 + DAY);
  });

  test("§3(2) an account is a name of office, never an ID number", () => {
    for (const account of ["wu.officer", "a1", "lin-manager_2"]) expect(ruleBroken(() => requireAccount(account))).toBeUndefined();
    for (const account of ["", "W", "wu officer", "m123456789", "drop-folder", "王小明", "x".repeat(65)])
      expect(
        ruleBroken(() => requireAccount(account)),
        account,
      ).toBe("account-malformed");
  });

  test("§3(1) ends once; what has not begun never does", () => {
    expect(endAppointment(held("lin", "manager", 5), 9)).toEqual(held("lin", "manager", 5, 9));
    expect(endAppointment(held("lin", "manager", 5), 3).until).toBe(5);
    expect(ruleBroken(() => endAppointment(held("lin", "manager", 5, 8), 9))).toBe("appointment-over");
  });

  test("§3(1) that was called off before it began stands in nobody's way", () => {
    const calledOff = endAppointment(held("lo.officer", "caseOfficer", 5), 3);
    expect(ruleBroken(() => appoint([calledOff], held("wu.officer", "caseOfficer")))).toBeUndefined();
    expect(ruleBroken(() => appoint([calledOff], held("lo.officer", "caseOfficer", 1)))).toBeUndefined();
    expect(ruleBroken(() => appoint([calledOff], held("lo.officer", "manager")))).toBeUndefined();
  });

  test("§3(1) an appointment that was called off changes nothing about who may be appointed", () => {
    const appointment = fc
      .record({
        account: fc.constantFrom("lin", "wu"),
        duty: fc.constantFrom(...DUTIES),
        from: fc.nat(9),
        length: fc.integer({ min: 1, max: 9 }),
      })
      .map(({ account, duty, from, length }) => held(account, duty, from, length === 9 ? undefined : from + length));
    fc.assert(
      fc.property(fc.array(appointment), appointment, appointment, (existing, planned, fresh) => {
        const calledOff = endAppointment(planned, Math.max(0, planned.from - 1));
        if (calledOff.until === calledOff.from)
          expect(ruleBroken(() => appoint([...existing, calledOff], fresh))).toBe(ruleBroken(() => appoint(existing, fresh)));
      }),
    );
  });

  test("§3(1) §3(2) however one appoints and ends, no office is held twice and nobody without appointment has a duty", () => {
    const step = fc.record({
      account: fc.constantFrom("lin", "wu", "lo"),
      duty: fc.constantFrom(...DUTIES),
      from: fc.nat(20),
      length: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const all: Appointment[] = [];
        for (const { account, duty, from, length } of steps) {
          const fresh = held(account, duty, from, length === undefined ? undefined : from + length);
          if (ruleBroken(() => appoint(all, fresh)) === undefined) all.push(fresh);
        }
        for (let now = 0; now <= 40; now += 1) {
          const holders = (duty: Appointment["duty"]) =>
            ["lin", "wu", "lo"].filter((account) => dutiesAt(all, account, now).includes(duty));
          expect(holders("caseOfficer").length).toBeLessThanOrEqual(1);
          expect(holders("dedicatedOfficer").length).toBeLessThanOrEqual(1);
          expect(holders("manager").some((account) => holders("auditor").includes(account))).toBe(false);
          expect(dutiesAt(all, "nobody", now)).toEqual([]);
        }
      }),
    );
  });
});

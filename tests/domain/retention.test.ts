import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { monthsDue, requireMonth, retentionEnd } from "../../src/domain/log-month.ts";
import {
  approve,
  type Disposal,
  hold,
  isOnRecord,
  lift,
  monthState,
  openHolds,
  propose,
  proposeBy,
  refusalOf,
  refuse,
  stateOf,
  stop,
} from "../../src/domain/retention.ts";
import { type RetentionPeriod, raiseRetention, retentionYears } from "../../src/domain/retention-period.ts";
import { APPLICANT, MANAGER, OFFICER, OTHER_MANAGER, ruleBroken, say } from "../support/integration.ts";

const END = Date.parse("2025-12-01T00:00:00+08:00");
const kept: Disposal = { month: "2020-11", timeline: [] };
const proposed = propose(kept, END, END);
const holding = (by = OFFICER, matter = "政風-115-1") => ({ ...say(by), matter });

test("§4(1)5 a request that is on record says what it said, or is refused: another matter would not be held", () => {
  const request = holding();
  const held = hold(kept, request, END);
  expect([isOnRecord(held, request), isOnRecord(kept, request)]).toEqual([true, false]);
  for (const changed of [{ matter: "政風-115-2" }, { reason: "另一事由" }, { by: MANAGER }])
    expect(ruleBroken(() => isOnRecord(held, { ...request, ...changed }))).toBe("request-changed");
});

describe("the time of retention", () => {
  test("§4(1)5 ends five years after the month's last moment in Taiwan, and not a moment before", () => {
    expect(retentionEnd("2020-11", 5)).toBe(END);
    expect(retentionEnd("2020-12", 5)).toBe(Date.parse("2026-01-01T00:00:00+08:00"));
    expect(retentionEnd("2024-02", 5)).toBe(Date.parse("2029-03-01T00:00:00+08:00"));
    expect(monthsDue(["2020-10", "2020-11", "2020-12"], 5, END)).toEqual(["2020-10", "2020-11"]);
    expect(monthsDue(["2020-10", "2020-11"], 6, END)).toEqual([]);
    expect(monthsDue(["2020-11"], 5, END - 1)).toEqual([]);
    expect(ruleBroken(() => propose(kept, END, END - 1))).toBe("not-due");
  });

  test("§4(2)5 may be raised, never lowered", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2000, max: 2100 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: -10, max: 30 }),
        (year, number, years) => {
          const month = `${year}-${String(number).padStart(2, "0")}`;
          const end = retentionEnd(month, years);
          expect(end).toBeGreaterThanOrEqual(retentionEnd(month, 5));
          if (years >= 5) expect(new Date(end + 8 * 3_600_000).getUTCFullYear()).toBe((number === 12 ? year + 1 : year) + years);
        },
      ),
    );
  });

  test("§4(1)5 §4(2)5 is raised by a manager, who saw what holds, and never beyond the cap", () => {
    const floor: RetentionPeriod = { years: 5, account: "platform", role: "platform", reason: "x", raisedAt: "2026-01-01T00:00:00.000Z" };
    const raised = raiseRetention([floor], { ...say(MANAGER), years: 7, seen: 5 }, END);
    expect(raised).toMatchObject({ years: 7, account: MANAGER.account, role: "manager" });
    expect([retentionYears([]), retentionYears([floor]), retentionYears([raised, floor])]).toEqual([5, 5, 7]);
    expect(ruleBroken(() => raiseRetention([floor, raised], { ...say(MANAGER), years: 8, seen: 5 }, END))).toBe("retention-changed");
    expect(ruleBroken(() => raiseRetention([floor], { ...say(OFFICER), years: 8 }, END))).toBe("role-not-allowed");
    expect(ruleBroken(() => raiseRetention([floor], { ...say(MANAGER, " "), years: 8 }, END))).toBe("application-incomplete");
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: -5, max: 40 }), fc.double()), { maxLength: 20 }), (wishes) => {
        const periods: RetentionPeriod[] = [];
        for (const years of wishes) {
          const before = retentionYears(periods);
          const broken = ruleBroken(() => periods.push(raiseRetention(periods, { ...say(MANAGER), years }, END)));
          expect(retentionYears(periods)).toBe(broken === undefined ? years : before);
          if (broken === undefined) expect([Number.isInteger(years), years > before, years <= 30]).toEqual([true, true, true]);
        }
      }),
    );
  });

  test("§4(1)5 is asked of months that have begun", () => {
    expect(ruleBroken(() => requireMonth("2025-12", END))).toBeUndefined();
    for (const month of ["2026-01", "2020-13", "2020-00", "2020", "2020-11-01", "0000-01", ""])
      expect(
        ruleBroken(() => requireMonth(month, END)),
        month,
      ).toBe("month-malformed");
  });
});

describe("a month's disposal", () => {
  test("§4(1)5 is approved by a manager after it was proposed, once", () => {
    expect([stateOf(kept), stateOf(proposed), stateOf(approve(proposed, say(MANAGER), END, END))]).toEqual([
      "kept",
      "proposed",
      "approved",
    ]);
    expect(ruleBroken(() => approve(kept, say(MANAGER), END, END))).toBe("not-proposed");
    expect(ruleBroken(() => approve(approve(proposed, say(MANAGER), END, END), say(OTHER_MANAGER), END, END))).toBe("not-proposed");
    expect(ruleBroken(() => propose(proposed, END, END))).toBe("already-proposed");
    for (const by of [OFFICER, APPLICANT, { ...OFFICER, role: "platform" } as const])
      expect(ruleBroken(() => approve(proposed, say(by), END, END))).toBe("role-not-allowed");
    expect(ruleBroken(() => approve(proposed, say(MANAGER, " "), END, END))).toBe("application-incomplete");
  });

  test("§4(1)5 is never approved under legal hold, nor by who lifted it", () => {
    const held = hold(hold(proposed, holding(), END), holding(MANAGER, "訴訟-2"), END);
    expect(openHolds(held)).toEqual(["政風-115-1", "訴訟-2"]);
    expect(ruleBroken(() => hold(held, holding(MANAGER), END))).toBe("already-held");
    expect(ruleBroken(() => approve(held, say(MANAGER), END, END))).toBe("under-legal-hold");
    expect(ruleBroken(() => lift(held, holding(OFFICER), END))).toBe("role-not-allowed");
    const half = lift(held, holding(MANAGER), END);
    expect(openHolds(half)).toEqual(["訴訟-2"]);
    expect(ruleBroken(() => lift(half, holding(MANAGER), END))).toBe("not-held");
    const free = lift(half, holding(MANAGER, "訴訟-2"), END);
    expect(ruleBroken(() => approve(free, say(MANAGER), END, END))).toBe("own-proposal");
    expect(stateOf(approve(free, say(OTHER_MANAGER), END, END))).toBe("approved");
    expect(openHolds(hold(free, holding(), END))).toEqual(["政風-115-1"]);
  });

  test("§4(1)5 is held for a matter that says something, told apart from its reason", () => {
    for (const matter of ["", "。。", "\u3164\u3164"])
      expect(
        ruleBroken(() => hold(proposed, holding(OFFICER, matter), END)),
        matter,
      ).toBe("matter-missing");
    for (const matter of ["訴訟".repeat(501), "M123456789 一案", "訴訟\u202e"])
      expect(
        ruleBroken(() => hold(proposed, holding(OFFICER, matter), END)),
        matter,
      ).toBe("matter-malformed");
    expect(ruleBroken(() => hold(proposed, { ...holding(), reason: "" }, END))).toBe("application-incomplete");
  });

  test("§4(1)5 that was approved is so no more once it was held, or could not be carried out", () => {
    const approved = approve(proposed, say(MANAGER), END, END);
    expect(stateOf(lift(hold(approved, holding(), END), holding(MANAGER), END))).toBe("proposed");
    expect(stateOf(refuse(approved, "entries-differ", END))).toBe("proposed");
    expect(stateOf(lift(hold(kept, holding(), 0), holding(MANAGER), 0))).toBe("kept");
  });

  test("§4(1)5 may be proposed by an officer before the platform, whose approval is then another's; an approval may be taken back", () => {
    const byManager = proposeBy(kept, say(MANAGER), END, END);
    expect(stateOf(byManager)).toBe("proposed");
    expect(ruleBroken(() => proposeBy(kept, say(OFFICER), END - 1, END))).toBe("not-due");
    expect(ruleBroken(() => proposeBy(kept, { ...say(OFFICER), by: { ...OFFICER, role: "caseOfficer" } }, END, END))).toBe(
      "role-not-allowed",
    );
    expect(ruleBroken(() => approve(byManager, say(MANAGER), END, END))).toBe("own-proposal");
    const approved = approve(byManager, say(OTHER_MANAGER), END, END);
    expect(stateOf(stop(approved, say(OFFICER), END))).toBe("proposed");
    expect(ruleBroken(() => stop(byManager, say(OFFICER), END))).toBe("not-approved");
    expect([refusalOf(stop(approved, say(OFFICER), END)), refusalOf(refuse(approved, "entries-differ", END))]).toEqual([
      undefined,
      "entries-differ",
    ]);
  });

  test("§4(1)5 takes a step only on a request with an id of its own, which stands on the timeline", () => {
    const request = holding();
    const held = hold(kept, request, END);
    expect([isOnRecord(kept, request), isOnRecord(held, request), isOnRecord(held, holding())]).toEqual([false, true, false]);
    expect(isOnRecord(proposed, request)).toBe(false);
    expect(ruleBroken(() => hold(kept, { ...request, requestId: "" }, END))).toBe("request-malformed");
    expect(ruleBroken(() => raiseRetention([], { ...say(MANAGER), years: 7, requestId: "x" }, END))).toBe("request-malformed");
  });

  test("§4(1)5 is decided as it was shown, and not before a time that was raised meanwhile is over", () => {
    const shown = { ...say(MANAGER), seen: 1 };
    expect(stateOf(approve(proposed, shown, END, END))).toBe("approved");
    expect(ruleBroken(() => approve(hold(proposed, holding(), END), shown, END, END))).toBe("month-changed");
    // What was shown goes before what was typed: whoever mends their text decides on what is there.
    expect(ruleBroken(() => approve(hold(proposed, holding(), END), { ...shown, reason: "" }, END, END))).toBe("month-changed");
    expect(ruleBroken(() => raiseRetention([], { ...say(MANAGER, ""), years: 8, seen: 4 }, END))).toBe("retention-changed");
    expect(ruleBroken(() => approve(proposed, say(MANAGER), END, retentionEnd("2020-11", 6)))).toBe("not-due");
    expect([
      monthState(kept, END, END - 1),
      monthState(kept, END, END),
      monthState(proposed, END, END),
      monthState(proposed, retentionEnd("2020-11", 6), END),
      monthState(hold(proposed, holding(), END), END, END),
      monthState(approve(proposed, say(MANAGER), END, END), END, END),
    ]).toEqual(["kept", "due", "proposed", "kept", "held", "approved"]);
  });

  test("§4(1)5 whatever people do, is approved only by another manager than who lifted a hold, while nothing holds it", () => {
    const people = fc.constantFrom(MANAGER, OTHER_MANAGER, OFFICER);
    const matters = fc.constantFrom("a1", "b2");
    const attempts = fc.array(
      fc.record({ rule: fc.constantFrom("approve", "hold", "lift", "stop", "refuse"), by: people, matter: matters }),
      {
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(attempts, (steps) => {
        let disposal = proposed;
        for (const { rule, by, matter } of steps) {
          const before = disposal;
          const request = { ...say(by), matter };
          ruleBroken(() => {
            disposal =
              rule === "refuse"
                ? refuse(disposal, "entries-differ", END)
                : { approve, hold, lift, stop }[rule](disposal, request, END, END);
          });
          if (stateOf(before) === "approved" || stateOf(disposal) !== "approved") continue;
          expect([openHolds(before), by.role]).toEqual([[], "manager"]);
          expect(before.timeline.some(({ step, account }) => step === "lift" && account === by.account)).toBe(false);
        }
      }),
    );
  });
});

import { describe, expect, test } from "vitest";
import { type QuarantineDecision, quarantineEnd, quarantineNotices, requireDecision } from "../../src/domain/quarantine.ts";
import { ruleBroken } from "../support/integration.ts";

const decision: QuarantineDecision = { choice: "destroy", actor: "wu.officer", reason: "來源機關已重新交付" };
const decide = (changes: object = {}, waiting = true) => ruleBroken(() => requireDecision(waiting, { ...decision, ...changes }));

describe("a rejected file", () => {
  test("§4(4) is gone seven days after its first rejection, to the millisecond", () => {
    expect(quarantineEnd(Date.parse("2026-02-27T03:04:05.678Z"))).toBe(Date.parse("2026-03-06T03:04:05.678Z"));
  });

  test("§4(4) is destroyed or tried again by a person who says why", () => {
    expect(decide()).toBeUndefined();
    expect(decide({ choice: "retry" })).toBeUndefined();
    expect(decide({ choice: "keep" })).toBe("unknown-decision");
    for (const reason of ["", "  ", "很".repeat(501), undefined]) expect(decide({ reason })).toBe("reason-missing");
    // Records can't hold it: the step would be tried for ever, and no other decision could be taken meanwhile.
    expect(decide({ reason: "退回重送\0" })).toBe("text-not-printable");
    for (const actor of ["", " ", undefined]) expect(decide({ actor })).toBe("actor-missing");
  });

  test("§4(4) is announced at once, and again a day before its time is over", () => {
    const until = Date.parse("2026-12-06T07:00:00Z");
    const notices = quarantineNotices("1", until);
    expect(notices.map(({ dueAt, recipient }) => `${dueAt} ${recipient}`)).toEqual([
      ...["2026-11-29T07:00:00.000Z dedicatedOfficer", "2026-12-05T07:00:00.000Z dedicatedOfficer"],
    ]);
    expect(new Set(notices.map(({ key }) => key)).size).toBe(2);
  });

  test("§3(10) is decided on without anybody's ID number", () => {
    expect(decide({ actor: "A123456789" })).toBe("national-id-in-text");
    expect(decide({ reason: "Ａ123456789 之檔" })).toBe("national-id-in-text");
  });

  test("§4(4) is decided on while it waits, and once", () => {
    expect(decide({}, false)).toBe("not-in-quarantine");
  });
});

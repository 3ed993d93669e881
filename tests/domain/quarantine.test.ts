import { describe, expect, test } from "vitest";
import { type QuarantineDecision, quarantineEnd, requireDecision } from "../../src/domain/quarantine.ts";
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
    for (const actor of ["", " ", undefined]) expect(decide({ actor })).toBe("actor-missing");
  });

  test("§3(10) is decided on without anybody's ID number", () => {
    expect(decide({ actor: "A123456789" })).toBe("national-id-in-text");
    expect(decide({ reason: "Ａ123456789 之檔" })).toBe("national-id-in-text");
  });

  test("§4(4) is decided on while it waits, and once", () => {
    expect(decide({}, false)).toBe("not-in-quarantine");
  });
});

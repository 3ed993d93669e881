import { describe, expect, test } from "vitest";
import {
  FINAL_STATES,
  type IntegrationState,
  isFinal,
  type Role,
  requirePerson,
  STEP_RULES,
  type Step,
  stateAfter,
} from "../../src/domain/integration-step.ts";
import { ruleBroken } from "../support/integration.ts";

const ROLES: readonly Role[] = ["applicant", "caseOfficer", "dedicatedOfficer", "manager", "platform", "system"];
// Written out, so that a change of the table is a change of this test: y where somebody in that capacity may.
const BY_ROLE: Readonly<Record<Step, string>> = {
  //                 applicant case dedicated manager platform system
  check: "            -         y    -         -       -        -",
  sendBack: "         -         y    -         -       -        -",
  resubmit: "         y         y    -         -       -        -",
  withdraw: "         y         y    -         -       -        -",
  lapse: "            -         -    -         -       y        -",
  approve: "          -         -    -         y       -        -",
  refuse: "           -         -    -         y       -        -",
  provision: "        -         -    y         -       -        -",
  amend: "            y         y    -         -       -        -",
  activate: "         -         -    -         -       y        -",
  addCredential: "    -         -    y         -       -        -",
  rotateCredential: " -         -    -         -       -        y",
  revokeCredential: " -         -    y         y       -        -",
  removeAddress: "    -         -    y         -       y        -",
  warnIdle: "         -         -    -         -       y        -",
  suspend: "          -         -    y         y       y        -",
  resume: "           -         -    -         y       -        -",
  revoke: "           -         -    y         y       -        -",
  expire: "           -         -    -         -       y        -",
};
const STATES: readonly IntegrationState[] = [
  ...["submitted", "returned", "checked", "approved", "provisioned", "active", "suspended"],
  ...FINAL_STATES,
] as IntegrationState[];
const OUTCOMES = ["role-not-allowed", "step-out-of-order", "not-checked", "already-decided", "application-withdrawn", "application-lapsed"];

const every = <T>(look: (step: Step, role: Role, state: IntegrationState) => T) =>
  (Object.keys(STEP_RULES) as Step[]).flatMap((step) => ROLES.flatMap((role) => STATES.map((state) => look(step, role, state))));
const attempt = (state: IntegrationState, step: Step, role: Role) => ruleBroken(() => stateAfter(state, step, { account: "x", role }));

describe("who may take which step", () => {
  test("§3(3) is what the table says, in whatever state", () => {
    every((step, role, state) => {
      const may = BY_ROLE[step].trim().split(/\s+/)[ROLES.indexOf(role)] === "y";
      expect([step, role, attempt(state, step, role) !== "role-not-allowed"]).toEqual([step, role, may]);
    });
  });

  test("§3(3) what comes in a state that does not allow it has its own answer", () => {
    every((step, role, state) => {
      const allowed = (STEP_RULES[step].from as readonly IntegrationState[]).includes(state);
      const answer = attempt(state, step, role);
      if (answer !== "role-not-allowed") expect([step, state, answer === undefined]).toEqual([step, state, allowed]);
      if (answer !== undefined) expect(OUTCOMES).toContain(answer);
    });
    for (const step of ["approve", "refuse"] as const) {
      expect(STATES.map((state) => attempt(state, step, "manager"))).toEqual([
        ...["not-checked", "not-checked", undefined, "already-decided", "already-decided", "already-decided", "already-decided"],
        ...["already-decided", "application-withdrawn", "application-lapsed", "already-decided", "already-decided"],
      ]);
    }
  });

  test("§3(3) nothing but the removal of an address follows an end", () => {
    const after = every((step, _role, state) =>
      isFinal(state) && (STEP_RULES[step].from as readonly string[]).includes(state) ? step : "",
    );
    expect(new Set(after)).toEqual(new Set(["", "removeAddress"]));
  });

  test("§3(1) nobody acts as the platform, nor as a system", () => {
    for (const role of ROLES)
      expect(ruleBroken(() => requirePerson({ account: "x", role }))).toBe(
        role === "platform" || role === "system" ? "role-not-allowed" : undefined,
      );
  });
});

import { describe, expect, test } from "vitest";
import { DUTIES, type Duty } from "../../src/domain/appointment.ts";
import { actingDuty, CONSOLE_ACTIONS, type ConsoleAction, type LoginStage, mayTake } from "../../src/domain/console-action.ts";
import { ruleBroken } from "../support/integration.ts";

// Written out, so that a change of the table is a change of this test: y where the duty in that column may.
const BY_DUTY: Readonly<Record<string, string>> = {
  //                     case dedicated manager auditor ethics civilAffairs
  seeHome: "              y    y         y       y       y      y",
  seeIntegrations: "      y    y         y       -       -      -",
  exportIntegrations: "   y    y         y       -       -      -",
  seeApplications: "      y    y         y       -       -      -",
  exportApplications: "   y    y         y       -       -      -",
  enterApplication: "     y    -         -       -       -      -",
  readLetter: "           y    -         y       -       -      -",
  checkApplication: "     y    -         -       -       -      -",
  decideApplication: "    -    -         y       -       -      -",
  provisionIntegration: " -    y         -       -       -      -",
  revokeCredential: "     -    y         y       -       -      -",
  suspendIntegration: "   -    y         y       -       -      -",
  resumeIntegration: "    -    -         y       -       -      -",
  revokeIntegration: "    -    y         y       -       -      -",
  searchLog: "            y    y         -       y       y      y",
  openLogEntry: "         -    -         -       y       y      y",
  writeRecordList: "      y    y         -       y       -      -",
  answerSubjectAccess: "  y    y         -       -       -      -",
  seeOpenings: "          -    -         y       y       y      y",
  seeSystem: "            -    y         y       y       y      y",
  seeAlerts: "            -    y         y       y       y      -",
  decideAlert: "          -    y         y       -       -      -",
  seeRetention: "         -    y         y       y       y      y",
  printDisposal: "        -    y         y       y       y      y",
  proposeDisposal: "      -    y         y       -       -      -",
  approveDisposal: "      -    -         y       -       -      -",
  stopDisposal: "         -    y         y       -       -      -",
  holdMonth: "            -    y         y       -       -      -",
  liftHold: "             -    -         y       -       -      -",
  raiseRetention: "       -    -         y       -       -      -",
  seeDatasets: "          y    y         y       y       y      y",
  printDestruction: "     y    y         y       y       y      y",
  decideQuarantine: "     -    y         -       -       -      -",
  issueDeliveryKey: "     -    y         -       -       -      -",
  revokeDeliveryKey: "    -    y         -       -       -      -",
  trustSupplierKey: "     -    y         -       -       -      -",
  distrustSupplierKey: "  -    y         -       -       -      -",
  seeFindings: "          y    y         y       y       y      y",
  raiseFinding: "         -    y         y       y       y      y",
  seeInventories: "       y    y         y       -       -      -",
  exportAddresses: "      y    y         y       -       -      -",
  decideAddress: "        -    y         -       -       -      -",
  printInventory: "       y    y         y       -       -      -",
  seePeople: "            y    y         y       y       y      y",
  seeTrail: "             -    -         y       y       -      -",
};
const STAGES: readonly LoginStage[] = ["none", "code", "setUp", "password", "enrol", "full"];
const BY_STAGE: Readonly<Record<string, string>> = {
  //                  none code setUp password enrol full
  enter: "              y    y    y     y        y     y",
  apply: "              y    y    y     y        y     y",
  giveCode: "           -    y    -     -        -     -",
  setPassword: "        -    -    y     y        -     y",
  enrolAuthenticator: " -    -    -     -        y     -",
  leave: "              -    y    y     y        y     y",
};
const actions = Object.keys(CONSOLE_ACTIONS) as ConsoleAction[];
const cells = (row = "") =>
  row
    .trim()
    .split(/\s+/)
    .map((cell) => cell === "y");

describe("who may do what", () => {
  test("§3(1) the table is whole", () => {
    expect([...Object.keys(BY_DUTY), ...Object.keys(BY_STAGE)].sort()).toEqual([...actions].sort());
  });

  test("§3(1) each duty may what the table says, and nothing before the log-in is whole", () => {
    for (const action of Object.keys(BY_DUTY) as ConsoleAction[]) {
      const expected = cells(BY_DUTY[action]);
      for (const [index, duty] of DUTIES.entries()) {
        for (const stage of STAGES)
          expect(mayTake(action, { stage, duties: [duty] }), `${action} ${duty} ${stage}`).toBe(stage === "full" && expected[index]);
      }
      expect(mayTake(action, { stage: "full", duties: [] }), action).toBe(false);
    }
  });

  test("§3(1) the steps of logging in are each for who has come so far", () => {
    for (const action of Object.keys(BY_STAGE) as ConsoleAction[]) {
      const expected = cells(BY_STAGE[action]);
      for (const [index, stage] of STAGES.entries())
        expect(mayTake(action, { stage, duties: [] }), `${action} ${stage}`).toBe(expected[index]);
    }
  });

  test("§3(1) one acts in the duty that allows it; without one the rule says so", () => {
    const both: readonly Duty[] = ["caseOfficer", "dedicatedOfficer"];
    expect(actingDuty("provisionIntegration", { stage: "full", duties: both })).toBe("dedicatedOfficer");
    expect(ruleBroken(() => actingDuty("decideApplication", { stage: "full", duties: both }))).toBe("action-not-allowed");
    expect(ruleBroken(() => actingDuty("decideApplication", { stage: "code", duties: ["manager"] }))).toBe("action-not-allowed");
  });
});

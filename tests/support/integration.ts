import { randomUUID } from "node:crypto";
import type { ApplicationDraft } from "../../src/domain/integration-application.ts";
import type { Actor } from "../../src/domain/integration-step.ts";

export const APPLICANT: Actor = { account: "tax-office", role: "applicant" };
export const CASE_OFFICER: Actor = { account: "hung.case", role: "caseOfficer" };
export const MANAGER: Actor = { account: "lin.manager", role: "manager" };
export const OTHER_MANAGER: Actor = { account: "chen.manager", role: "manager" };
export const OFFICER: Actor = { account: "wu.officer", role: "dedicatedOfficer" };
export const PLATFORM: Actor = { account: "platform", role: "platform" };

let applications = 0;

/** A made-up agency's application, for a system and an address of its own. */
export function madeUpApplication(applicationNumber: string, from: string, until: string): ApplicationDraft {
  return {
    applicationNumber,
    agencyCode: "tax",
    agencyName: "測試稅務局",
    systemName: `地方稅系統 ${applicationNumber}`,
    legalBasis: "測試法第1條",
    purpose: "減免資格審查",
    contact: "049-2222106 分機 1234",
    checks: ["resident", "indigenous"],
    addresses: [madeUpAddress()],
    from,
    until,
  };
}

/** A private address that no other test's integration has. */
export function madeUpAddress(): string {
  applications += 1;
  return `10.20.${applications >> 8}.${applications & 255}`;
}

/** The code of the rule that a call breaks; undefined when it breaks none. */
export function ruleBroken(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** What every step says: who acts, why, and the id of the request. */
export function say(by: Actor, reason = "測試理由") {
  return { by, reason, requestId: randomUUID() };
}

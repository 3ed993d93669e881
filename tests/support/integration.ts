import type { ApplicationDraft } from "../../src/domain/integration-application.ts";
import type { Actor } from "../../src/domain/integration-step.ts";

export const APPLICANT: Actor = { account: "tax-office", role: "applicant" };
export const MANAGER: Actor = { account: "lin.manager", role: "manager" };
export const OTHER_MANAGER: Actor = { account: "chen.manager", role: "manager" };
export const OFFICER: Actor = { account: "wu.officer", role: "dedicatedOfficer" };
export const PLATFORM: Actor = { account: "platform", role: "platform" };

/** A made-up agency's application. */
export function madeUpApplication(applicationNumber: string, from: string, until: string): ApplicationDraft {
  return {
    applicationNumber,
    agencyCode: "tax",
    agencyName: "測試稅務局",
    systemName: "地方稅系統",
    legalBasis: "測試法第1條",
    purpose: "減免資格審查",
    contact: "049-2222106 分機 1234",
    checks: ["resident", "indigenous"],
    addresses: ["127.0.0.1", "10.20.30.40"],
    from,
    until,
  };
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

/** What every step says: who acts, and why. */
export function say(by: Actor, reason = "測試理由") {
  return { by, reason };
}

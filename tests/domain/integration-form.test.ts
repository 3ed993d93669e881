import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKS } from "../../src/domain/checks.ts";
import { applicantsTimeline } from "../../src/domain/integration-applicant.ts";
import { prepareAmendment, prepareApplication } from "../../src/domain/integration-application.ts";
import { check, sendBack, submit } from "../../src/domain/integration-decision.ts";
import { changedFields } from "../../src/domain/integration-difference.ts";
import { applicationDocument } from "../../src/domain/integration-document.ts";
import {
  amendmentOf,
  draftOf,
  EMPTY_FORM,
  formFaults,
  type TypedApplication,
  typedAmendment,
  typedOf,
  withFirstDay,
} from "../../src/domain/integration-form.ts";
import { toRocSlashes } from "../../src/domain/roc-date.ts";
import { APPLICANT, CASE_OFFICER, madeUpApplication, say } from "../support/integration.ts";

const TODAY = "2026-11-24";
const CIRCUMSTANCES = { today: TODAY, privateAddressesAllowed: false, onPaper: false };
const TYPED: TypedApplication = {
  agencyName: "測試社會處",
  agencyCode: "376480000",
  systemName: "低收入戶審查系統",
  legalBasis: "社會救助法第4條",
  purpose: "低收入戶資格審查",
  checks: ["resident"],
  addresses: "203.66.0.7\n2001:b000::7",
  from: "115/12/1",
  until: "116/11/30",
  contact: "049-2222106 分機 1234",
  letterNumber: "府社助字第1150012345號",
  letterDate: "115.11.20",
  improvement: "",
  liability: true,
};
const faultsOf = (change: Partial<TypedApplication>, circumstances = CIRCUMSTANCES) =>
  Object.fromEntries([...formFaults({ ...TYPED, ...change }, circumstances)].map(([name, { code }]) => [name, code]));

describe("the application form", () => {
  test("§3(3) a whole one has no faults, and is what the workflow takes", () => {
    expect(faultsOf({})).toEqual({});
    const application = prepareApplication(draftOf(TYPED, "115-介-00001", CIRCUMSTANCES), TODAY);
    expect(application).toMatchObject({ kind: "new", addresses: ["203.66.0.7", "2001:b000::7"], from: "2026-12-01", until: "2027-11-30" });
    expect(application.letter).toEqual({ number: TYPED.letterNumber, date: "2026-11-20", onPaper: false, liabilityAcceptedOn: TODAY });
  });

  test("§3(3) an empty one has a fault beside every field that is needed, and beside no other", () => {
    const faults = Object.fromEntries([...formFaults(EMPTY_FORM, CIRCUMSTANCES)].map(([name, { code }]) => [name, code]));
    expect(Object.keys(faults).sort()).toEqual(
      [
        ...["agencyName", "agencyCode", "systemName", "legalBasis", "purpose", "checks", "addresses", "from", "until", "contact"],
        ...["letterNumber", "letterDate", "liability"],
      ].sort(),
    );
    expect(faults).toMatchObject({ checks: "checks-missing", addresses: "address-missing", liability: "liability-not-accepted" });
  });

  test.each([
    ["§3(3)", { agencyName: "測".repeat(201) }, { agencyName: "name-too-long" }],
    ["§3(3)", { letterNumber: "府".repeat(201) }, { letterNumber: "name-too-long" }],
    ["§3(3)", { letterNumber: "府社助字\n第1號" }, { letterNumber: "text-not-printable" }],
    ["§3(7)", { addresses: "203.66.0.0/24" }, { addresses: "address-not-single" }],
    ["§3(7)", { addresses: "203.66.0.7-9" }, { addresses: "address-not-single" }],
    ["§3(7)", { addresses: "203.66.0" }, { addresses: "address-malformed" }],
    ["§3(7)", { addresses: "10.0.0.7" }, { addresses: "address-not-public" }],
    ["§3(7)", { addresses: "203.66.0.7\n224.0.0.1" }, { addresses: "address-not-public" }],
    ["§3(3)", { checks: ["income"] }, { checks: "unknown-check" }],
    ["§3(3)", { agencyCode: "376/48" }, { agencyCode: "code-malformed" }],
    ["§3(3)", { letterDate: "115/11/25" }, { letterDate: "letter-date-malformed" }],
    ["§3(10)", { purpose: "查 A123456789 的資格" }, { purpose: "national-id-in-text" }],
    ["§4(1)2", { from: "115/11/23" }, { from: "period-in-the-past" }],
    ["§4(1)2", { from: "114/2/29" }, { from: "day-malformed" }],
    ["§4(1)2", { until: "115/11/30" }, { until: "period-malformed" }],
    ["§4(1)2", { until: "118/12/1" }, { until: "period-too-long" }],
    ["§6", { liability: false }, { liability: "liability-not-accepted" }],
  ] as const)("%s %o is told beside its field: %o", (_clause, change, faults) => {
    expect(faultsOf(change)).toEqual(faults);
  });

  test("§3(3) several at once are all told", () => {
    expect(faultsOf({ agencyName: "", addresses: "x", until: "" })).toEqual({
      agencyName: "application-incomplete",
      addresses: "address-malformed",
      until: "day-malformed",
    });
  });

  test("§3(7) a private address is taken where the platform's settings allow it", () => {
    expect(faultsOf({ addresses: "10.0.0.7" }, { ...CIRCUMSTANCES, privateAddressesAllowed: true })).toEqual({});
  });

  test("§3(3) whatever is typed: a form without faults is an application, and one with faults breaks a rule of it", () => {
    const odd = (good: string) => fc.oneof({ weight: 6, arbitrary: fc.constant(good) }, fc.string(), fc.constantFrom("", " ", "\0", "，"));
    const typed = fc.record({
      ...{ agencyName: odd(TYPED.agencyName), agencyCode: odd(TYPED.agencyCode), systemName: odd(TYPED.systemName) },
      ...{ legalBasis: odd(TYPED.legalBasis), purpose: odd(TYPED.purpose), addresses: odd(TYPED.addresses), from: odd(TYPED.from) },
      ...{ until: odd(TYPED.until), contact: odd(TYPED.contact), letterNumber: odd(TYPED.letterNumber), letterDate: odd(TYPED.letterDate) },
      ...{ improvement: odd(""), liability: fc.constant(true), checks: fc.subarray([...CHECKS, "income"], { minLength: 0 }) },
    });
    fc.assert(
      fc.property(typed, (form) => {
        const faults = formFaults(form, { ...CIRCUMSTANCES, privateAddressesAllowed: true });
        const prepare = () => prepareApplication(draftOf(form, "115-介-00001", CIRCUMSTANCES), TODAY);
        if (faults.size === 0) expect(prepare).not.toThrow();
        else expect(prepare).toThrow();
      }),
      { numRuns: 300 },
    );
  });

  test("§3(3) an application on record is typed again as it was, and its first day may be today when it was sent back for longer", () => {
    const application = prepareApplication(draftOf(TYPED, "115-介-00001", CIRCUMSTANCES), TODAY);
    const again = typedOf(application, toRocSlashes);
    expect({ ...again, liability: true }).toEqual({ ...TYPED, from: "115/12/01", letterDate: "115/11/20" });
    expect(again.liability).toBe(false);
    expect(withFirstDay(again, application, "2026-12-05").from).toBe("2026-12-05");
    expect(withFirstDay({ ...again, from: "115/12/02" }, application, "2026-12-05").from).toBe("115/12/02");
    expect(withFirstDay(again, application, TODAY).from).toBe("115/12/01");
  });
});

describe("a form to change what is in force", () => {
  const opened = prepareApplication(draftOf(TYPED, "115-介-00001", CIRCUMSTANCES), TODAY);
  const { checks, addresses, from, until } = opened;
  const present = { application: opened, approval: { checks, addresses, from, until } };
  const LETTER = { letterNumber: TYPED.letterNumber, letterDate: TYPED.letterDate, liability: true };
  const asked = (kind: "renewal" | "change", change: Partial<TypedApplication> = {}) => {
    const typed = { ...typedAmendment(present, kind, TODAY, toRocSlashes), ...LETTER, ...change };
    return prepareAmendment(amendmentOf(typed, kind, "116-介-00001", CIRCUMSTANCES), present, TODAY);
  };

  test("§3(3) §6 has what is in force, but for the letter and the acceptance, which are new", () => {
    const typed = typedAmendment(present, "renewal", TODAY, toRocSlashes);
    expect(typed).toMatchObject({
      legalBasis: TYPED.legalBasis,
      checks,
      until: "117/11/30",
      letterNumber: "",
      letterDate: "",
      liability: false,
    });
    expect([...formFaults({ ...typed, ...LETTER }, CIRCUMSTANCES).keys()]).toEqual([]);
    expect([...formFaults(typed, CIRCUMSTANCES).keys()]).toEqual(["letterNumber", "letterDate", "liability"]);
    expect(changedFields(asked("renewal"), present)).toEqual(["until"]);
  });

  test("§3(3) §4(1)2 what differs is what was changed, in whatever order it is listed; a last day that is over is told so", () => {
    const texts = { legalBasis: "社會救助法第5條", purpose: "另一目的", contact: "049-2222107", until: "116/06/30" };
    const lists = { checks: ["disability"], addresses: "203.66.0.8" };
    fc.assert(
      fc.property(fc.subarray(Object.entries({ ...texts, ...lists })), (changes) => {
        const backwards = { checks: [...checks].reverse(), addresses: [...addresses].reverse().join("、") };
        const changed = changedFields(asked("change", { ...backwards, ...Object.fromEntries(changes) }), present);
        expect([...changed].sort()).toEqual(changes.map(([name]) => name).sort());
      }),
    );
    const faults = formFaults({ ...TYPED, until: "115/11/23" }, { ...CIRCUMSTANCES, kind: "change" });
    expect([...faults].map(([name, { code }]) => [name, code])).toEqual([["until", "last-day-over"]]);
    expect([...formFaults(TYPED, { ...CIRCUMSTANCES, kind: "reapplication" }).keys()]).toEqual(["improvement"]);
  });
});

test("§3(2) what an agency sees of its case names nobody, and has the reasons that are written for it only", () => {
  const now = Date.parse("2026-11-24T02:00:00Z");
  const applied = submit(madeUpApplication("115-介-00001", TODAY, "2027-11-23"), say(APPLICANT, "資格審查"), now);
  const checked = check(applied, say(CASE_OFFICER, "內部意見"), now);
  const integration = sendBack(checked, say(CASE_OFFICER, "缺法令條次"), now);
  const seen = applicantsTimeline(integration);
  expect(seen.map(({ step, role, reason }) => [step, role, reason])).toEqual([
    ["submit", "applicant", "資格審查"],
    ["check", "caseOfficer", ""],
    ["sendBack", "caseOfficer", "缺法令條次"],
  ]);
  expect(JSON.stringify(seen)).not.toContain(CASE_OFFICER.account);
  expect(applicationDocument(integration, [integration], seen)?.timeline).toHaveLength(3);
});

import { checkDigit } from "../../src/domain/national-id.ts";
import type { MadeUpPerson } from "./seed.ts";

/** A valid ID number made from a counter; M is Nantou, 1 is male. */
export function madeUpId(counter: number, letter = "M"): string {
  const firstNine = `${letter}1${String(counter).padStart(7, "0")}`;
  return firstNine + checkDigit(firstNine);
}

/** People for tests of the API, one for each thing that can be answered. */
export const PEOPLE = {
  plain: { nationalId: madeUpId(1), name: "王小明", birthDate: "1980-01-31", indigenous: false },
  indigenous: { nationalId: madeUpId(2), name: "Yukan‧Watan", birthDate: "1992-02-29", indigenous: true },
  variant: { nationalId: madeUpId(3), name: "陳臺生", birthDate: "1975-06-01", indigenous: false },
  unreadable: { nationalId: madeUpId(4), name: "林\ue123玉", birthDate: "1950-10-10", indigenous: false },
  unreadableVariant: { nationalId: madeUpId(7), name: "黃\ue123臺", birthDate: "1960-12-12", indigenous: false },
  longName: { nationalId: madeUpId(8), name: `Tanívu·${"a".repeat(42)}𠮷`, birthDate: "1985-05-05", indigenous: true },
  whollyUnreadable: { nationalId: madeUpId(6), name: "\ue123·\ue124", birthDate: "1951-01-01", indigenous: false },
  alone: { nationalId: madeUpId(5), name: "張春嬌", birthDate: "1940-05-05", indigenous: false },
} as const satisfies Record<string, MadeUpPerson>;

/** Nobody's ID number. */
export const UNKNOWN_ID = madeUpId(9_999_999);

export const ALL_CHECKS = ["resident", "indigenous", "elderlyLivingAlone", "disability"] as const;

/** A well-formed question. */
export function question(subject: Record<string, unknown>, changes: Record<string, unknown> = {}) {
  return {
    operator: "tax-042",
    operationCode: "V01",
    caseNumber: "113-社-000123",
    reason: "低收入戶資格審查",
    subject,
    checks: [...ALL_CHECKS],
    ...changes,
  };
}

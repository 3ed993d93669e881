import type { QueryLogEntry } from "../../src/domain/query-log.ts";
import type { ListedEntry } from "../../src/reports/listed-entry.ts";

/** A made-up opened entry of the log. */
export function listedEntry(place: number, changes: Partial<QueryLogEntry> = {}, name = "王小明"): ListedEntry {
  return {
    asker: { applicationNumber: "114-0001", agencyName: "測試稅務局", systemName: "地方稅系統" },
    caseNumber: `113-社-${String(place).padStart(6, "0")}`,
    reason: "減免資格審查",
    subject: { nationalId: "m123456789", name, birthDate: "1980-01-31" },
    entry: {
      entryId: `019a9f3e-0000-7000-8000-${String(place).padStart(12, "0")}`,
      askedAt: "2026-11-03T02:00:00.000Z",
      integration: 7,
      credential: null,
      sourceAddress: "192.0.2.1",
      operator: "tax-042",
      operationCode: "V01",
      checks: ["resident", "indigenous"],
      outcome: "match",
      answers: { resident: true, indigenous: null },
      asOf: {},
      caseNumberIndex: null,
      subjectIndex: null,
      keyId: "1",
      sealed: "",
      salt: "",
      ...changes,
    },
  };
}

/** One after the other, as they come from a database. */
export async function* streamed<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AgeingDataset, datasetAge, datasetNotices } from "../../src/domain/dataset-age.ts";
import { datasetAvailability } from "../../src/domain/dataset-import.ts";

const DATASET = { asOf: "2026-11-01", maximumAgeDays: 45, approvedFrom: "2024-10-25", approvedUntil: "2034-10-24" };
const day = (number: number) => new Date(number * 86_400_000).toISOString().slice(0, 10);
const standing = (today: string, changes: Partial<AgeingDataset> = {}) => datasetAge({ ...DATASET, ...changes }, today).standing;

describe("how a dataset stands", () => {
  test("§4(1)2 goes from available over its last ten days to too old", () => {
    expect(datasetAge(DATASET, "2026-12-06")).toEqual({ standing: "available", lastDay: "2026-12-16", ageDays: 35 });
    expect(datasetAge(DATASET, "2026-12-07")).toEqual({ standing: "ends-soon", lastDay: "2026-12-16", ageDays: 36 });
    expect([standing("2026-12-16"), standing("2026-12-17")]).toEqual(["ends-soon", "too-old"]);
    expect(standing("2026-12-01", { asOf: null })).toBe("empty");
  });

  test("§4(1)2 ends with the approved period where that comes first", () => {
    const changes = { approvedUntil: "2026-12-05" };
    expect(datasetAge({ ...DATASET, ...changes }, "2026-11-29")).toMatchObject({ standing: "ends-soon", lastDay: "2026-12-05" });
    expect(standing("2026-12-06", changes)).toBe("outside-approved-period");
  });

  test("§4(1)2 answers through its last day and no longer", () => {
    const days = fc.integer({ min: 20_000, max: 21_000 }).map(day);
    fc.assert(
      fc.property(days, days, fc.integer({ min: 1, max: 400 }), days, (asOf, today, maximumAgeDays, approvedUntil) => {
        const dataset = { asOf, maximumAgeDays, approvedFrom: "2024-01-01", approvedUntil };
        const age = datasetAge(dataset, today);
        const answers = datasetAvailability(dataset, today) === "available";
        expect(age.standing === "available" || age.standing === "ends-soon").toBe(answers);
        expect(age.standing !== "empty" && today <= age.lastDay).toBe(answers);
      }),
    );
  });
});

describe("what is announced of a dataset", () => {
  const announced = (since: string) =>
    datasetNotices("household", DATASET, Date.parse(since)).map(
      ({ kind, recipient, dueAt }) => `${dueAt.slice(0, 10)} ${kind} ${recipient}`,
    );

  test("§4(1)2 that its data runs out, ten and three days before; and to the manager too, when it has", () => {
    expect(announced("2026-11-05T00:00:00Z")).toEqual([
      ...["2026-12-06 dataset-ends dedicatedOfficer", "2026-12-13 dataset-ends dedicatedOfficer"],
      ...["2026-12-16 dataset-ended dedicatedOfficer", "2026-12-16 dataset-ended manager"],
    ]);
    const [first] = datasetNotices("household", DATASET, 0);
    expect([first?.dueAt, first?.announces]).toEqual(["2026-12-06T16:00:00.000Z", "2026-12-16T16:00:00.000Z"]);
  });

  test("§4(1)2 at once and once, when the data came later than that, or too late", () => {
    expect(announced("2026-12-15T00:00:00Z").filter((line) => line.includes("dataset-ends"))).toEqual([
      "2026-12-15 dataset-ends dedicatedOfficer",
    ]);
    expect(announced("2026-12-20T00:00:00Z")).toEqual([
      ...["2026-12-20 dataset-ended dedicatedOfficer", "2026-12-20 dataset-ended manager"],
    ]);
  });

  test("§4(1)2 under keys of its own", () => {
    const keys = datasetNotices("household", DATASET, 0).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

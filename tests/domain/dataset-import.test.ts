import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Delivery, datasetAvailability, judgeDelivery, judgeSuccession } from "../../src/domain/dataset-import.ts";
import { type Manifest, manifestLine, parseManifest, parseManifestLine } from "../../src/domain/dataset-import-manifest.ts";

const MINUTE = 60_000;
const NOW = Date.parse("2026-11-23T02:00:00Z");
/** When that day began in Taiwan. */
const MIDNIGHT = Date.parse("2026-11-22T16:00:00Z");
const manifest: Manifest = { dataset: "household", asOf: "2026-11-01", rows: 20_000, sha256: "ab".repeat(32) };
const good: Delivery = {
  manifest,
  datasetCode: "household",
  rowsRead: 20_000,
  sha256: manifest.sha256,
  badRows: 0,
  badRowsAllowed: 10,
  duplicates: 0,
  signedAt: NOW - MINUTE,
  currentAsOf: "2026-10-01",
  currentSignedAt: NOW - 30 * 24 * 60 * MINUTE,
  approvedFrom: "2024-10-25",
  approvedUntil: "2034-10-24",
  isBound: true,
  today: "2026-11-23",
  now: NOW,
};
const claiming = (changes: Partial<Manifest>) => ({ manifest: { ...manifest, ...changes } });

describe("a delivery", () => {
  test("§4(1)1 is accepted when all is as the sender says, the first one of a dataset too", () => {
    expect(judgeDelivery(good)).toEqual([]);
    expect(judgeDelivery({ ...good, currentAsOf: null, currentSignedAt: null })).toEqual([]);
  });

  test.each<[string, Partial<Delivery>]>([
    ["as many bad rows as are allowed", { badRows: 10 }],
    ["the same as-of date, signed later", { currentAsOf: "2026-11-01" }],
    ["an as-of date of today", claiming({ asOf: "2026-11-23" })],
    ["an as-of date that began a little after the signature", { ...claiming({ asOf: "2026-11-23" }), signedAt: MIDNIGHT - 10 * MINUTE }],
    ["a signature by a clock that is a little fast", { signedAt: NOW + 10 * MINUTE }],
    ["the first day of the approved period", { approvedFrom: "2026-11-23" }],
    ["the last day of the approved period", { approvedUntil: "2026-11-23" }],
  ])("§4(1)1 is accepted at the limit: %s", (_what, changes) => {
    expect(judgeDelivery({ ...good, ...changes })).toEqual([]);
  });

  test.each<[string, Partial<Delivery>]>([
    ["wrong-dataset", { datasetCode: "disability" }],
    ["wrong-row-count", claiming({ rows: 19_999 })],
    ["wrong-hash", { sha256: "cd".repeat(32) }],
    ["empty-dataset", { ...claiming({ rows: 0 }), rowsRead: 0 }],
    ["duplicate-id", { duplicates: 1 }],
    ["too-many-bad-rows", { badRows: 11 }],
    ["as-of-in-future", claiming({ asOf: "2026-11-24" })],
    ["as-of-in-future", { ...claiming({ asOf: "2026-11-23" }), signedAt: MIDNIGHT - 11 * MINUTE }],
    ["as-of-older-than-current", { currentAsOf: "2026-11-02" }],
    ["manifest-not-bound", { isBound: false }],
    ["signature-in-future", { signedAt: NOW + 11 * MINUTE }],
    ["signature-not-newer", { currentSignedAt: good.signedAt }],
  ])("§4(1)1 is rejected whole: %s", (code, changes) => {
    expect(judgeDelivery({ ...good, ...changes })).toEqual([code]);
  });

  test("§4(1)2 is rejected outside the dataset's approved period", () => {
    expect(judgeDelivery({ ...good, approvedFrom: "2026-11-24" })).toEqual(["outside-approved-period"]);
    expect(judgeDelivery({ ...good, approvedUntil: "2026-11-22" })).toEqual(["outside-approved-period"]);
  });

  test("§4(1)1 is told every reason at once", () => {
    expect(judgeDelivery({ ...good, duplicates: 2, sha256: "cd".repeat(32), badRows: 11 }).sort()).toEqual([
      "duplicate-id",
      "too-many-bad-rows",
      "wrong-hash",
    ]);
  });

  test("§4(1)1 of bad rows only is an empty dataset, however many are allowed", () => {
    expect(judgeDelivery({ ...good, ...claiming({ rows: 3 }), rowsRead: 3, badRows: 3 })).toEqual(["empty-dataset"]);
  });

  test("§4(1)1 never takes a file twice: after it has been accepted, the same one is older than itself", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: NOW }), fc.constantFrom("2026-01-01", "2026-06-01", "2026-11-01"), (signedAt, asOf) => {
        expect(judgeSuccession({ asOf, signedAt, currentAsOf: asOf, currentSignedAt: signedAt })).toEqual(["signature-not-newer"]);
      }),
    );
  });
});

describe("a manifest", () => {
  test("§4(1)1 is read as it is written, from a line and from JSON", () => {
    const anyManifest = fc.record({
      dataset: fc.constantFrom("household", "elderly-living-alone", "disability"),
      asOf: fc.constantFrom("2026-11-01", "2024-02-29"),
      rows: fc.nat(),
      sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    });
    fc.assert(
      fc.property(anyManifest, (written) => {
        expect(parseManifestLine(`${manifestLine(written)}\r\n`)).toEqual(written);
        expect(parseManifest(JSON.stringify(written))).toEqual(written);
      }),
    );
  });

  test("§4(1)1 may write the hash in capitals, as some tools do", () => {
    expect(parseManifestLine(manifestLine({ ...manifest, sha256: "AB".repeat(32) }))).toEqual(manifest);
  });

  test.each([
    "",
    "#manifest",
    manifestLine({ ...manifest, asOf: "2026-02-29" }),
    manifestLine({ ...manifest, rows: -1 }),
    manifestLine({ ...manifest, rows: 1.5 }),
    manifestLine({ ...manifest, sha256: "ab" }),
    manifestLine({ ...manifest, dataset: "../household" }),
    `${manifestLine(manifest)} more=1`,
    manifestLine(manifest).slice(1),
  ])("§4(1)1 that is malformed is none: %j", (line) => {
    expect(parseManifestLine(line)).toBeUndefined();
  });

  test.each([
    "",
    "{",
    "null",
    "[]",
    '"household"',
    "{}",
    JSON.stringify({ ...manifest, rows: null }),
    JSON.stringify({ ...manifest, sha256: 1 }),
  ])("§4(1)1 that is malformed JSON is none: %j", (json) => {
    expect(parseManifest(json)).toBeUndefined();
  });
});

describe("a dataset", () => {
  const dataset = { asOf: "2026-10-09", maximumAgeDays: 45, approvedFrom: "2024-10-25", approvedUntil: "2026-12-31" };

  test("§4(1)2 answers within its approved period only, both ends included", () => {
    expect(datasetAvailability({ ...dataset, asOf: "2024-10-01" }, "2024-10-24")).toBe("outside-approved-period");
    expect(datasetAvailability({ ...dataset, asOf: "2024-10-01" }, "2024-10-25")).toBe("available");
    expect(datasetAvailability({ ...dataset, asOf: "2026-12-01" }, "2026-12-31")).toBe("available");
    expect(datasetAvailability({ ...dataset, asOf: "2026-12-01" }, "2027-01-01")).toBe("outside-approved-period");
  });

  test("§4(1)2 answers until its data are older than they may be", () => {
    expect(datasetAvailability(dataset, "2026-11-23")).toBe("available");
    expect(datasetAvailability(dataset, "2026-11-24")).toBe("too-old");
  });
});

import { describe, expect, test } from "vitest";
import { judgeDiskUse } from "../../src/domain/disk-use.ts";

describe("the room for the log", () => {
  const disk = { freeBytes: 50e9, totalBytes: 100e9 };
  test("§4(1)5 is announced when little is free, or when it lasts for less than 90 days", () => {
    expect(judgeDiskUse({ databaseBytes: 1e9, earlier: undefined, disk })).toBeUndefined();
    expect(judgeDiskUse({ databaseBytes: 1e9, earlier: undefined, disk: { ...disk, freeBytes: 19e9 } })).toBe("disk-fills-up");
    expect(judgeDiskUse({ databaseBytes: 20e9, earlier: { databaseBytes: 1e9, days: 30 }, disk })).toBe("disk-fills-up");
    expect(judgeDiskUse({ databaseBytes: 10e9, earlier: { databaseBytes: 1e9, days: 30 }, disk })).toBeUndefined();
    expect(judgeDiskUse({ databaseBytes: 1e9, earlier: { databaseBytes: 90e9, days: 1 }, disk })).toBeUndefined();
  });

  test("§4(1)5 is announced by the database's growth where its disk can't be seen", () => {
    expect(judgeDiskUse({ databaseBytes: 52e9, earlier: { databaseBytes: 1e9, days: 30 }, disk: undefined })).toBe("database-grows");
    expect(judgeDiskUse({ databaseBytes: 40e9, earlier: { databaseBytes: 1e9, days: 30 }, disk: undefined })).toBeUndefined();
  });
});

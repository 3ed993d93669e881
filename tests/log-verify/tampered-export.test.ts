import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { monthOfEntry, startOfMonth } from "../../src/domain/query-log-form.ts";
import { named, rewriteZip, startSignedLog, verifyLog } from "../support/log-export.ts";

const lastMonth = monthOfEntry(startOfMonth(monthOfEntry(Date.now())) - 1);
let log: Awaited<ReturnType<typeof startSignedLog>>;
beforeAll(async () => {
  log = await startSignedLog();
});
afterAll(() => log.close());

describe("a ZIP that was tampered with", () => {
  const replace = (name: string, change: (data: Buffer) => Buffer) => (files: { name: string; data: Buffer }[]) =>
    files.map((file) => (file.name === name ? { name, data: change(file.data) } : file));
  const without = (name: string) => (files: { name: string; data: Buffer }[]) => files.filter((file) => file.name !== name);

  test.each([
    [
      "a bundle with an entry more",
      replace("tile/entries/001", (data) => Buffer.concat([data, Buffer.of(0, 1, 65)])),
      ["bundle-malformed 256"],
    ],
    [
      "a bundle with an entry fewer",
      replace("tile/entries/001", (data) => data.subarray(0, 300)),
      ["bundle-malformed 256", "entry-missing 256"],
    ],
    ["a line of columns more", replace("columns/000", (data) => Buffer.concat([data, Buffer.from("null\n")])), ["bundle-malformed 0"]],
    ["a missing bundle", without("tile/entries/001"), ["entry-missing 256"]],
    ["a missing tile", without("tile/0/001"), ["tile-missing 256"]],
    ["missing columns", without("columns/002.p/188"), ["columns-differ 512"]],
    [
      "files in another order",
      (files: { name: string; data: Buffer }[]) =>
        files
          .toReversed()
          .toSorted(
            (one, other) => Number(one.name.includes("/")) - Number(other.name.includes("/")) || one.name.length - other.name.length,
          ),
      undefined,
    ],
    [
      "a file twice",
      (files: { name: string; data: Buffer }[]) => files.flatMap((file) => (file.name === "tile/0/001" ? [file, file] : [file])),
      ["zip-damaged"],
    ],
    [
      "a file of somebody's own",
      (files: { name: string; data: Buffer }[]) => [...files, { name: "readme", data: Buffer.from("all is well") }],
      ["zip-damaged"],
    ],
    [
      "a manifest of other bundles",
      replace("export.json", (data) => Buffer.from(data.toString().replace('"endBundle": 3', '"endBundle": 2'))),
      undefined,
    ],
    ["no checkpoint", without("checkpoint"), ["zip-damaged"]],
    ["another checkpoint", replace("checkpoint", (data) => Buffer.from(data.toString().replace("700", "699"))), ["signature"]],
    [
      "an entry that a certificate of a recent month covers",
      (files: { name: string; data: Buffer }[]) => disposeOf(files, lastMonth),
      ["disposal 0"],
    ],
    [
      "fresh entries that a certificate of an old month covers",
      (files: { name: string; data: Buffer }[]) => disposeOf(files, "2020-03"),
      ["disposal 0"],
    ],
  ])("§4(1)5 %s", async (_title, change, expected) => {
    const { path } = await log.folder.exportLog(log.api.database.workerUrl);
    rewriteZip(path, change);
    const { code, report } = await verifyLog(path);
    if (expected !== undefined) expect(named(report).slice(0, 2)).toEqual(expected);
    expect([code, report.ok]).toEqual([1, false]);
  });

  /** The first bundle as it is after its month's disposal: hashes without entries. */
  function disposeOf(files: { name: string; data: Buffer }[], month: string) {
    const range = { begin: 0, end: 256, month, certificate: "Destroyed with the approval\nof lin.manager." };
    return without("tile/entries/000")(without("columns/000")(files)).map((file) =>
      file.name === "export.json"
        ? { ...file, data: Buffer.from(JSON.stringify({ ...JSON.parse(file.data.toString()), disposed: [range] })) }
        : file,
    );
  }

  test("§4(1)5 bits that were flipped, and a ZIP that is cut off anywhere", async () => {
    const { path } = await log.folder.exportLog(log.api.database.workerUrl);
    const whole = readFileSync(path);
    for (let at = 1000; at < whole.length; at += Math.floor(whole.length / 12)) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] as number) ^ 1;
      writeFileSync(path, flipped);
      expect((await verifyLog(path)).code, `flipped at ${at}`).toBe(1);
      writeFileSync(path, whole.subarray(0, at));
      expect(named((await verifyLog(path)).report), `cut at ${at}`).toContain("zip-damaged");
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.of(0)]));
    expect(named((await verifyLog(path)).report)).toEqual(["zip-damaged"]);
  });
});

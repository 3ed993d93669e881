import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodeLines } from "../../src/adapters/source-text.ts";
import { parseManifest, parseManifestLine } from "../../src/domain/dataset-import-manifest.ts";
import { type Columns, type DatasetKind, parseHouseholdRow, parseListRow, recogniseColumns } from "../../src/domain/dataset-import-row.ts";
import { makePeople } from "../../src/people/make-people.ts";
import { type PeopleFile, peopleFile } from "../../src/people/people-file.ts";

const usual: PeopleFile = {
  dataset: "household",
  count: 5000,
  seed: 3,
  asOf: "2026-11-01",
  encoding: "utf-8",
  header: "zh",
  manifest: "line",
};

function write(changes: Partial<PeopleFile>) {
  const file = { ...usual, ...changes };
  const chunks = peopleFile(file);
  const written: Buffer[] = [];
  let next = chunks.next();
  for (; !next.done; next = chunks.next()) written.push(next.value);
  const lines = decodeLines(Buffer.concat(written), file.encoding).trimEnd().split(/\r\n/);
  return {
    bytes: Buffer.concat(written),
    manifest: next.value,
    header: (lines[0] as string).split(","),
    rows: lines.slice(1).filter((line) => !line.startsWith("#")),
  };
}

const columnsOf = (kind: DatasetKind, header: readonly string[]) => recogniseColumns(kind, header) as Columns;

describe("a file of made-up people", () => {
  test.each([
    ["utf-8", "zh"],
    ["utf-8", "en"],
    ["big5", "zh"],
    ["big5", "en"],
  ] as const)("§4(1)1 is a register that can be imported: %s, %s", (encoding, header) => {
    const file = write({ encoding, header });
    const columns = columnsOf("household", file.header);
    const people = [...makePeople(usual.count, usual.seed)];
    expect(file.rows).toHaveLength(people.length);
    for (const [place, line] of file.rows.entries()) {
      const { nationalId, birthDate, indigenous } = people[place] as (typeof people)[number];
      expect(parseHouseholdRow(columns, line.split(","), "2026-11-23"), line).toMatchObject({ nationalId, birthDate, indigenous });
    }
  });

  test("§4(1)1 says in its last line what it holds", () => {
    const { bytes, manifest } = write({});
    const start = bytes.lastIndexOf("#manifest");
    expect(parseManifestLine(bytes.subarray(start).toString())).toEqual(manifest);
    expect(manifest).toEqual({
      dataset: "household",
      asOf: "2026-11-01",
      rows: 5000,
      sha256: createHash("sha256").update(bytes.subarray(0, start)).digest("hex"),
    });
  });

  test.each(["beside", "none"] as const)("§4(1)1 has no such line where the manifest is %s", (where) => {
    const { bytes, manifest } = write({ manifest: where });
    expect(bytes.includes("#")).toBe(false);
    expect(manifest.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  test.each(["elderly-living-alone", "disability"] as const)("§2(4) names on a list some of the same people: %s", (dataset) => {
    const { header, rows, manifest } = write({ dataset });
    const columns = columnsOf("list", header);
    const household = new Set([...makePeople(usual.count, usual.seed)].map(({ nationalId }) => nationalId));
    expect(rows.length).toBe(manifest.rows);
    expect(rows.length).toBeGreaterThan(20);
    for (const line of rows)
      expect(household.has((parseListRow(columns, line.split(",")) as { nationalId: string }).nationalId)).toBe(true);
  });

  test("§4(1)1 keeps private-use characters in Big5, and writes ■ for what Big5 lacks", () => {
    const names = write({ encoding: "big5", count: 40_000 }).rows.map((line) => line.split(",")[1] as string);
    expect(names.some((name) => name.includes("\ue4a1"))).toBe(true);
    expect(names.some((name) => name.includes("■"))).toBe(true);
    expect(names.join("")).not.toMatch(/[?\ufffd•]/);
  });
});

describe("bin/make-people", () => {
  const folder = mkdtempSync(join(tmpdir(), "made-up-people-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...argv: string[]) => execFileSync(process.execPath, ["bin/make-people.ts", ...argv], { encoding: "utf8", stdio: "pipe" });

  test("§4(1)1 writes a file, and a manifest beside it", () => {
    const out = join(folder, "people.csv");
    expect(run("--out", out, "--count", "300", "--manifest", "beside", "--as-of", "2026-11-01")).toBe(
      `Wrote 300 made-up people to ${out}.\n`,
    );
    const sha256 = createHash("sha256").update(readFileSync(out)).digest("hex");
    expect(parseManifest(readFileSync(`${out}.manifest.json`, "utf8"))).toEqual({
      dataset: "household",
      asOf: "2026-11-01",
      rows: 300,
      sha256,
    });
  });

  test("§4(1)1 writes nothing but the file to standard output", () => {
    expect(run("--count", "2", "--header", "en").split("\n")).toHaveLength(5);
    expect(run("--count", "2", "--out", "-")).toBe(run("--count", "2"));
  });

  test.each([
    [["--count", "many", "--out", "-"], "--count must be a whole number."],
    [["--as-of", "2026-02-30", "--out", "-"], "--as-of must be a date"],
    [["--dataset", "everyone", "--out", "-"], "--dataset must be one of household"],
    [["--manifest", "beside", "--out", "-"], "--manifest beside needs a file"],
  ])("§4(1)1 says in one sentence what makes no sense: %j", (argv, sentence) => {
    expect(() => run(...argv)).toThrow(sentence);
  });
});

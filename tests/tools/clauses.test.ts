import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CLAUSES } from "../../tools/clause-table.ts";

const ROOT = join(import.meta.dirname, "../..");
const WITH_RULES = CLAUSES.filter(({ state }) => state === "built" || state === "partly");

/** A project in small: the tool, and one rule and one test for every clause that has some. */
let project: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "clauses-"));
  for (const path of ["tools/clauses.ts", "tools/clause-table.ts", "src/command.ts", "package.json"])
    cpSync(join(ROOT, path), join(project, path));
  symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
  mkdirSync(join(project, "docs"));
  for (const [place, { id }] of WITH_RULES.entries()) {
    write(`src/domain/rule-${place}.ts`, `/**\n * A rule.\n * @clause ${id}\n */\nexport function rule${place}() {}\n`);
    write(`tests/domain/rule-${place}.test.ts`, `test("§${id} holds", () => {});\n`);
  }
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function run(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--no-warnings", join(project, "tools/clauses.ts"), ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: (stdout + stderr).trim() }),
    );
  });
}

test("the list of clauses leads from each clause to its rules and tests, and is told when it is out of date", async () => {
  expect((await run()).output).toBe(`${CLAUSES.length} clauses, ${WITH_RULES.length} rules, ${WITH_RULES.length} tests.`);
  const list = readFileSync(join(project, "docs/clauses.md"), "utf8");
  expect(list).toContain("- [src/domain/rule-0.ts](../src/domain/rule-0.ts):  `rule0`");
  expect((await run("--check")).code).toBe(0);

  write("tests/domain/more.test.ts", `test.each([1])("§${WITH_RULES[0]?.id} holds for %s", () => {});\n`);
  expect(await run("--check")).toEqual({ code: 1, output: "docs/clauses.md is out of date: write it anew with node tools/clauses.ts." });
  rmSync(join(project, "tests/domain/more.test.ts"));
});

test("a clause that is built can't lose its rule or its tests unnoticed, and none is made up", async () => {
  const { id } = WITH_RULES[0] as (typeof CLAUSES)[number];
  rmSync(join(project, "tests/domain/rule-0.test.ts"));
  expect(await run("--check")).toEqual({ code: 1, output: `Clause ${id} has no test whose title names §${id}.` });
  write("tests/domain/rule-0.test.ts", `test("§${id} holds", () => {});\n`);

  rmSync(join(project, "src/domain/rule-0.ts"));
  expect(await run("--check")).toEqual({ code: 1, output: `Clause ${id} has no rule: tag it with @clause ${id}.` });

  write("src/domain/rule-0.ts", `/**\n * A rule.\n * @clause ${id}\n */\nexport function rule0() {}\n`);
  write("tests/domain/made-up.test.ts", 'test("§99(1) holds", () => {});\n');
  expect((await run("--check")).output).toContain("names the clause 99(1), which the regulation doesn't have.");
});

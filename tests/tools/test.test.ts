import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "tools-test-"));
});

afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function run(program: string, args: readonly string[], environment = process.env): Promise<{ code: number; lines: string[] }> {
  return new Promise((resolve) => {
    execFile(program, args, { env: environment }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), lines: (stdout + stderr).trim().split("\n") }),
    );
  });
}

describe("npm test", () => {
  /** Runs the command on tests of our own, without servers. */
  function testThese(tests: string): ReturnType<typeof run> {
    writeFileSync(join(scratch, "vitest.config.mjs"), 'export default { test: { include: ["*.test.js"], globals: true } };');
    if (tests !== "") writeFileSync(join(scratch, "made-up.test.js"), tests);
    return run(process.execPath, [join(ROOT, "tools/test.ts"), "--root", scratch, "--config", join(scratch, "vitest.config.mjs")]);
  }

  test("ends with the count of what ran", async () => {
    const { code, lines } = await testThese('test("one", () => {}); test("two", () => {});');
    expect([code, lines.at(-1)]).toEqual([0, "2 passed, 0 failed"]);
  });

  test.each([
    ["a test fails", 'test("one", () => {}); test("two", () => { throw new Error("no"); });', "1 passed, 1 failed"],
    ["a test is skipped", 'test("one", () => {}); test.skip("two", () => {});', "1 passed, 0 failed"],
    ["a test is still to be written", 'test("one", () => {}); test.todo("two");', "1 passed, 0 failed"],
    ["a file can't be read", 'import "./nothing-here.js"; test("one", () => {});', "0 passed, 0 failed"],
    ["there is no test", "", "0 passed, 0 failed"],
  ])("fails when %s", async (_, tests, count) => {
    const { code, lines } = await testThese(tests);
    expect(code).toBe(1);
    expect(lines).toContain(count);
  });
});

describe(".ci/run", () => {
  /** Runs the script of the repository with an npm of our own in the place of the real one. */
  function decide(check: string, tests: string): ReturnType<typeof run> {
    for (const folder of [".ci", "programs"]) mkdirSync(join(scratch, folder));
    copyFileSync(join(ROOT, ".ci/run"), join(scratch, ".ci/run"));
    const npm = join(scratch, "programs/npm");
    writeFileSync(npm, `#!/bin/sh\nif [ "$1" = run ]; then ${check}; else ${tests}; fi\n`);
    chmodSync(npm, 0o755);
    return run("bash", [join(scratch, ".ci/run")], { PATH: `${join(scratch, "programs")}:/usr/bin:/bin`, HOME: scratch });
  }

  test("lets a change land whose checks and tests are well, and repeats the count at the end", async () => {
    const { code, lines } = await decide("exit 0", "echo '7 passed, 0 failed'; echo 'by the way'");
    expect([code, lines.at(-1)]).toEqual([0, "7 passed, 0 failed"]);
  });

  test.each([
    ["a check fails", "exit 1", "echo '7 passed, 0 failed'", "7 passed, 0 failed"],
    ["a test fails", "exit 0", "echo '6 passed, 1 failed'; exit 1", "6 passed, 1 failed"],
    ["no test ran", "exit 0", "echo '0 passed, 0 failed'", "0 passed, 0 failed"],
    ["the tests said nothing", "exit 0", "exit 0", "0 passed, 0 failed"],
  ])("keeps it back when %s", async (_, check, tests, count) => {
    const { code, lines } = await decide(check, tests);
    expect([code, lines.at(-1)]).toEqual([1, count]);
  });
});

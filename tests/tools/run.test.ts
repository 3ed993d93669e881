import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** A fresh clone in small: the starter, a lock file, a script to run, and an npm that notes how it was called. */
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "run-"));
  for (const folder of ["tools", "programs", "node_modules"]) mkdirSync(join(clone, folder));
  copyFileSync(join(ROOT, "tools/run.mjs"), join(clone, "tools/run.mjs"));
  writeFileSync(join(clone, "package-lock.json"), "{}");
  writeFileSync(join(clone, "script.mjs"), 'console.log("script", ...process.argv.slice(2)); process.exitCode = 3;');
  setNpm("exit 0");
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

function setNpm(behaviour: string): void {
  const npm = join(clone, "programs/npm");
  writeFileSync(npm, `#!/bin/sh\necho "$@" >> "${clone}/npm-calls"\n${behaviour}\n`);
  chmodSync(npm, 0o755);
}

function npmCalls(): string[] {
  return readFileSync(join(clone, "npm-calls"), "utf8").trim().split("\n");
}

function run(...args: string[]): Promise<{ code: number; output: string }> {
  const environment = { PATH: `${join(clone, "programs")}:/usr/bin:/bin`, HOME: clone };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(clone, "tools/run.mjs"), ...args], { env: environment }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

describe("the start of every npm script", () => {
  test("installs what the lock file names, once, then runs the script with its arguments and its exit code", async () => {
    const first = await run("script.mjs", "--once");
    expect(first).toMatchObject({ code: 3, output: expect.stringContaining("script --once") });
    expect(first.output).toContain("Installing the dependencies of package-lock.json (npm ci) …");
    expect(npmCalls()).toEqual([expect.stringMatching(/^ci /)]);

    const second = await run("script.mjs");
    expect(second.output).toBe("script\n");
    expect(npmCalls()).toHaveLength(1);
  });

  test("installs again when the lock file has changed", async () => {
    await run("script.mjs");
    writeFileSync(join(clone, "package-lock.json"), '{ "changed": true }');
    await run("script.mjs");
    expect(npmCalls()).toHaveLength(2);
  });

  test("says in one sentence what an installation that failed needs, runs nothing, and tries again the next time", async () => {
    setNpm("echo 'network unreachable' >&2; exit 1");
    const { code, output } = await run("script.mjs");
    expect(code).toBe(1);
    expect(output).toContain("network unreachable");
    expect(output).toMatch(/^npm ci failed after \d+ s [^\n]*needs a package registry that npm can reach/m);
    expect(output).not.toContain("script");
    setNpm("exit 0");
    expect((await run("script.mjs")).code).toBe(3);
  });
});

import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { nothingNames, startProgram } from "../support/platform-process.ts";

const directory = mkdtempSync(join(tmpdir(), "demo-"));
// Postgres' user must pass through it.
chmodSync(directory, 0o711);
afterAll(() => rmSync(directory, { recursive: true }));

describe("npm run demo", () => {
  test("§2(4) --once tells the story to its end, gives it as one JSON object, and leaves nothing", { timeout: 120_000 }, async () => {
    const demo = startProgram("bin/demo.ts", { TMPDIR: directory }, ["--once"]);
    const { code } = await demo.exited;
    expect(code, demo.output()).toBe(0);
    const result = JSON.parse(demo.output().trimEnd().split("\n").at(-1) ?? "");
    expect(Object.keys(result)).toEqual(["imported", "destroyed", "verifications", "logEntries"]);
    expect(result).toMatchObject({ imported: 20_000, destroyed: true, logEntries: result.verifications.length });
    expect(result.verifications.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      "match",
      "variant",
      "noMatch",
      "check-out-of-scope",
      "address-not-allowed",
      "case-number-required",
    ]);
    for (const { asTold } of result.verifications) expect(asTold).toBe(true);
    await nothingNames(directory, 10_000);
    expect(readdirSync(directory)).toEqual([]);
  });
});

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProgram } from "../support/platform-process.ts";

const COMMANDS = readdirSync(join(import.meta.dirname, "../../bin")).map((file) => `bin/${file}`);

describe("a command's --help", () => {
  test("tells how each command of bin is used, and asks for no setting", async () => {
    expect(COMMANDS.length).toBeGreaterThan(10);
    const waiting = [...COMMANDS, "bench/bench.ts", "tools/clauses.ts"];
    async function next(): Promise<void> {
      for (let script = waiting.pop(); script !== undefined; script = waiting.pop()) {
        // No folder, no key, no server: nothing but PATH.
        const { code, output } = await runProgram(script, { HOME: "/nowhere", DATA_DIR: "/nowhere" }, ["--help"]);
        expect([script, code]).toEqual([script, 0]);
        expect(output, script).toMatch(/^Usage: (node|npm) /);
        expect(output.split("\n").length, script).toBeGreaterThan(1);
      }
    }
    await Promise.all([next(), next(), next()]);
  });

  test.each([
    ["bench/bench.ts", ["--only", "everything"], /^--only takes one of verification, batch, import, log\.$/],
    ["bin/health.ts", ["database"], /^Usage: node bin\/health\.ts/],
    ["bin/migrate.ts", [], /^DATABASE_URL is missing: [^\n]*$/],
    ["bin/delivery-key.ts", ["list"], /^No platform runs from \/nowhere: [^\n]*$/],
    ["bin/dataset.ts", ["list"], /^No platform runs from \/nowhere: [^\n]*$/],
    ["bin/bundle-workflows.ts", [], /^Name the file to write[^\n]*$/],
  ] as const)("%s %j says what is wrong", async (script, args, sentence) => {
    const { code, output } = await runProgram(script, { DATA_DIR: "/nowhere" }, args);
    expect(code).toBe(1);
    expect(output).toMatch(sentence);
  });
});

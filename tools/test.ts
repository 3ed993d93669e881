import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../src/command.ts";

const HELP = `Usage: npm test [-- <vitest arguments>]
Runs every test against real servers, which it brings up by itself; the last line counts: N passed, N failed.`;

await runCommand(HELP, async (argv) => {
  const directory = mkdtempSync(join(tmpdir(), "verification-platform-results-"));
  const results = join(directory, "results.json");
  const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${results}`, ...argv], {
    stdio: "inherit",
    cwd: join(import.meta.dirname, ".."),
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  const code = await new Promise<number>((resolve) => child.once("exit", (status) => resolve(status ?? 1)));
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = JSON.parse(readFileSync(results, "utf8"));
    if (numPassedTests === 0 || code !== 0 || !success || numPendingTests + numTodoTests > 0) process.exitCode = 1;
    if (numPendingTests + numTodoTests > 0) console.error(`${numPendingTests + numTodoTests} tests did not run; each must.`);
    return `${numPassedTests} passed, ${numFailedTests} failed`;
  } catch {
    throw new Error("The tests did not start: read the message above.\n0 passed, 0 failed");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

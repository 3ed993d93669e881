import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endWithThisProcess } from "../src/adapters/child-process.ts";
import { runCommand, stopSignal } from "../src/command.ts";

const HELP = `Usage: npm test [-- <vitest arguments>]
Runs every test against real servers, which it brings up by itself; the last line counts: N passed, N failed.`;

await runCommand(HELP, async (argv) => {
  const directory = mkdtempSync(join(tmpdir(), "platform-tests-"));
  // Postgres' user must pass through it.
  chmodSync(directory, 0o711);
  const results = join(directory, "results.json");
  const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${results}`, ...argv], {
    stdio: "inherit",
    // What tests leave behind when they are stopped goes with it.
    env: { ...process.env, TMPDIR: directory },
    cwd: join(import.meta.dirname, ".."),
  });
  endWithThisProcess(child, "SIGTERM");
  const ended = new Promise<number>((resolve) => child.once("exit", (status) => resolve(status ?? 1)));
  const stopped = stopSignal().then((signal) => {
    child.kill(signal);
    return signal;
  });
  const code = await Promise.race([ended, stopped]);
  try {
    if (typeof code === "string") {
      await ended;
      throw new Error(`Stopped by ${code} before the end.`);
    }
    return summary(code, results);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

function summary(code: number, results: string): string {
  let counted: Record<"numPassedTests" | "numFailedTests" | "numPendingTests" | "numTodoTests", number> & { success: boolean };
  try {
    counted = JSON.parse(readFileSync(results, "utf8"));
  } catch {
    throw new Error("The tests did not start: read the message above.\n0 passed, 0 failed");
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = counted;
  const left = numPendingTests + numTodoTests;
  if (numPassedTests === 0 || code !== 0 || !success || left > 0) process.exitCode = 1;
  if (left > 0) console.error(`${left} tests did not run; each must.`);
  return `${numPassedTests} passed, ${numFailedTests} failed`;
}

import { join } from "node:path";
import { runProgram } from "../src/adapters/slow-step.ts";
import { runCommand } from "../src/command.ts";

const ROOT = join(import.meta.dirname, "..");
const HELP = `Usage: npm run check
Checks types, layers and whether the workflows bundle. Exit code 0: all is well.`;
const STEPS: readonly (readonly [string, readonly string[]])[] = [
  ["types", ["node_modules/typescript/bin/tsc", "-p", "."]],
];

await runCommand(HELP, async () => {
  for (const [name, args] of STEPS) {
    const started = Date.now();
    await runProgram(process.execPath, args, { cwd: ROOT });
    console.log(`${name}: well (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
  return "All checks are well.";
});

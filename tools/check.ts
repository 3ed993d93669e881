import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../src/command.ts";

const ROOT = join(import.meta.dirname, "..");
const HELP = `Usage: npm run check
Watches what no test sees: format, lint, types, layers, dead code, the golden schema, the list of clauses, and that the workflows can be packed.
Every step runs, whatever the others say. Exit code 0: all is well.`;

/** A program that ends with 0 when all is well; `expected` must stand in what it prints. */
interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly expected?: RegExp;
}

const packageFile = (path: string) => join("node_modules", path);
const tsc = packageFile("typescript/bin/tsc");

function steps(scratch: string): Step[] {
  return [
    { name: "format and lint", args: [packageFile("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "--max-diagnostics=100"] },
    { name: "types", args: [tsc, "-p", "."] },
    { name: "types of the rules, which know no Node", args: [tsc, "-p", "tsconfig.domain.json"] },
    {
      name: "layers",
      args: [
        packageFile("dependency-cruiser/bin/dependency-cruiser.mjs"),
        "--config",
        ".dependency-cruiser.mjs",
        ..."src db bin bench tools tests".split(" "),
      ],
      // With a compiler that it doesn't know it cruises nothing, and finds that well.
      expected: /[1-9]\d\d+ modules, \d+ dependencies cruised/,
    },
    { name: "dead code", args: [packageFile("knip/bin/knip.js")] },
    { name: "golden schema", args: ["tools/schema.ts", "--check"] },
    { name: "clauses", args: ["tools/clauses.ts", "--check"] },
    { name: "workflows can be packed", args: ["bin/bundle-workflows.ts", join(scratch, "workflows.js")] },
  ];
}

await runCommand(HELP, async () => {
  const scratch = mkdtempSync(join(tmpdir(), "verification-platform-check-"));
  const all = steps(scratch);
  const failed: string[] = [];
  for (const step of all) {
    const started = performance.now();
    const { code, output } = await run(step.args);
    const well = code === 0 && (step.expected?.test(output) ?? true);
    if (!well) {
      failed.push(step.name);
      console.log(output.trimEnd());
    }
    console.log(`${well ? "✔" : "✘"} ${step.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }
  rmSync(scratch, { recursive: true, force: true });
  if (failed.length > 0) throw new Error(`${failed.length} of ${all.length} checks failed: ${failed.join(", ")}.`);
  return `All ${all.length} checks are well.`;
});

function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

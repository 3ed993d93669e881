import { writeFileSync } from "node:fs";
import { bundleWorkflows } from "../src/adapters/temporal-worker.ts";
import { runCommand } from "../src/command.ts";

const HELP = `Usage: node bin/bundle-workflows.ts FILE
Packs the workflows into a file that workers load with WORKFLOW_BUNDLE, so that they start without the bundler.`;

await runCommand(HELP, async ([file]) => {
  if (file === undefined) throw new Error("Name the file to write; --help tells more.");
  const { code } = await bundleWorkflows();
  writeFileSync(file, code);
  return `The workflows are in ${file} (${Math.ceil(code.length / 1024)} KiB).`;
});

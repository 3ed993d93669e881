import { parseArgs } from "node:util";
import { runCommand } from "../src/command.ts";
import { benchBatch } from "./batch.ts";
import { openBenchDatabase } from "./bench-database.ts";
import { benchImport } from "./import.ts";
import { benchLog } from "./log.ts";
import { startLogKeeper } from "./server-process.ts";
import { printTable } from "./table.ts";
import { benchVerification } from "./verification.ts";

const PARTS = ["verification", "batch", "import", "log"] as const;
const HELP = `Usage: npm run bench [-- --only verification|batch|import|log] [--json]
Measures on this machine, side by side in one run, so that ratios hold where absolute figures don't: single verifications against a bare Hono
echo, against one statement a request, and against the bare statement without HTTP; batches of 100; imports of 470,000 and 4,700,000 rows
against gpg -d | psql \\copy; the log's tree against the log without it, and proofs and subject access over ten million entries (only when named:
it takes a quarter of an hour and 25 GB). The rest takes about six minutes; close what else uses the machine.
  --only PART   one part only
  --json        the last line is one JSON object`;

// Ending at once still ends the servers: they are stopped as this process exits.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

await runCommand(HELP, async (argv) => {
  const { values } = parseArgs({ args: argv, options: { only: { type: "string" }, json: { type: "boolean", default: false } } });
  if (values.only !== undefined && !PARTS.some((part) => part === values.only)) throw new Error(`--only takes one of ${PARTS.join(", ")}.`);
  const wanted = (part: (typeof PARTS)[number]) => (values.only === undefined && part !== "log") || values.only === part;
  const figures: Record<string, unknown> = {};
  if (wanted("verification") || wanted("batch") || wanted("log")) {
    const database = await openBenchDatabase();
    // The log's tree grows meanwhile, as it does for real.
    const keeper = await startLogKeeper(database);
    try {
      if (wanted("verification")) figures["verification"] = await benchVerification(database, console.log);
      if (wanted("batch")) figures["batch"] = await benchBatch(database, console.log);
      if (wanted("log")) figures["log"] = await benchLog(database, console.log, keeper);
    } finally {
      await keeper.stop();
      await database.close();
    }
  }
  if (wanted("import")) figures["import"] = await benchImport(console.log);
  printTable(figures, console.log);
  return values.json ? JSON.stringify(figures) : "The bench is done.";
});

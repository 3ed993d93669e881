import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { requireHealth } from "../src/worker-health.ts";

const HELP = `Usage: node bin/health.ts api|worker
Whether the process beside it does its work: the API by asking it (PORT), the worker by the file that it keeps fresh (HEALTH_FILE).
Exit code 0: healthy.`;

await runCommand(HELP, async ([service]) => {
  const { port, healthFile } = readEnvironment();
  if (service === "api") {
    const { status } = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(3000) });
    if (status !== 200) throw new Error(`The API answers ${status}.`);
    return "The API is healthy.";
  }
  if (service !== "worker" || healthFile === undefined) throw new Error(HELP);
  requireHealth(healthFile);
  return "The worker is healthy.";
});

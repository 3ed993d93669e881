import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { requireHealth } from "../src/worker-health.ts";

const HELP = `Usage: node bin/health.ts api|console|witness|worker
Whether the process beside it does its work: API, console and witness by asking them (PORT, CONSOLE_PORT), the worker by the file that it keeps fresh (HEALTH_FILE).
Exit code 0: healthy.`;

await runCommand(HELP, async ([service]) => {
  const { port, consolePort, healthFile } = readEnvironment();
  if (service === "api" || service === "console" || service === "witness") {
    const asked = `http://127.0.0.1:${service === "console" ? consolePort : port}/healthz`;
    const { status } = await fetch(asked, { signal: AbortSignal.timeout(3000) });
    if (status !== 200) throw new Error(`The ${service} answers ${status}.`);
    return `The ${service} is healthy.`;
  }
  if (service !== "worker" || healthFile === undefined) throw new Error(HELP);
  requireHealth(healthFile);
  return "The worker is healthy.";
});

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
    const { status } = await fetch(asked, { signal: AbortSignal.timeout(3000) }).catch(() => ({ status: undefined }));
    if (status === undefined) throw new Error(`The ${service} doesn't answer at ${asked}.`);
    if (status !== 200) throw new Error(`The ${service} answers ${status}.`);
    return `The ${service} is healthy.`;
  }
  if (service !== "worker") throw new Error(HELP);
  if (healthFile === undefined) throw new Error("HEALTH_FILE is missing: set it to the file that the worker keeps fresh.");
  requireHealth(healthFile);
  return "The worker is healthy.";
});

import { runCommand, stopSignal } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { startPlatform } from "../src/platform.ts";

const HELP = `Usage: npm start
Runs the whole platform until Ctrl-C or SIGTERM: Postgres and Temporal of its own in DATA_DIR (./data), or those given.
Started by root below a folder closed to others, it keeps the database elsewhere, and says where.
Environment: DATA_DIR, DATABASE_URL (the owner's), TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, KEYS_DIR, DROP_DIR, HOST (127.0.0.1), PORT (8080),
CONSOLE_PORT (8081), CONSOLE_ORIGIN, CONSOLE_IDLE_MINUTES (15), TRUSTED_PROXIES, METRICS_ADDRESSES, ALLOW_PRIVATE_ADDRESSES, LOG_LEVEL. docs/operations.md tells more.`;

await runCommand(HELP, async () => {
  const stopped = stopSignal();
  const platform = await startPlatform(readEnvironment(), console.log, { stopped });
  console.log(
    `The platform is up. API: ${platform.apiUrl}/docs   console: ${platform.consoleUrl}/console   health: ${platform.apiUrl}/readyz   Ctrl-C stops it.`,
  );
  const reason = await Promise.race([stopped, platform.failed]);
  await platform.stop();
  if (reason !== "SIGTERM" && reason !== "SIGINT")
    throw new Error(`${reason} Everything else was stopped; start again to go on where it was.`);
  return "The platform has stopped; npm start goes on where it was.";
});

import { pino } from "pino";
import { openDatabase } from "../db/client.ts";
import { requireOwnSchema } from "../db/schema-version.ts";
import { alertsOf } from "../src/abnormal-use-client.ts";
import { closeServer } from "../src/adapters/close-server.ts";
import { serveHttp } from "../src/adapters/http-server.ts";
import { KEYS_OF, openKeyStore } from "../src/adapters/key-store.ts";
import { openTemporalClient } from "../src/adapters/temporal-client.ts";
import { announceReady, runCommand, stopSignal } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { createConsole } from "../src/console/app.ts";
import { createConsoleContext } from "../src/console/context.ts";
import { createDatasetClient } from "../src/dataset-import-client.ts";
import { findingsOf } from "../src/finding-client.ts";
import { createIntegrationClient } from "../src/integration-client.ts";
import { decideFoundAddress } from "../src/ip-inventory-client.ts";
import { workerOf } from "../src/process-health.ts";
import { createRetentionClient } from "../src/retention-client.ts";

const HELP = `Usage: node bin/console.ts
Serves the console until SIGTERM or SIGINT.
Environment: DATABASE_URL (role platform_console), TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TASK_QUEUE, KEYS_DIR, HOST, CONSOLE_PORT, CONSOLE_ORIGIN,
CONSOLE_IDLE_MINUTES, TRUSTED_PROXIES, LOG_LEVEL. docs/operations.md tells more.`;

await runCommand(HELP, async () => {
  const config = readEnvironment();
  const { databaseUrl, temporalAddress, host, consolePort: port } = config;
  if (databaseUrl === undefined || temporalAddress === undefined)
    throw new Error("DATABASE_URL or TEMPORAL_ADDRESS is missing: npm start brings its own servers, bin/console.ts needs both.");
  const logger = pino({ name: "console", level: config.logLevel });
  const keys = openKeyStore(config.keysDirectory, KEYS_OF.console);
  const { db, pool, close } = openDatabase(databaseUrl, { applicationName: "console" });
  await requireOwnSchema(pool);
  const temporal = openTemporalClient({ address: temporalAddress, namespace: config.temporalNamespace, keys: keys.temporalPayload });
  const context = await createConsoleContext({
    settings: config,
    logger,
    db,
    keys: keys.console,
    logKeys: keys,
    integrations: createIntegrationClient(temporal, config.taskQueue),
    keepAlerts: alertsOf(temporal, config.taskQueue),
    seeWorker: workerOf(temporal, config.taskQueue),
    datasets: createDatasetClient(temporal, config.taskQueue),
    raiseFinding: findingsOf(temporal, config.taskQueue),
    retention: createRetentionClient(temporal, config.taskQueue),
    decideFoundAddress: (workflowId, decision) => decideFoundAddress(temporal, workflowId, decision),
    now: Date.now,
  });
  const server = await serveHttp(createConsole(context).fetch, { host, port });
  logger.info({ host, port }, "listening");
  announceReady();
  await stopSignal();
  await closeServer(server);
  await temporal.connection.close();
  await close();
  return "The console has stopped.";
});

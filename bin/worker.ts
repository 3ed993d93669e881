import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { openDatabase } from "../db/client.ts";
import { requireOwnSchema } from "../db/schema-version.ts";
import { KEYS_OF, openKeyStore } from "../src/adapters/key-store.ts";
import { installTemporalLogger } from "../src/adapters/temporal-worker.ts";
import { runCommand, stopSignal } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { runWorker } from "../src/worker.ts";

const HELP = `Usage: node bin/worker.ts
Carries out the platform's processes until SIGTERM or SIGINT.
Environment: DATABASE_URL (role platform_worker), TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, KEYS_DIR, WORKFLOW_BUNDLE, DROP_DIR, SMTP_URL,
SMTP_PASSWORD_FILE, MAIL_FROM, CONSOLE_ORIGIN, LOG_LEVEL. docs/operations.md tells more.`;

await runCommand(HELP, async () => {
  const config = readEnvironment();
  if (config.databaseUrl === undefined)
    throw new Error("DATABASE_URL is missing: npm start brings its own database, bin/worker.ts needs one.");
  if (config.temporalAddress === undefined)
    throw new Error("TEMPORAL_ADDRESS is missing: npm start brings its own Temporal, bin/worker.ts needs one.");
  const logger = pino({ name: "worker", level: config.logLevel });
  const keyStore = openKeyStore(config.keysDirectory, KEYS_OF.worker);
  const { db, pool, close } = openDatabase(config.databaseUrl, { applicationName: "worker" });
  await requireOwnSchema(pool);
  installTemporalLogger(logger);
  await runWorker(
    { config, logger, db, pool, keyStore, now: () => new Date(), randomId: randomUUID },
    config.temporalAddress,
    stopSignal(),
  );
  await close();
  return "The worker has stopped; what was under way goes on when a worker starts again.";
});
